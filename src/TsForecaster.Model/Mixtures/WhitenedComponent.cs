using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>A component as the E-step needs it: log π N(x; μ, Σ) = logScale − ½ |W x − bias|² with W Σ Wᵀ = I.</summary>
internal sealed class WhitenedComponent
{
    public WhitenedComponent(PanelLayout layout)
        : this(layout, new double[layout.Size])
    {
    }

    private WhitenedComponent(PanelLayout layout, double[] panels)
    {
        (Layout, Panels) = (layout, panels);
        Bias = new double[layout.Panels * WhiteningKernel.PanelRows];
        Mean = new double[layout.Dimension];
    }

    public PanelLayout Layout { get; }

    /// <summary>W. Components with one covariance may share it.</summary>
    public double[] Panels { get; private set; }

    /// <summary>W (μ − origin), eight numbers a panel.</summary>
    public double[] Bias { get; }

    /// <summary>μ − origin, D numbers.</summary>
    public double[] Mean { get; }

    /// <summary>log π − ½ (D ln 2π + ln det Σ).</summary>
    public double LogScale { get; private set; }

    /// <summary>Takes the parameters from a factored and inverted covariance.</summary>
    public void Set(double weight, ReadOnlySpan<double> centredMean, InverseFactor factor)
    {
        Layout.Pack(factor.Transposed, factor.Width, Panels);
        SetMean(weight, centredMean, factor.LogDeterminant);
    }

    /// <summary>Takes W from another component.</summary>
    public void Set(double weight, ReadOnlySpan<double> centredMean, WhitenedComponent other, double logDeterminant)
    {
        Panels = other.Panels;
        SetMean(weight, centredMean, logDeterminant);
    }

    /// <summary>|W v|², D numbers in the order of a window.</summary>
    public double SquaredNorm(ReadOnlySpan<double> v, Span<double> scratch) => Layout.Multiply(Panels, v, scratch);

    /// <summary>The same W and weight about another mean.</summary>
    public WhitenedComponent WithMean(ReadOnlySpan<double> centredMean)
    {
        WhitenedComponent moved = new(Layout, Panels) { LogScale = LogScale };
        moved.Place(centredMean);
        return moved;
    }

    private void SetMean(double weight, ReadOnlySpan<double> centredMean, double logDeterminant)
    {
        Place(centredMean);
        LogScale = Math.Log(weight) - (0.5 * ((Layout.Dimension * StandardNormal.LogTwoPi) + logDeterminant));
    }

    private void Place(ReadOnlySpan<double> centredMean)
    {
        centredMean[..Mean.Length].CopyTo(Mean);
        Layout.Multiply(Panels, centredMean, Bias);
    }
}
