namespace TsForecaster.Model.Windows;

/// <summary>What is subtracted from every value of a window.</summary>
public enum Centring
{
    None,

    /// <summary>The last observed value of the past.</summary>
    Last,

    /// <summary>The mean of the observed past.</summary>
    Mean,

    /// <summary>The mean of the history that the model was fitted to: one level for all windows.</summary>
    History,
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
/// pair a channel; with <see cref="Seasons"/>, after every value's seasonal profile is subtracted, so that what is modelled is the departure
/// from a pattern that is known ahead. It is part of the model and undone on the forecast.
/// </summary>
public sealed record Normalisation(Centring Centring = Centring.Last, Scaling Scaling = Scaling.None)
{
    /// <summary>The floor of the scales as a share of a series' mean absolute change from one season to the next.</summary>
    private const double FloorShare = 0.1;

    /// <summary>Windows as they are.</summary>
    public static Normalisation None { get; } = new(Centring.None);

    /// <summary>m, steps in a season, for the profile and for differences a season apart.</summary>
    public int Season { get; init; } = 1;

    /// <summary>
    /// How many seasons a value's profile averages, those before the value itself; 0 for no profile. A past value departs from its own earlier seasons as
    /// a future one does, so that the level of departures goes on from one to the other.
    /// </summary>
    public int Seasons { get; init; }

    /// <summary>α, above 0 and at most 1: what a season counts in the profile relative to the one after it.</summary>
    public double Decay { get; init; } = 1.0;

    /// <summary>Whether windows are left as they are.</summary>
    public bool IsNone => Centring == Centring.None && Scaling == Scaling.None && Seasons == 0;

    /// <summary>
    /// Steps of history, the last ones, that level and scale are measured over: a past of few lags then still has the level of a
    /// whole week. 0 for the past that the window holds.
    /// </summary>
    public int MeasuredSteps { get; init; }

    /// <summary>The last steps of those that <see cref="Centring.Mean"/> averages; 0 for all.</summary>
    public int LevelSteps { get; init; }

    /// <summary>Steps of history that windows of a shape read: the past, or what level and scale are measured over, and the profile's seasons before.</summary>
    public int ReachOf(WindowShape shape) => checked(Math.Max(shape.Reach, MeasuredSteps) + (Season * Seasons));

    /// <summary>The smallest scale a window is divided by, so that a flat past does not blow up.</summary>
    public double ScaleFloor { get; init; } = 1e-8;

    /// <summary>What <see cref="Centring.History"/> subtracts.</summary>
    public double HistoryMean { get; init; }

    /// <summary>
    /// For the windows of one series: its mean, and scales are no smaller than a tenth of what the series changes from one season to the next, on average, so
    /// that a quiet past, such as a few readings of a sensor that stands still, does not make a window of noise large.
    /// </summary>
    /// <param name="history">Of one channel, NaN where missing.</param>
    public Normalisation MeasuredOn(ReadOnlySpan<double> history)
    {
        int pairs = 0, observed = 0;
        double changes = 0.0, magnitudes = 0.0, first = double.NaN, shifted = 0.0;
        for (int i = 0; i < history.Length; i++)
        {
            double change = i < Season ? double.NaN : Math.Abs(history[i] - history[i - Season]);
            changes += double.IsNaN(change) ? 0.0 : change;
            pairs += double.IsNaN(change) ? 0 : 1;
            if (!double.IsNaN(history[i]))
            {
                first = observed == 0 ? history[i] : first;
                shifted += history[i] - first;
                magnitudes += Math.Abs(history[i]);
                observed++;
            }
        }

        double floor = pairs > 0 ? FloorShare * changes / pairs : 0.0;
        return this with
        {
            ScaleFloor = Math.Max(ScaleFloor, Math.Max(floor, observed > 0 ? 1e-9 * magnitudes / observed : 0.0)),
            HistoryMean = Centring == Centring.History && observed > 0 ? first + (shifted / observed) : HistoryMean,
        };
    }

    /// <summary>The same for the windows of several series that share a density: the mean of their means, and the least of their floors.</summary>
    /// <param name="histories">Of one channel each, NaN where missing.</param>
    public Normalisation MeasuredOn(IReadOnlyList<ReadOnlyMemory<double>> histories)
    {
        Normalisation[] each = [.. histories.Where(history => history.Span.ContainsAnyExcept(double.NaN)).Select(history => MeasuredOn(history.Span))];
        return each.Length == 0 ? this : this with { ScaleFloor = each.Min(one => one.ScaleFloor), HistoryMean = each.Average(one => one.HistoryMean) };
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
    /// step; NaN marks a missing value and is left out. With nothing observed the scale is 1, and the level 0 unless it is the history's.
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
            return (Centring == Centring.History ? HistoryMean : 0.0, 1.0);
        }

        // Summed relative to the first value, so that the mean of a constant is that constant to the bit.
        double mean = first + (shifted / observed);
        double level = Centring switch
        {
            Centring.Last => last,
            Centring.Mean => RecentMean(past, channels, channel, mean),
            Centring.History => HistoryMean,
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
    /// The profile of one value: Σ α^(i−1) y_(s − i·m) / Σ α^(i−1) over those of its i = 1 … <see cref="Seasons"/> earlier seasons that were observed; NaN
    /// with none.
    /// </summary>
    /// <param name="history">Whole steps of <paramref name="channels"/> interleaved values, NaN where missing.</param>
    /// <param name="channels">C.</param>
    /// <param name="index">Where the value lies, in the history or less than a season behind its end.</param>
    public double Profile(ReadOnlySpan<double> history, int channels, int index)
    {
        // Newest first, relative to the newest, so that a repeated value is its own mean to the bit.
        double first = double.NaN, sum = 0.0, weights = 0.0, weight = 1.0;
        for (int season = 1; season <= Seasons; season++, weight *= Decay)
        {
            double value = history[index - (season * Season * channels)];
            if (!double.IsNaN(value))
            {
                first = weights == 0.0 ? value : first;
                sum += weight * (value - first);
                weights += weight;
            }
        }

        return first + (sum / weights);
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
