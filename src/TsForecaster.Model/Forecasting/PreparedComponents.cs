using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The components of a model, laid out for queries with a complete past x. Once per model and component k: W = L_PP⁻¹ and the gain
/// G = Σ_FP Σ_PP⁻¹, whose rows solve w L = e_i and g L = (row of L_FP). Per query: log π N(x; μ_P, Σ_PP) from ‖W(x − μ_P)‖², and
/// m = μ_F + G(x − μ_P) for the components that count. W stands above G in one trapezoid, so that no panel is half empty between
/// them; future positions are counted from the first row of the panel in which G begins, <see cref="Lead"/> rows before it.
/// <para>
/// Rows that solve from the left leave |WL − I| within a few roundings of |W||L|, so that W(x − μ) is as accurate as forward
/// substitution: both errors are bounded by a small multiple of 2⁻⁵³ |W||L||z| (Higham 2002, §14.2).
/// </para>
/// </summary>
internal sealed class PreparedComponents
{
    /// <summary>
    /// How far, in logarithms, a component may lie below the likeliest: e^−36.8 is less than 2⁻⁵³ (−36.74 in logarithms), half a unit
    /// in the last place of the likeliest's own weight, so that adding it to the sum they are divided by changes nothing. The mean
    /// moves by less than 2⁻⁵³ of the distance to the mean of the component left out.
    /// </summary>
    public const double Negligible = -36.8;

    private readonly ConditionalComponent[] _components;
    private readonly double[] _logConstants;
    private readonly AlignedBuffer _buffer;
    private readonly int _panelSize;
    private readonly int _size;

    /// <param name="components">At least one.</param>
    /// <param name="past">P·C.</param>
    /// <param name="future">F·C.</param>
    public PreparedComponents(ConditionalComponent[] components, int past, int future)
    {
        (_components, Past, Future) = (components, past, future);
        (PastPadded, FuturePadded) = (PanelKernels.Padded(past), PanelKernels.Padded(Lead + future));
        _panelSize = PanelKernels.Size(PanelKernels.Panels(past + future), past);
        _size = PastPadded + (2 * FuturePadded) + _panelSize;
        _logConstants = Array.ConvertAll(components, component => component.LogConstant);
        _buffer = new AlignedBuffer(components.Length * _size);
        double[] row = new double[past];
        for (int k = 0; k < components.Length; k++)
        {
            components[k].ObservedMean.CopyTo(PastMean(k));
            components[k].TargetMean.CopyTo(FutureMean(k)[Lead..]);

            // One component alone needs no weight.
            for (int i = 0; i < past && components.Length > 1; i++)
            {
                components[k].InverseRow(i, row);
                PanelKernels.SetRow(Panels(k), i, row);
            }

            for (int i = 0; i < future; i++)
            {
                components[k].GainRow(i, row);
                PanelKernels.SetRow(Panels(k), past + i, row);
                Variances(k)[Lead + i] = components[k].Future.Deviations[i] * components[k].Future.Deviations[i];
            }
        }
    }

    public int Count => _components.Length;

    /// <summary>P·C.</summary>
    public int Past { get; }

    /// <summary>P·C with what fills the last panel, which is zero in every past.</summary>
    public int PastPadded { get; }

    /// <summary>F·C.</summary>
    public int Future { get; }

    /// <summary>Where the first future position stands in means and variances.</summary>
    public int Lead => Past % PanelKernels.Lanes;

    /// <summary>Numbers in means and variances: <see cref="Lead"/>, F·C, and what fills the last panel.</summary>
    public int FuturePadded { get; }

    /// <summary>
    /// Writes log π_k N(x; μ_P, Σ_PP) into the workspace, −∞ for components that are sure to be negligible and where it overflows;
    /// leaves what <see cref="FutureOffset"/> needs of the others.
    /// </summary>
    /// <returns>The largest; −∞ when all overflow.</returns>
    public double LogWeights(ForecastWorkspace workspace)
    {
        Span<double> bounds = workspace.LogWeights;
        int panels = PanelKernels.Panels(Past);
        int group = PanelKernels.NextGroup(panels);
        if (Count == 1)
        {
            Offset(0, workspace);
            return bounds[0] = 0.0;
        }

        // A log density falls with every row of z: what the first rows leave bounds it from above, and shows where to begin.
        int likeliest = 0;
        for (int k = 0; k < bounds.Length; k++)
        {
            Offset(k, workspace);
            Vector512<double> squares = PanelKernels.AddSquares(
                Panels(k), 0, group, workspace.Offset(k)[..Past], Vector512<double>.Zero, workspace.FutureOffset(k)[..PanelKernels.Lanes]);
            bounds[k] = _logConstants[k] - (0.5 * PanelKernels.Sum(squares));
            likeliest = bounds[k] > bounds[likeliest] || double.IsNaN(bounds[likeliest]) ? k : likeliest;
            if (group < panels)
            {
                squares.CopyTo(workspace.Squares(k));
            }
        }

        double best = double.NegativeInfinity;
        Finish(likeliest, group, panels, workspace, ref best);
        for (int k = 0; k < bounds.Length; k++)
        {
            if (k != likeliest)
            {
                Finish(k, group, panels, workspace, ref best);
            }
        }

        return best;
    }

    /// <summary>
    /// The same for <see cref="PanelKernels.Width"/> pasts at once, a past a column: the same bits, with the panels read once for all.
    /// A component is left once it is negligible for every one of the pasts.
    /// </summary>
    /// <param name="pasts">P·C×<see cref="PanelKernels.Width"/> row-major, in normalised units.</param>
    /// <param name="offsets">Scratch of the same size.</param>
    /// <param name="squares">Scratch, 8×<see cref="PanelKernels.Width"/>.</param>
    /// <param name="logWeights">Receives K×<see cref="PanelKernels.Width"/>.</param>
    /// <param name="best">Receives the largest of each past; −∞ when all overflow.</param>
    public void LogWeightsOfMany(ReadOnlySpan<double> pasts, Span<double> offsets, Span<double> squares, Span<double> logWeights, Span<double> best)
    {
        best.Fill(double.NegativeInfinity);
        for (int k = 0; k < Count; k++)
        {
            Span<double> bounds = logWeights.Slice(k * PanelKernels.Width, PanelKernels.Width);
            MomentKernels.SubtractFromMany(pasts, PastMean(k)[..Past], PanelKernels.Width, offsets);
            squares.Clear();
            bool counts = true;
            for (int panel = 0; panel < PanelKernels.Panels(Past) && counts; panel++)
            {
                PanelKernels.AddSquaresOfMany(Panels(k), panel, offsets, Past, squares);
                counts = Bound(_logConstants[k], squares, best, bounds);
            }

            for (int n = 0; n < bounds.Length; n++)
            {
                bounds[n] = bounds[n] >= best[n] + Negligible ? bounds[n] : double.NegativeInfinity;
                best[n] = Math.Max(best[n], bounds[n]);
            }
        }
    }

    /// <summary>Writes what the log densities cannot exceed; returns whether any past may still need the component.</summary>
    private static bool Bound(double logConstant, ReadOnlySpan<double> squares, ReadOnlySpan<double> best, Span<double> bounds)
    {
        bool counts = false;
        for (int n = 0; n < bounds.Length; n += PanelKernels.Lanes)
        {
            Vector512<double> sum = PanelKernels.SumRows(squares, n);
            Vector512<double> bound = Vector512.Create(logConstant) - (Vector512.Create(0.5) * sum);
            bound.CopyTo(bounds[n..]);
            counts |= Vector512.GreaterThanOrEqualAny(bound, Vector512.Create<double>(best[n..]) + Vector512.Create(Negligible));
        }

        return counts;
    }

    /// <summary>log π_k N(x; μ_P, Σ_PP) of the x − μ_P that the workspace holds; NaN where it overflows, 0 for one component alone.</summary>
    public double LogWeight(int k, ForecastWorkspace workspace)
    {
        if (Count == 1)
        {
            return 0.0;
        }

        Vector512<double> squares = Vector512<double>.Zero;
        for (int panel = 0, panels = PanelKernels.Panels(Past), group; panel < panels; panel += group)
        {
            group = PanelKernels.NextGroup(panels - panel);
            squares = PanelKernels.AddSquares(
                Panels(k), panel, group, workspace.Offset(k)[..Past], squares, workspace.FutureOffset(k)[..PanelKernels.Lanes]);
        }

        return _logConstants[k] - (0.5 * PanelKernels.Sum(squares));
    }

    /// <summary>Writes row i of the gain of component k, P·C numbers.</summary>
    public void GainRow(int k, int i, Span<double> row) => PanelKernels.CopyRow(Panels(k), Past + i, row);

    /// <summary>Writes log π_k in place of log weights that tell nothing; returns the largest.</summary>
    public double LogPriors(ForecastWorkspace workspace)
    {
        double best = double.NegativeInfinity;
        for (int k = 0; k < Count; k++)
        {
            workspace.LogWeights[k] = _components[k].LogPrior;
            best = Math.Max(best, _components[k].LogPrior);
            FutureOffset(k, workspace, whole: true);
        }

        return best;
    }

    /// <summary>Completes G(x − μ_P) of a component that <see cref="LogWeights"/> or <see cref="LogWeight"/> gave a weight: m − μ_F in normalised units.</summary>
    /// <param name="whole">Whether not even x − μ_P is there yet, because the weight was computed with those of other pasts.</param>
    public Span<double> FutureOffset(int k, ForecastWorkspace workspace, bool whole = false)
    {
        if (whole)
        {
            Offset(k, workspace);
        }

        Span<double> offset = workspace.FutureOffset(k);
        int panels = PanelKernels.Panels(Past + Future);

        // The panel that W ends in has been multiplied with W, when there were weights.
        int panel = Count > 1 && !whole ? PanelKernels.Panels(Past) : Past / PanelKernels.Lanes;
        int start = Past / PanelKernels.Lanes;
        for (int group; panel < panels; panel += group)
        {
            group = PanelKernels.NextGroup(panels - panel);
            PanelKernels.Multiply(Panels(k), panel, workspace.Offset(k)[..Past], offset.Slice((panel - start) * PanelKernels.Lanes, group * PanelKernels.Lanes));
        }

        return offset;
    }

    /// <summary>Mean and standard deviation of the mixture of those kept, in normalised units, from <see cref="Lead"/> on.</summary>
    public void Moments(ForecastWorkspace workspace, int kept, bool whole, Span<double> mean, Span<double> deviation)
    {
        ReadOnlySpan<int> components = workspace.Kept[..kept];
        foreach (int k in components)
        {
            FutureOffset(k, workspace, whole);
        }

        Span<double> numbers = _buffer.Span;
        MomentKernels.Combine(
            components, workspace.LogWeights[..kept], workspace.FutureOffsets, workspace.Stride, numbers[PastPadded..], numbers[(PastPadded + FuturePadded)..], _size, mean, deviation);
    }

    private void Finish(int k, int panel, int panels, ForecastWorkspace workspace, ref double best)
    {
        ref double bound = ref workspace.LogWeights[k];
        if (panel < panels && bound >= best + Negligible)
        {
            var squares = Vector512.Create<double>(workspace.Squares(k));
            for (int group; panel < panels && bound >= best + Negligible; panel += group)
            {
                group = PanelKernels.NextGroup(panels - panel);
                squares = PanelKernels.AddSquares(
                    Panels(k), panel, group, workspace.Offset(k)[..Past], squares, workspace.FutureOffset(k)[..PanelKernels.Lanes]);
                bound = _logConstants[k] - (0.5 * PanelKernels.Sum(squares));
            }
        }

        bound = bound >= best + Negligible ? bound : double.NegativeInfinity;
        best = Math.Max(best, bound);
    }

    /// <summary>Writes x − μ_P into the workspace; the padding stays zero.</summary>
    public Span<double> Offset(int k, ForecastWorkspace workspace)
    {
        Span<double> offset = workspace.Offset(k);
        MomentKernels.Subtract(workspace.Past, PastMean(k), offset);
        return offset;
    }

    private Span<double> PastMean(int k) => _buffer.Slice(k * _size, PastPadded);

    private Span<double> FutureMean(int k) => _buffer.Slice((k * _size) + PastPadded, FuturePadded);

    private Span<double> Variances(int k) => _buffer.Slice((k * _size) + PastPadded + FuturePadded, FuturePadded);

    private Span<double> Panels(int k) => _buffer.Slice((k * _size) + PastPadded + (2 * FuturePadded), _panelSize);
}
