namespace TsForecaster.Worker;

/// <summary>One value of one channel of a series, as it came.</summary>
/// <param name="Time">Event time, nanoseconds since 1970 UTC.</param>
public readonly record struct Tick(SeriesKey Key, long Time, double Value)
{
    /// <summary>The largest magnitude taken for a measurement: sums of squares of such values are still far from overflowing.</summary>
    public const double LargestValue = 1e100;
}
