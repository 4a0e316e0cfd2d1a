using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The components of a model, laid out for queries with a complete past x. Once per model: W_k = L_PP⁻¹ and the gain
/// G_k = Σ_FP Σ_PP⁻¹, whose rows solve w L = e_i and g L = (row of L_FP). Per query: log π_k N(x; μ_P, Σ_PP) from ‖W_k(x − μ_P)‖²,
/// and m_k = μ_F + G_k(x − μ_P) for the components that count.
/// <para>
/// Rows that solve from the left leave |WL − I| within a few roundings of |W||L|, so that W(x − μ) is as accurate as forward
/// substitution: both errors are bounded by a small multiple of 2⁻⁵³ |W||L||z| (Higham 2002, §14.2).
/// </para>
/// </summary>
internal sealed class PreparedComponents
{
    /// <summary>
    /// How far, in logarithms, a component may lie below the likeliest: e^−36.8 is less than 2⁻⁵³ (−36.74 in logarithms), half a unit
    /// in the last place of the likeliest's own weight, so that no weight changes when it is left out of the sum they are divided by.
    /// The mean moves by less than 2⁻⁵³ of the distance to the mean of the component left out.
    /// </summary>
    public const double Negligible = -36.8;

    private readonly ConditionalComponent[] _components;
    private readonly double[] _logConstants;
    private readonly AlignedBuffer _buffer;
    private readonly int _pastPadded;
    private readonly int _triangle;
    private readonly int _gain;
    private readonly int _size;

    /// <param name="components">At least one.</param>
    /// <param name="past">P·C.</param>
    /// <param name="future">F·C.</param>
    public PreparedComponents(ConditionalComponent[] components, int past, int future)
    {
        (_components, Past, Future) = (components, past, future);
        (_pastPadded, FuturePadded) = (PanelKernels.Padded(past), PanelKernels.Padded(future));
        _triangle = components.Length > 1 ? PanelKernels.TriangleSize(PanelKernels.Panels(past), past) : 0;
        _gain = PanelKernels.Size(future, past);
        _size = _pastPadded + _triangle + (2 * FuturePadded) + _gain;
        _logConstants = Array.ConvertAll(components, component => component.LogConstant);
        _buffer = new AlignedBuffer(components.Length * _size);
        double[] row = new double[past];
        for (int k = 0; k < components.Length; k++)
        {
            components[k].ObservedMean.CopyTo(PastMean(k));
            components[k].TargetMean.CopyTo(FutureMean(k));
            for (int i = 0; i < past && _triangle > 0; i++)
            {
                components[k].InverseRow(i, row);
                PanelKernels.SetTriangleRow(Inverse(k), past, i, row);
            }

            for (int i = 0; i < future; i++)
            {
                components[k].GainRow(i, row);
                PanelKernels.SetRow(Gain(k), past, i, row);
                Variances(k)[i] = components[k].Deviations[i] * components[k].Deviations[i];
            }
        }
    }

    public int Count => _components.Length;

    /// <summary>P·C.</summary>
    public int Past { get; }

    /// <summary>F·C.</summary>
    public int Future { get; }

    /// <summary>P·C with what fills the last panel, which is zero in every past.</summary>
    public int PastPadded => _pastPadded;

    /// <summary>F·C with what fills the last panel.</summary>
    public int FuturePadded { get; }

    /// <summary>diag S_k, <see cref="FuturePadded"/> numbers.</summary>
    public Span<double> Variances(int k) => _buffer.Slice((k * _size) + _pastPadded + _triangle + FuturePadded, FuturePadded);

    /// <summary>Writes log π_k N(x; μ_P, Σ_PP) into the workspace; −∞ for components that are sure to be negligible, and where it overflows.</summary>
    /// <returns>The largest; −∞ when all overflow.</returns>
    public double LogWeights(ReadOnlySpan<double> x, ForecastWorkspace workspace)
    {
        Span<double> bounds = workspace.LogWeights;
        if (Count == 1)
        {
            return bounds[0] = 0.0;
        }

        // A component's log density falls with every row of z: what the first rows leave bounds it, and shows where to begin.
        int likeliest = 0;
        for (int k = 0; k < Count; k++)
        {
            Span<double> squares = workspace.Squares(k);
            squares.Clear();
            Offset(k, x, workspace.Offset);
            PanelKernels.AddSquares(Inverse(k), 0, workspace.Offset[..Past], squares);
            bounds[k] = _logConstants[k] - (0.5 * PanelKernels.Sum(squares));
            likeliest = bounds[k] > bounds[likeliest] || double.IsNaN(bounds[likeliest]) ? k : likeliest;
        }

        double best = double.NegativeInfinity;
        Finish(likeliest, x, workspace, ref best);
        for (int k = 0; k < Count; k++)
        {
            if (k != likeliest)
            {
                Finish(k, x, workspace, ref best);
            }
        }

        return best;
    }

    /// <summary>Writes m_k, <see cref="FuturePadded"/> numbers, in normalised units.</summary>
    public void ConditionalMean(int k, ReadOnlySpan<double> x, Span<double> offset, Span<double> destination)
    {
        Offset(k, x, offset);
        FutureMean(k).CopyTo(destination);
        PanelKernels.MultiplyAdd(Gain(k), offset[..Past], destination);
    }

    public double LogPrior(int k) => _components[k].LogPrior;

    private void Finish(int k, ReadOnlySpan<double> x, ForecastWorkspace workspace, ref double best)
    {
        ref double bound = ref workspace.LogWeights[k];
        int panel = 2;
        if (panel < PanelKernels.Panels(Past) && bound >= best + Negligible)
        {
            Span<double> squares = workspace.Squares(k);
            Offset(k, x, workspace.Offset);
            for (; panel < PanelKernels.Panels(Past) && bound >= best + Negligible; panel += 2)
            {
                PanelKernels.AddSquares(Inverse(k), panel, workspace.Offset[..Past], squares);
                bound = _logConstants[k] - (0.5 * PanelKernels.Sum(squares));
            }
        }

        bound = bound >= best + Negligible ? bound : double.NegativeInfinity;
        best = Math.Max(best, bound);
    }

    /// <summary>Writes x − μ_P; the padding stays zero.</summary>
    private void Offset(int k, ReadOnlySpan<double> x, Span<double> offset) => MomentKernels.Subtract(x, PastMean(k), offset);

    private Span<double> PastMean(int k) => _buffer.Slice(k * _size, _pastPadded);

    private Span<double> Inverse(int k) => _buffer.Slice((k * _size) + _pastPadded, _triangle);

    private Span<double> FutureMean(int k) => _buffer.Slice((k * _size) + _pastPadded + _triangle, FuturePadded);

    private Span<double> Gain(int k) => _buffer.Slice((k * _size) + _pastPadded + _triangle + (2 * FuturePadded), _gain);
}
