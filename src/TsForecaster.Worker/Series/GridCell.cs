namespace TsForecaster.Worker.Series;

/// <summary>One open cell: the running aggregate of the ticks that fell into it.</summary>
internal sealed class GridCell(long index)
{
    private long _count;
    private long _lastTime = long.MinValue;
    private double _value;

    /// <summary>The cell covers [Index·interval, (Index + 1)·interval).</summary>
    public long Index { get; } = index;

    public void Add(long time, double value, Aggregate aggregate)
    {
        _value = (aggregate, _count) switch
        {
            (Aggregate.Mean or Aggregate.Sum, > 0) => _value + value,
            (Aggregate.Min, > 0) => Math.Min(_value, value),
            (Aggregate.Max, > 0) => Math.Max(_value, value),

            // Of two ticks with the same time, the later in the log is the last.
            (Aggregate.Last, > 0) when time < _lastTime => _value,
            _ => value,
        };
        _lastTime = Math.Max(_lastTime, time);
        _count++;
    }

    public double Value(Aggregate aggregate) => aggregate == Aggregate.Mean ? _value / _count : _value;

    public void Write(BinaryWriter writer)
    {
        writer.Write(Index);
        writer.Write(_count);
        writer.Write(_lastTime);
        writer.Write(_value);
    }

    public static GridCell Read(BinaryReader reader) => new(reader.ReadInt64())
    {
        _count = reader.ReadInt64(),
        _lastTime = reader.ReadInt64(),
        _value = reader.ReadDouble(),
    };
}
