namespace TsForecaster.Model.Windows;

/// <summary>What is subtracted from every value of a window.</summary>
public enum Centring
{
    None,

    /// <summary>The last observed value of the past.</summary>
    Last,

    /// <summary>The mean of the observed past.</summary>
    Mean,
}

/// <summary>What every value of a window is divided by, after centring.</summary>
public enum Scaling
{
    None,

    /// <summary>The population standard deviation of the observed past, no smaller than a floor.</summary>
    StandardDeviation,
}

/// <summary>
/// How a window is made comparable with the others: x ↦ (x − level) / scale, level and scale taken from the window's own
/// past, one pair a channel. It is part of the model and undone on the forecast.
/// </summary>
public sealed record Normalisation(Centring Centring = Centring.Last, Scaling Scaling = Scaling.None)
{
    /// <summary>Windows as they are.</summary>
    public static Normalisation None { get; } = new(Centring.None);

    /// <summary>The smallest scale a window is divided by, so that a flat past does not blow up.</summary>
    public double ScaleFloor { get; init; } = 1e-8;

    /// <summary>
    /// Level and scale of one channel of a past. <paramref name="past"/> holds <paramref name="channels"/> interleaved values a
    /// step; NaN marks a missing value and is left out. With nothing observed the level is 0 and the scale 1.
    /// </summary>
    public (double Level, double Scale) Measure(ReadOnlySpan<double> past, int channels, int channel) =>
        throw null!;
}
