using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>A component as the E-step needs it: log π N(x; μ, Σ) = logScale − ½ |W x − bias|² with W Σ Wᵀ = I.</summary>
internal sealed class WhitenedComponent
{
    private readonly PanelLayout _layout;

    public WhitenedComponent(PanelLayout layout)
        : this(layout, new double[layout.Size])
    {
    }

    private WhitenedComponent(PanelLayout layout, double[] panels)
    {
        (_layout, Panels) = (layout, panels);
        Bias = new double[layout.Stages.Length * 2 * WhiteningKernel.PanelRows];
    }

    /// <summary>W. Components with one covariance may share it.</summary>
    public double[] Panels { get; private set; }

    /// <summary>W (μ − origin), sixteen numbers a stage.</summary>
    public double[] Bias { get; }

    /// <summary>log π − ½ (D ln 2π + ln det Σ).</summary>
    public double LogScale { get; private set; }

    /// <summary>Takes the parameters from a factored and inverted covariance.</summary>
    public void Set(double weight, ReadOnlySpan<double> centredMean, InverseFactor factor)
    {
        _layout.Pack(factor.Inverse, factor.Width, Panels);
        SetMean(weight, centredMean, factor.LogDeterminant);
    }

    /// <summary>Takes W from another component.</summary>
    public void Set(double weight, ReadOnlySpan<double> centredMean, WhitenedComponent other, double logDeterminant)
    {
        Panels = other.Panels;
        SetMean(weight, centredMean, logDeterminant);
    }

    /// <summary>|W v|², D numbers in the order of a window.</summary>
    public double SquaredNorm(ReadOnlySpan<double> v, Span<double> scratch) => _layout.Multiply(Panels, v, scratch);

    /// <summary>The same W and weight about another mean.</summary>
    public WhitenedComponent WithMean(ReadOnlySpan<double> centredMean)
    {
        WhitenedComponent moved = new(_layout, Panels) { LogScale = LogScale };
        _layout.Multiply(Panels, centredMean, moved.Bias);
        return moved;
    }

    private void SetMean(double weight, ReadOnlySpan<double> centredMean, double logDeterminant)
    {
        _layout.Multiply(Panels, centredMean, Bias);
        LogScale = Math.Log(weight) - (0.5 * ((_layout.Dimension * StandardNormal.LogTwoPi) + logDeterminant));
    }
}
