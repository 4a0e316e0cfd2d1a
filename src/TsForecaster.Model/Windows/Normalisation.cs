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
    public (double Level, double Scale) Measure(ReadOnlySpan<double> past, int channels, int channel)
    {
        double first = double.NaN, last = double.NaN, shifted = 0.0;
        int observed = 0;
        for (int i = channel; i < past.Length; i += channels)
        {
            double value = past[i];
            if (double.IsNaN(value))
            {
                continue;
            }

            first = observed == 0 ? value : first;
            last = value;
            shifted += value - first;
            observed++;
        }

        if (observed == 0)
        {
            return (0.0, 1.0);
        }

        // Summed relative to the first value, so that the mean of a constant is that constant to the bit.
        double mean = first + (shifted / observed);
        double level = Centring switch
        {
            Centring.Last => last,
            Centring.Mean => mean,
            _ => 0.0,
        };
        return (level, Scaling == Scaling.None ? 1.0 : Math.Max(ScaleFloor, StandardDeviation(past, channels, channel, mean, observed)));
    }

    private static double StandardDeviation(ReadOnlySpan<double> past, int channels, int channel, double mean, int observed)
    {
        double squares = 0.0;
        for (int i = channel; i < past.Length; i += channels)
        {
            double deviation = past[i] - mean;
            squares += double.IsNaN(deviation) ? 0.0 : deviation * deviation;
        }

        return Math.Sqrt(squares / observed);
    }
}
