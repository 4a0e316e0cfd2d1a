namespace TsForecaster.Worker.Series;

/// <summary>
/// The last values of a series, oldest first, always contiguous in memory: appended at the end of a buffer twice the capacity,
/// moved to its front when the end is reached. NaN marks a missing value.
/// </summary>
internal sealed class SeriesHistory(int capacity)
{
    private double[] _buffer = new double[Math.Min(2 * capacity, 256)];
    private int _end;

    public int Count { get; private set; }

    /// <summary>The last <paramref name="count"/> values before the last <paramref name="skip"/>.</summary>
    public ReadOnlySpan<double> Last(int count, int skip = 0) => _buffer.AsSpan(_end - skip - count, count);

    public void Append(double value)
    {
        if (_end == _buffer.Length)
        {
            double[] target = _buffer.Length < 2 * capacity ? new double[Math.Min(2 * capacity, 2 * _buffer.Length)] : _buffer;
            Array.Copy(_buffer, _end - Count, target, 0, Count);
            (_buffer, _end) = (target, Count);
        }

        _buffer[_end++] = value;
        Count = Math.Min(Count + 1, capacity);
    }

    public void Clear() => (_end, Count) = (0, 0);

    public void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.WriteAll(Last(Count));
    }

    public static SeriesHistory Read(BinaryReader reader, int capacity)
    {
        SeriesHistory history = new(capacity);
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            history.Append(reader.ReadDouble());
        }

        return history;
    }
}
