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

    /// <summary>
    /// The root mean square of the differences a season apart (<see cref="Normalisation.Season"/>; from one step to the next where the
    /// past is too short): what is left when the pattern is taken away, so that intervals widen and narrow with the noise alone.
    /// </summary>
    SeasonalDifference,
}

/// <summary>
/// How a window is made comparable with the others: x ↦ (x − level) / scale, level and scale taken from the window's own past, one
/// pair a channel; with <see cref="Seasons"/>, after the seasonal profile of the last seasons is subtracted (from a past value, that of the
/// other seasons), so that what is modelled is the departure from a pattern that is known ahead. It is part of the model and undone on the forecast.
/// </summary>
public sealed record Normalisation(Centring Centring = Centring.Last, Scaling Scaling = Scaling.None)
{
    /// <summary>The floor of the scales as a share of a series' mean absolute change from one season to the next.</summary>
    private const double FloorShare = 0.1;

    /// <summary>Windows as they are.</summary>
    public static Normalisation None { get; } = new(Centring.None);

    /// <summary>m, steps in a season, for the profile and for differences a season apart.</summary>
    public int Season { get; init; } = 1;

    /// <summary>How many of the last seasons the profile averages; 0 for no profile.</summary>
    public int Seasons { get; init; }

    /// <summary>Whether windows are left as they are.</summary>
    public bool IsNone => Centring == Centring.None && Scaling == Scaling.None && Seasons == 0;

    /// <summary>
    /// Steps of history, the last ones, that level and scale are measured over: a past of few lags then still has the level of a
    /// whole week. 0 for the past that the window holds.
    /// </summary>
    public int MeasuredSteps { get; init; }

    /// <summary>The last steps of those that <see cref="Centring.Mean"/> averages; 0 for all.</summary>
    public int LevelSteps { get; init; }

    /// <summary>Steps of history that the profile, the level and the scale need, whatever the window's past; 0 when its past is enough.</summary>
    public int Reach => Math.Max(checked(Season * Seasons), MeasuredSteps);

    /// <summary>Levels of a channel: one, or one a phase.</summary>
    public int Phases => Seasons > 0 ? Season : 1;

    /// <summary>The smallest scale a window is divided by, so that a flat past does not blow up.</summary>
    public double ScaleFloor { get; init; } = 1e-8;

    /// <summary>
    /// For the windows of one series: scales are no smaller than a tenth of what the series changes from one season to the next, on average, so
    /// that a quiet past, such as a few readings of a sensor that stands still, does not make a window of noise large.
    /// </summary>
    /// <param name="history">Of one channel, NaN where missing.</param>
    public Normalisation FlooredFor(ReadOnlySpan<double> history)
    {
        int pairs = 0, observed = 0;
        double changes = 0.0, magnitudes = 0.0;
        for (int i = 0; i < history.Length; i++)
        {
            double change = i < Season ? double.NaN : Math.Abs(history[i] - history[i - Season]);
            changes += double.IsNaN(change) ? 0.0 : change;
            pairs += double.IsNaN(change) ? 0 : 1;
            magnitudes += double.IsNaN(history[i]) ? 0.0 : Math.Abs(history[i]);
            observed += double.IsNaN(history[i]) ? 0 : 1;
        }

        double floor = pairs > 0 ? FloorShare * changes / pairs : 0.0;
        return this with { ScaleFloor = Math.Max(ScaleFloor, Math.Max(floor, observed > 0 ? 1e-9 * magnitudes / observed : 0.0)) };
    }

    /// <summary>Whether the level is measured on the past that a window holds, so that it is open when some of that is missing.</summary>
    internal bool IsLevelOfPast => Centring == Centring.Last || (Centring == Centring.Mean && MeasuredSteps == 0);

    /// <summary>
    /// Whether a past with missing values still has what its channel's level is measured by. The mean of more history than the past itself
    /// holds moves little with a hole and counts as it is.
    /// </summary>
    /// <param name="past">The window's own, interleaved values, NaN where missing.</param>
    /// <param name="channels">C.</param>
    /// <param name="channel">From 0.</param>
    public bool FixesLevel(ReadOnlySpan<double> past, int channels, int channel)
    {
        int steps = Centring switch
        {
            Centring.Last => 1,
            Centring.Mean when MeasuredSteps == 0 => LevelSteps > 0 ? Math.Min(LevelSteps, past.Length / channels) : past.Length / channels,
            _ => 0,
        };
        for (int i = past.Length - (steps * channels) + channel; i < past.Length; i += channels)
        {
            if (double.IsNaN(past[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Level and scale of one channel of a past, less its profile when there is one. <paramref name="past"/> holds <paramref name="channels"/> interleaved values a
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
            Centring.Mean => RecentMean(past, channels, channel, mean),
            _ => 0.0,
        };
        double scale = Scaling switch
        {
            Scaling.StandardDeviation => StandardDeviation(past, channels, channel, mean, observed),
            Scaling.SeasonalDifference => SeasonalDifference(past, channels, channel),
            _ => 1.0,
        };
        return (level, Math.Max(ScaleFloor, scale));
    }

    /// <summary>
    /// The seasonal profile of each channel: for each phase the mean of the observed values one, two, … seasons before. A phase without
    /// any takes the mean of the others; with nothing observed at all the profile is 0.
    /// </summary>
    /// <param name="history">Whole steps of <paramref name="channels"/> interleaved values, at least <see cref="Seasons"/> seasons; NaN where missing.</param>
    /// <param name="channels">C.</param>
    /// <param name="profile">Receives m·C numbers; the first C belong to the step after the history.</param>
    public void MeasureProfile(ReadOnlySpan<double> history, int channels, Span<double> profile)
    {
        int season = Season * channels;
        ReadOnlySpan<double> recent = history[^(Seasons * season)..];
        bool whole = true;
        for (int i = 0; i < season; i++)
        {
            // Newest first, relative to the newest, so that a repeated value is its own mean to the bit.
            double first = double.NaN, sum = 0.0;
            int observed = 0;
            for (int at = recent.Length - season + i; at >= 0; at -= season)
            {
                if (!double.IsNaN(recent[at]))
                {
                    first = observed == 0 ? recent[at] : first;
                    sum += recent[at] - first;
                    observed++;
                }
            }

            profile[i] = first + (sum / observed);
            whole &= observed > 0;
        }

        for (int channel = 0; channel < channels && !whole; channel++)
        {
            FillUnobserved(profile, channels, channel);
        }
    }

    /// <summary>The mean of the last <see cref="LevelSteps"/> when anything was observed there, otherwise that of all.</summary>
    private double RecentMean(ReadOnlySpan<double> past, int channels, int channel, double mean)
    {
        if (LevelSteps == 0 || LevelSteps * channels >= past.Length)
        {
            return mean;
        }

        double shifted = 0.0;
        int observed = 0;
        for (int i = past.Length - (LevelSteps * channels) + channel; i < past.Length; i += channels)
        {
            shifted += double.IsNaN(past[i]) ? 0.0 : past[i] - mean;
            observed += double.IsNaN(past[i]) ? 0 : 1;
        }

        return observed > 0 ? mean + (shifted / observed) : mean;
    }

    private static void FillUnobserved(Span<double> profile, int channels, int channel)
    {
        double sum = 0.0;
        int observed = 0;
        for (int i = channel; i < profile.Length; i += channels)
        {
            sum += double.IsNaN(profile[i]) ? 0.0 : profile[i];
            observed += double.IsNaN(profile[i]) ? 0 : 1;
        }

        for (int i = channel; i < profile.Length; i += channels)
        {
            profile[i] = !double.IsNaN(profile[i]) ? profile[i] : observed > 0 ? sum / observed : 0.0;
        }
    }

    private double SeasonalDifference(ReadOnlySpan<double> past, int channels, int channel)
    {
        int apart = (2 * Season * channels <= past.Length ? Season : 1) * channels;
        double squares = 0.0;
        int pairs = 0;
        for (int i = apart + channel; i < past.Length; i += channels)
        {
            double difference = past[i] - past[i - apart];
            squares += double.IsNaN(difference) ? 0.0 : difference * difference;
            pairs += double.IsNaN(difference) ? 0 : 1;
        }

        return pairs > 0 ? Math.Sqrt(squares / pairs) : 1.0;
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
