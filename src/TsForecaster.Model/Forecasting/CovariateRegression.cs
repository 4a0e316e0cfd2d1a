using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// How effects of covariates are found: by generalised least squares of y_t = c + x_tᵀβ + u_t with u_t = a u_{t−1} + b u_{t−m} + d u_{t−m−1} + e_t, m the season
/// (Cochrane &amp; Orcutt 1949): a, b, d from the u of the β so far, then β from what the same filter leaves of y and x, a few times in turn, β = 0 first. So a level that wanders, or a
/// pattern that repeats, is not taken for an effect. Covariates count in their standard deviations about their means; a small ridge decides where they say the same.
/// </summary>
/// <param name="Count">q.</param>
/// <param name="Season">m; 1 for none.</param>
/// <param name="Source">See <see cref="CovariateEffects.Source"/>.</param>
public sealed record CovariateRegression(int Count, int Season, string Source = "")
{
    private const int Rounds = 4;

    /// <summary>Rows a coefficient.</summary>
    private const int RowsACoefficient = 2;

    /// <summary>Added to the diagonal of the normal equations, as a share of itself.</summary>
    private const double Ridge = 1e-3;

    /// <summary>Steps that it takes to tell the covariates' effects from anything else, such as two of the longest period among them; with fewer none is found.</summary>
    public int LeastSteps { get; init; }

    /// <summary>Of one series; coefficients of zero where nothing can be found.</summary>
    /// <param name="values">T transformed values, NaN where missing.</param>
    /// <param name="covariates">T×q row-major, NaN where not known.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public CovariateEffects Fit(ReadOnlySpan<double> values, ReadOnlySpan<double> covariates)
    {
        if (covariates.Length != values.Length * Count)
        {
            throw new ArgumentException($"{values.Length} steps have {values.Length * Count} numbers of {Count} covariates, not {covariates.Length}", nameof(covariates));
        }

        CovariateEffects none = new(new double[Count], Source);
        if (values.Length < LeastSteps)
        {
            return none;
        }

        // Where too few rows know a season ago, what was a step before has to do.
        double[] centred = Standardised(values, [double.NaN]), scales = new double[Count], standardised = Standardised(covariates, scales);
        CovariateEffects? found = Season > 1 ? Fit(centred, standardised, scales, covariates, [1, Season, Season + 1]) : null;
        return found ?? Fit(centred, standardised, scales, covariates, [1]) ?? none;
    }

    private CovariateEffects? Fit(double[] values, double[] standardised, double[] scales, ReadOnlySpan<double> covariates, int[] lags)
    {
        double[] residuals = [.. values], coefficients = new double[Count];
        CovariateEffects? found = null;
        for (int round = 0; round < Rounds; round++)
        {
            if (Regress(residuals.Length, lags.Length, (t, row) => ReadLags(residuals, lags, t, row), t => residuals[t]) is not { } memory
                || Regress(values.Length, Count, (t, row) => ReadFiltered(standardised, lags, memory, t, row), t => Filtered(values, lags, memory, t, 0, 1)) is not { } scaled)
            {
                return found;
            }

            for (int j = 0; j < Count; j++)
            {
                coefficients[j] = scales[j] > 0.0 ? scaled[j] / scales[j] : 0.0;
            }

            found = new CovariateEffects(coefficients, Source);
            CovariateEffects.TakeOff(values, found.Along(covariates), residuals);
        }

        return found;
    }

    /// <summary>Columns about their means, in their standard deviations; zeros of one that does not change.</summary>
    /// <param name="scales">Receives the standard deviation of each column, 0 of one that does not change; where NaN is asked for, that column is not divided.</param>
    private static double[] Standardised(ReadOnlySpan<double> numbers, double[] scales)
    {
        int width = scales.Length;
        double[] standardised = numbers.ToArray();
        for (int j = 0; j < width; j++)
        {
            double first = double.NaN, sum = 0.0, squares = 0.0;
            int known = 0;
            for (int i = j; i < numbers.Length; i += width)
            {
                if (!double.IsNaN(numbers[i]))
                {
                    first = known++ == 0 ? numbers[i] : first;
                    sum += numbers[i] - first;
                    squares += (numbers[i] - first) * (numbers[i] - first);
                }
            }

            double mean = known > 0 ? sum / known : 0.0, variance = known > 0 ? (squares / known) - (mean * mean) : 0.0;
            double scale = double.IsNaN(scales[j]) ? 1.0 : scales[j] = variance > 0.0 && double.IsFinite(variance) ? Math.Sqrt(variance) : 0.0;
            for (int i = j; i < standardised.Length; i += width)
            {
                double departure = standardised[i] - first - mean;
                standardised[i] = double.IsNaN(departure) || scale > 0.0 ? departure / scale : 0.0;
            }
        }

        return standardised;
    }

    /// <summary>v_t − Σ a_l v_{t−l}; NaN where one of them is not known.</summary>
    private static double Filtered(double[] numbers, int[] lags, double[] memory, int t, int column, int width)
    {
        double left = numbers[(t * width) + column];
        for (int l = 0; l < lags.Length; l++)
        {
            left -= t < lags[l] ? double.NaN : memory[l] * numbers[((t - lags[l]) * width) + column];
        }

        return left;
    }

    private static void ReadFiltered(double[] covariates, int[] lags, double[] memory, int t, Span<double> row)
    {
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = Filtered(covariates, lags, memory, t, j, row.Length);
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
    /// Least squares of the targets on the rows and a constant, which is left out of the result, over the steps of which all is known. Null where there are too few of these, or
    /// nothing changes.
    /// </summary>
    private static double[]? Regress(int steps, int count, RowReader read, Func<int, double> target)
    {
        int n = count + 1, used = 0;
        double[] gram = new double[n * n], moments = new double[n], row = new double[n];
        row[count] = 1.0;
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

        double most = Enumerable.Range(0, count).Max(i => gram[(i * n) + i]);
        if (used < RowsACoefficient * n || !(most > 0.0))
        {
            return null;
        }

        // A column of zeros has no effect; the constant is not held back.
        for (int i = 0; i < count; i++)
        {
            gram[(i * n) + i] += Ridge * (gram[(i * n) + i] + (1e-3 * most));
        }

        if (!Cholesky.TryFactor(gram, n, out _))
        {
            return null;
        }

        Cholesky.SolveLower(gram, n, moments);
        Cholesky.SolveLowerTransposed(gram, n, moments);
        return moments[..count];
    }
}
