using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A component given what is observed, O, of a past, from the side of what is unknown, U: missing numbers, and levels δ that what is missing would
/// have fixed (<see cref="PrecisionMatrix"/> has a row for each, here with 1/v of its prior). With Λ = Σ_PP⁻¹, G the gain and H_U what a unit of each unknown moves
/// the future by (Bishop, PRML eq. 2.73–2.75),
///
///     x̃_U = μ_U − (Λ_UU)⁻¹ Λ_UO (x_O − μ_O)              the past is filled in, and forecast from as a complete one
///     S' = S + H_U (Λ_UU)⁻¹ H_Uᵀ                          H_j = G_j for a missing number, 1 − G·1 for a level
///     log N(x_O) = log N(x̃) + ½ (|U| ln 2π − ln det Λ_UU)
///
/// Λ, G and H belong to the model, so that a query factors a matrix of the size of what is unknown: |U|³/6 + |U|²F/2 + |U|P multiply-adds.
/// </summary>
internal sealed class UnknownSide
{
    private readonly ConditionalComponent _component;
    private readonly PreparedComponents _prepared;
    private readonly int _index;
    private readonly int _channels;
    private readonly int _width;
    private readonly double[] _levelVariances;
    private readonly PrecisionMatrix _precision;
    private readonly double[] _moves;

    /// <param name="component">Component <paramref name="index"/> of those prepared.</param>
    /// <param name="prepared">Has the gain.</param>
    /// <param name="index">From 0.</param>
    /// <param name="levelVariances">v of each channel.</param>
    public UnknownSide(ConditionalComponent component, PreparedComponents prepared, int index, double[] levelVariances)
    {
        int channels = levelVariances.Length;
        (_component, _prepared, _index, _channels, _levelVariances) = (component, prepared, index, channels, levelVariances);
        _width = PanelKernels.Padded(prepared.Future);
        _precision = new PrecisionMatrix(prepared.Past, channels);
        _precision.Take(component.ObservedMean, component.ObservedFactor());
        _moves = new double[_precision.Size * _width];
        for (int c = 0; c < channels; c++)
        {
            int level = prepared.Past + c;
            _precision.Values[(level * _precision.Size) + level] += 1.0 / levelVariances[c];
        }

        double[] gain = new double[prepared.Past];
        for (int i = 0; i < prepared.Future; i++)
        {
            prepared.GainRow(index, i, gain);
            _moves[((prepared.Past + (i % channels)) * _width) + i] = 1.0;
            for (int j = 0; j < gain.Length; j++)
            {
                _moves[(j * _width) + i] = gain[j];
                _moves[((prepared.Past + (j % channels)) * _width) + i] -= gain[j];
            }
        }
    }

    /// <summary>
    /// Leaves m − μ_F and diag S' in the workspaces, unless the component is negligible beside the best; false when Λ_UU is not positive definite to
    /// working precision.
    /// </summary>
    /// <param name="logWeight">log(π N(x_O)).</param>
    public bool TryCondition(PastPattern pattern, ForecastWorkspace workspace, PartialWorkspace partial, double best, out double logWeight)
    {
        logWeight = double.NegativeInfinity;
        UpperFactor factor = partial.Factor;
        factor.Take(_precision.Values, _precision.Size, pattern.Unknown);
        if (!factor.TryFactor())
        {
            return false;
        }

        Span<double> solution = partial.Solution(pattern.Unknown.Length);
        double levels = Fill(pattern, factor, solution, workspace);
        double log = _prepared.LogWeight(_index, workspace) + levels + (0.5 * ((pattern.Missing * StandardNormal.LogTwoPi) - factor.LogDeterminant));
        logWeight = double.IsNaN(log) ? double.NegativeInfinity : log;
        if (logWeight < best + PreparedComponents.Negligible)
        {
            return true;
        }

        Span<double> future = _prepared.FutureOffset(_index, workspace).Slice(_prepared.Lead, _prepared.Future);
        for (int n = 0; n < pattern.Levels.Length; n++)
        {
            Shift(future, pattern.Levels[n], -solution[pattern.Missing + n]);
        }

        Span<double> rows = Solve(pattern, partial), variances = partial.Variances(_index, future.Length);
        for (int i = 0; i < variances.Length; i++)
        {
            variances[i] = _component.Future.Deviations[i] * _component.Future.Deviations[i];
        }

        for (int u = 0; u < pattern.Unknown.Length; u++)
        {
            VectorKernels.AddSquares(rows.Slice(u * _width, variances.Length), variances);
        }

        return true;
    }

    /// <summary>The factor of S', F·C×F·C row-major.</summary>
    public double[] FutureFactor(PastPattern pattern)
    {
        PartialWorkspace partial = PartialWorkspace.Current;
        partial.Factor.Take(_precision.Values, _precision.Size, pattern.Unknown);
        int n = _prepared.Future;
        double[] lower = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            _component.Future.FactorRow(i).CopyTo(lower.AsSpan(i * n));
        }

        // What could be factored for the forecast can be again.
        if (partial.Factor.TryFactor())
        {
            Span<double> rows = Solve(pattern, partial);
            for (int u = 0; u < pattern.Unknown.Length; u++)
            {
                Cholesky.AddOuterProduct(lower, n, rows.Slice(u * _width, n));
            }
        }

        return lower;
    }

    /// <summary>
    /// Leaves x̃ − μ_P, less the levels, as the workspace's offset, and (Λ_UU)⁻¹ Λ_UO (x_O − μ_O) as the solution; returns log N(δ; 0, v) of the levels, each less −½ ln 2π.
    /// </summary>
    private double Fill(PastPattern pattern, UpperFactor factor, Span<double> solution, ForecastWorkspace workspace)
    {
        Span<double> offset = _prepared.Offset(_index, workspace)[.._prepared.Past];
        ReadOnlySpan<int> missing = pattern.Unknown.AsSpan(0, pattern.Missing);
        foreach (int i in missing)
        {
            offset[i] = 0.0;
        }

        for (int u = 0; u < solution.Length; u++)
        {
            solution[u] = VectorKernels.Dot(_precision.Values.AsSpan(pattern.Unknown[u] * _precision.Size, offset.Length), offset);
        }

        factor.SolveTransposed(solution);
        factor.Solve(solution);
        for (int u = 0; u < missing.Length; u++)
        {
            offset[missing[u]] = -solution[u];
        }

        double log = 0.0;
        for (int n = 0; n < pattern.Levels.Length; n++)
        {
            double level = -solution[missing.Length + n], variance = _levelVariances[pattern.Levels[n] - _prepared.Past];
            Shift(offset, pattern.Levels[n], -level);
            log -= 0.5 * ((level * level / variance) + Math.Log(variance));
        }

        return log;
    }

    /// <summary>Moves the numbers of the channel that a level is of.</summary>
    private void Shift(Span<double> numbers, int level, double by)
    {
        for (int i = level - _prepared.Past; i < numbers.Length; i += _channels)
        {
            numbers[i] += by;
        }
    }

    /// <summary>V = U⁻ᵀ H_U with the factor at hand, so that VᵀV = H_U (Λ_UU)⁻¹ H_Uᵀ.</summary>
    private Span<double> Solve(PastPattern pattern, PartialWorkspace partial)
    {
        Span<double> rows = partial.Rows(pattern.Unknown.Length, _width);
        for (int u = 0; u < pattern.Unknown.Length; u++)
        {
            _moves.AsSpan(pattern.Unknown[u] * _width, _width).CopyTo(rows[(u * _width)..]);
        }

        partial.Factor.SolveTransposed(rows, _width);
        return rows;
    }
}
