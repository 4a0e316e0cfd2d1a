using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A component given what is observed, O, of a past, from the side of what is observed, in covariances that have v of an open level added
/// (<see cref="OpenLevel"/>). With Σ_OO = UᵀU, z = U⁻ᵀ(x_O − μ_O) and V = U⁻ᵀ Σ_OF,
///
///     m = μ_F + Vᵀ z        S' = Σ_FF − VᵀV        log N(x_O) = −½ (‖z‖² + ln det Σ_OO + |O| ln 2π)
///
/// Cost |O|³/6 + |O|²F/2 multiply-adds: for pasts of which less is observed than missing.
/// </summary>
internal sealed class ObservedSide
{
    private readonly ConditionalComponent _component;
    private readonly PreparedComponents _prepared;
    private readonly int _index;
    private readonly int _size;
    private readonly int _width;
    private readonly double[] _levelVariances;

    /// <inheritdoc cref="UnknownSide(ConditionalComponent, PreparedComponents, int, double[])"/>
    public ObservedSide(ConditionalComponent component, PreparedComponents prepared, int index, double[] levelVariances)
    {
        (_component, _prepared, _index, _levelVariances) = (component, prepared, index, levelVariances);
        _size = prepared.Past + prepared.Future;
        _width = PanelKernels.Padded(prepared.Future);
    }

    /// <summary>
    /// Leaves m − μ_F and diag S' in the workspaces; those of no past at all, and no weight, when Σ_OO is not positive definite to working precision.
    /// </summary>
    /// <returns>log(π N(x_O)).</returns>
    public double Condition(PastPattern pattern, ForecastWorkspace workspace, PartialWorkspace partial)
    {
        Span<double> future = workspace.FutureOffset(_index).Slice(_prepared.Lead, _prepared.Future), variances = partial.Variances(_index, future.Length);
        future.Clear();
        for (int i = 0; i < variances.Length; i++)
        {
            int at = _prepared.Past + i;
            variances[i] = _component.Covariance[(at * _size) + at] + (pattern.ShareLevel(at, at) ? LevelVariance(at) : 0.0);
        }

        UpperFactor factor = partial.Factor;
        Take(pattern, pattern.Observed, factor);
        if (!factor.TryFactor())
        {
            return double.NegativeInfinity;
        }

        Span<double> z = partial.Solution(pattern.Observed.Length), rows = partial.Rows(z.Length, _width);
        for (int o = 0; o < z.Length; o++)
        {
            int i = pattern.Observed[o];
            z[o] = workspace.Past[i] - _component.ObservedMean[i];
            Span<double> row = rows.Slice(o * _width, _width);
            _component.Covariance.Slice((i * _size) + _prepared.Past, future.Length).CopyTo(row);
            row[future.Length..].Clear();
            for (int j = 0; j < future.Length && pattern.Levels.Length > 0; j++)
            {
                row[j] += pattern.ShareLevel(i, _prepared.Past + j) ? LevelVariance(i) : 0.0;
            }
        }

        factor.SolveTransposed(z);
        factor.SolveTransposed(rows, _width);
        for (int o = 0; o < z.Length; o++)
        {
            ReadOnlySpan<double> row = rows.Slice(o * _width, future.Length);
            VectorKernels.AddScaled(z[o], row, future);
            for (int j = 0; j < row.Length; j++)
            {
                variances[j] -= row[j] * row[j];
            }
        }

        // Nothing is surer than with the whole past; rounding must not say so.
        for (int j = 0; j < variances.Length; j++)
        {
            variances[j] = Math.Max(variances[j], _component.Future.Deviations[j] * _component.Future.Deviations[j]);
        }

        double log = _component.LogPrior - (0.5 * (VectorKernels.Dot(z, z) + factor.LogDeterminant + (z.Length * StandardNormal.LogTwoPi)));
        return double.IsNaN(log) ? double.NegativeInfinity : log;
    }

    /// <summary>The factor of S', F·C×F·C row-major; that of independent values where it cannot be had.</summary>
    /// <param name="deviations">√diag S'.</param>
    public double[] FutureFactor(PastPattern pattern, double[] deviations)
    {
        int n = _prepared.Future, observed = pattern.Observed.Length;
        UpperFactor factor = PartialWorkspace.Current.Factor;
        Take(pattern, [.. pattern.Observed, .. Enumerable.Range(_prepared.Past, n)], factor);
        bool definite = factor.TryFactor();
        double[] lower = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            lower[(i * n) + i] = deviations[i];
            for (int j = i; j < n && definite; j++)
            {
                lower[(j * n) + i] = factor.Row(observed + i)[j - i];
            }
        }

        return lower;
    }

    /// <summary>v of the channel of a number of the window.</summary>
    private double LevelVariance(int number) => _levelVariances[number % _levelVariances.Length];

    private void Take(PastPattern pattern, int[] order, UpperFactor factor)
    {
        factor.Take(_component.Covariance, _size, order);
        for (int i = 0; i < order.Length && pattern.Levels.Length > 0; i++)
        {
            Span<double> row = factor.Row(i);
            for (int j = 0; j < row.Length; j++)
            {
                row[j] += pattern.ShareLevel(order[i], order[i + j]) ? LevelVariance(order[i]) : 0.0;
            }
        }
    }
}
