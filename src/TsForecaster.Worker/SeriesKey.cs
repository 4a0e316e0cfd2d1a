namespace TsForecaster.Worker;

/// <summary>A series and one of its channels; ordered by ordinal comparison of the names.</summary>
public readonly record struct SeriesKey(string Series, string Channel) : IComparable<SeriesKey>
{
    /// <summary>The channel of a series that has only one.</summary>
    public const string DefaultChannel = "value";

    public int CompareTo(SeriesKey other)
    {
        int order = string.CompareOrdinal(Series, other.Series);
        return order != 0 ? order : string.CompareOrdinal(Channel, other.Channel);
    }

    public override string ToString() => Channel == DefaultChannel ? Series : $"{Series}/{Channel}";
}
