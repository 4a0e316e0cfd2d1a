using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// How effects of covariates are found: by generalised least squares of y_t = c + x_tᵀβ + u_t with u_t = a u_{t−1} + b u_{t−m} + d u_{t−m−1} + e_t, m the season
/// (Cochrane &amp; Orcutt 1949): a, b, d from the u of the β so far, then β from what the same filter leaves of y and x, a few times in turn, β = 0 first. So a level that wanders, or a
/// pattern that repeats, is not taken for an effect. A small ridge decides where covariates say the same.
/// </summary>
/// <param name="Count">q.</param>
/// <param name="Season">m; 1 for none.</param>
/// <param name="Source">See <see cref="CovariateEffects.Source"/>.</param>
public sealed record CovariateRegression(int Count, int Season, string Source = "")
{
    private const int Rounds = 4;

    /// <summary>Added to the diagonal of the normal equations, as a share of itself.</summary>
    private const double Ridge = 1e-3;

    /// <summary>Of one series; null where too little is observed for so many effects.</summary>
    /// <param name="values">T transformed values, NaN where missing.</param>
    /// <param name="covariates">T×q row-major, NaN where not known.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public CovariateEffects? Fit(ReadOnlySpan<double> values, ReadOnlySpan<double> covariates)
    {
        if (covariates.Length != values.Length * Count)
        {
            throw new ArgumentException($"{values.Length} steps have {values.Length * Count} numbers of {Count} covariates, not {covariates.Length}", nameof(covariates));
        }

        int[] lags = Season > 1 ? [1, Season, Season + 1] : [1];
        double[] centred = Centred(values), residuals = [.. centred], all = covariates.ToArray(), effects = new double[Count], scales = Scales(covariates);
        CovariateEffects? found = null;
        for (int round = 0; round < Rounds; round++)
        {
            double[] memory = Regress(residuals.Length, lags.Length, (t, row) => ReadLags(residuals, lags, t, row), t => residuals[t]) ?? [];
            if (memory.Length == 0 || Filtered(centred, all, lags, memory, scales) is not { } scaled)
            {
                return found;
            }

            for (int j = 0; j < Count; j++)
            {
                effects[j] = scales[j] > 0.0 ? scaled[j] / scales[j] : 0.0;
            }

            found = new CovariateEffects(effects, Source);
            double[] moved = found.Along(covariates);
            VectorKernels.ScaledDifference(1.0, centred, moved, residuals);
        }

        return found;
    }

    private static double[] Centred(ReadOnlySpan<double> values)
    {
        double[] centred = values.ToArray();
        double mean = centred.Where(value => !double.IsNaN(value)).DefaultIfEmpty(0.0).Average();
        return Array.ConvertAll(centred, value => value - mean);
    }

    /// <summary>Standard deviations of the covariates, 0 of one that does not change.</summary>
    private double[] Scales(ReadOnlySpan<double> covariates)
    {
        double[] sums = new double[Count], squares = new double[Count], first = new double[Count];
        int[] known = new int[Count];
        for (int i = 0; i < covariates.Length; i++)
        {
            int j = i % Count;
            if (!double.IsNaN(covariates[i]))
            {
                first[j] = known[j]++ == 0 ? covariates[i] : first[j];
                double departure = covariates[i] - first[j];
                sums[j] += departure;
                squares[j] += departure * departure;
            }
        }

        double[] scales = new double[Count];
        for (int j = 0; j < Count; j++)
        {
            double mean = sums[j] / known[j];
            scales[j] = known[j] > 0 ? Math.Sqrt(Math.Max(0.0, (squares[j] / known[j]) - (mean * mean))) : 0.0;
        }

        return scales;
    }

    /// <summary>β in units of the covariates' scales, from what the filter leaves of values and covariates.</summary>
    private double[]? Filtered(double[] values, double[] covariates, int[] lags, double[] memory, double[] scales)
    {
        return Regress(values.Length, Count, Row, t => Left(values, t, 0, 1));

        void Row(int t, Span<double> row)
        {
            for (int j = 0; j < Count; j++)
            {
                row[j] = scales[j] > 0.0 ? Left(covariates, t, j, Count) / scales[j] : 0.0;
            }
        }

        // v_t − Σ a_l v_{t−l}.
        double Left(double[] numbers, int t, int j, int width)
        {
            double left = numbers[(t * width) + j];
            for (int l = 0; l < lags.Length; l++)
            {
                left -= t < lags[l] ? double.NaN : memory[l] * numbers[((t - lags[l]) * width) + j];
            }

            return left;
        }
    }

    private static void ReadLags(double[] values, int[] lags, int t, Span<double> row)
    {
        for (int l = 0; l < lags.Length; l++)
        {
            row[l] = t < lags[l] ? double.NaN : values[t - lags[l]];
        }
    }

    private delegate void RowReader(int t, Span<double> row);

    /// <summary>
    /// Least squares of the targets on the rows and a constant, which is left out of the result, over the steps of which all is known; null where there are fewer
    /// than two a coefficient.
    /// </summary>
    private static double[]? Regress(int steps, int count, RowReader read, Func<int, double> target)
    {
        int n = count + 1;
        double[] gram = new double[n * n], moments = new double[n], row = new double[n];
        row[count] = 1.0;
        int used = 0;
        for (int t = 0; t < steps; t++)
        {
            double y = target(t);
            read(t, row.AsSpan(0, count));
            if (double.IsNaN(y) || row.AsSpan().Contains(double.NaN))
            {
                continue;
            }

            used++;
            for (int i = 0; i < n; i++)
            {
                VectorKernels.AddScaled(row[i], row.AsSpan(0, i + 1), gram.AsSpan(i * n, i + 1));
                moments[i] += row[i] * y;
            }
        }

        if (used < 2 * n)
        {
            return null;
        }

        // A column of zeros has no effect; the constant is not held back.
        double least = 0.0;
        for (int i = 0; i < count; i++)
        {
            least = Math.Max(least, gram[(i * n) + i]);
        }

        for (int i = 0; i < count; i++)
        {
            gram[(i * n) + i] += Ridge * (gram[(i * n) + i] + (1e-3 * least)) + double.Epsilon;
        }

        if (!(least > 0.0) || !Cholesky.TryFactor(gram, n, out _))
        {
            return null;
        }

        Cholesky.SolveLower(gram, n, moments);
        Cholesky.SolveLowerTransposed(gram, n, moments);
        return moments[..count];
    }
}
