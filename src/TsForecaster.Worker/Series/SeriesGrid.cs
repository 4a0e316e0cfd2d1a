namespace TsForecaster.Worker.Series;

/// <summary>
/// The regular grid of one series: cells open at the first tick and close one after the other, whether or not a tick fell into
/// them, until <see cref="GridSettings.MaxGap"/> in a row stayed empty.
/// </summary>
internal sealed class SeriesGrid(SeriesKey key, GridSettings settings)
{
    private readonly SortedList<long, GridCell> _open = [];
    private readonly long _interval = settings.IntervalNanoseconds;
    private readonly long _grace = settings.Grace.Ticks * TimeSpan.NanosecondsPerTick;
    private long _next;
    private double _closed = double.NaN;
    private int _empty;

    public SeriesKey Key { get; } = key;

    /// <summary>Ticks that came after their cell had closed.</summary>
    public long Late { get; private set; }

    /// <summary>No cell is due to close before another tick comes.</summary>
    public bool Asleep { get; private set; } = true;

    /// <summary>Nanoseconds in a cell.</summary>
    public long Interval => _interval;

    /// <summary>Start of the cell that closes next.</summary>
    public long NextStart => _next * _interval;

    /// <summary>The stream time at which the next cell closes.</summary>
    public long ClosesAt => ClosingTime(_next);

    /// <summary>Puts a tick into its cell, or counts it as late. The stream time is at or after the tick's time.</summary>
    public void Place(in Tick tick, long streamTime)
    {
        long index = tick.Time / _interval;
        if (ClosingTime(index) <= streamTime || index < _next)
        {
            Late++;
            return;
        }

        if (Asleep)
        {
            (_next, _empty, Asleep) = (index, 0, false);
        }

        if (!_open.TryGetValue(index, out GridCell? cell))
        {
            _open.Add(index, cell = new GridCell(index));
        }

        cell.Add(tick.Time, tick.Value, settings.Aggregate);
    }

    /// <summary>Closes the next cell.</summary>
    public Step Close()
    {
        double value = double.NaN;
        if (_open.Count > 0 && _open.GetKeyAtIndex(0) == _next)
        {
            value = Value(_open.GetValueAtIndex(0));
            _open.RemoveAt(0);
            _empty = 0;
        }
        else
        {
            _empty++;
        }

        Asleep = _empty >= settings.MaxGap && _open.Count == 0;
        _closed = value;
        return new Step(Key, _next++ * _interval, value);
    }

    /// <summary>
    /// What the cell that starts then holds so far, when it is the last that closed or has not closed; NaN without ticks. Cells that close at one stream time
    /// close before anything else happens, so that another channel's cell finds here all that will ever be in this.
    /// </summary>
    public double ValueAt(long start)
    {
        long index = start / _interval;
        return index == _next - 1 ? _closed : _open.TryGetValue(index, out GridCell? cell) ? Value(cell) : double.NaN;
    }

    private double Value(GridCell cell) => cell.Value(settings.Aggregate) is var value && Math.Abs(value) <= Tick.LargestValue ? value : double.NaN;

    private long ClosingTime(long index) => ((index + 1) * _interval) + _grace;

    public void Write(BinaryWriter writer)
    {
        writer.Write(_next);
        writer.Write(_closed);
        writer.Write(_empty);
        writer.Write(Asleep);
        writer.Write(Late);
        writer.Write(_open.Count);
        foreach (GridCell cell in _open.Values)
        {
            cell.Write(writer);
        }
    }

    public static SeriesGrid Read(BinaryReader reader, SeriesKey key, GridSettings settings)
    {
        SeriesGrid grid = new(key, settings)
        {
            _next = reader.ReadInt64(),
            _closed = reader.ReadDouble(),
            _empty = reader.ReadInt32(),
            Asleep = reader.ReadBoolean(),
            Late = reader.ReadInt64(),
        };
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            GridCell cell = GridCell.Read(reader);
            grid._open.Add(cell.Index, cell);
        }

        return grid;
    }
}
