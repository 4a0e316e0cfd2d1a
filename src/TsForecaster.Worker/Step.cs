namespace TsForecaster.Worker;

/// <summary>One closed cell of a series' regular grid.</summary>
/// <param name="Start">Start of the cell, nanoseconds since 1970 UTC.</param>
/// <param name="Value">The aggregated value; NaN when no tick fell into the cell.</param>
public readonly record struct Step(SeriesKey Key, long Start, double Value)
{
    public bool Missing => double.IsNaN(Value);
}
