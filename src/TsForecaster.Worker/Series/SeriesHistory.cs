using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Series;

/// <summary>
/// The last steps of a series, oldest first, always contiguous in memory: appended at the end of a buffer twice the capacity,
/// moved to its front when the end is reached. NaN marks a missing value. Where the series is forecast together with other channels, their values
/// are kept beside its own.
/// </summary>
/// <param name="capacity">Steps.</param>
/// <param name="channels">C, its own included, which is the first.</param>
internal sealed class SeriesHistory(int capacity, int channels = 1)
{
    private double[] _own = new double[Math.Min(2 * capacity, 256)];
    private double[] _joined = new double[channels > 1 ? channels * Math.Min(2 * capacity, 256) : 0];
    private int _end;

    /// <summary>Steps.</summary>
    public int Count { get; private set; }

    /// <summary>The last <paramref name="count"/> values of the series itself before the last <paramref name="skip"/>.</summary>
    public ReadOnlySpan<double> Last(int count, int skip = 0) => _own.AsSpan(_end - skip - count, count);

    /// <summary>The same with the first so many channels, step-major.</summary>
    public ReadOnlySpan<double> Joined(int kept, int count, int skip = 0) =>
        kept == 1 ? Last(count, skip) : JoinedHistory.First(_joined.AsMemory((_end - skip - count) * channels, count * channels), channels, kept).Span;

    /// <param name="own">The value of the series.</param>
    /// <param name="beside">Those of the other channels.</param>
    public void Append(double own, ReadOnlySpan<double> beside)
    {
        if (_end == _own.Length)
        {
            int length = Math.Min(2 * capacity, 2 * _own.Length);
            (_own, _joined, _end) = (Moved(_own, 1, length), channels > 1 ? Moved(_joined, channels, length) : [], Count);
        }

        _own[_end] = own;
        if (channels > 1)
        {
            _joined[_end * channels] = own;
            beside.CopyTo(_joined.AsSpan((_end * channels) + 1, channels - 1));
        }

        _end++;
        Count = Math.Min(Count + 1, capacity);
    }

    public void Clear() => (_end, Count) = (0, 0);

    public void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(channels);
        writer.WriteAll(Joined(channels, Count));
    }

    /// <param name="sameChannels">Whether the channels are those that were written; else the other ones begin anew.</param>
    public static SeriesHistory Read(BinaryReader reader, int capacity, int channels, bool sameChannels)
    {
        SeriesHistory history = new(capacity, channels);
        (int count, int written) = (reader.ReadInt32(), reader.ReadInt32());
        double[] step = new double[Math.Max(written, channels)];
        for (; count > 0; count--)
        {
            for (int c = 0; c < written; c++)
            {
                step[c] = reader.ReadDouble();
            }

            step.AsSpan(sameChannels ? written : 1).Fill(double.NaN);
            history.Append(step[0], step.AsSpan(1, channels - 1));
        }

        return history;
    }

    /// <summary>The steps that are kept, at the front of the full buffer, or of a new one that holds so many.</summary>
    private double[] Moved(double[] buffer, int width, int length)
    {
        double[] target = buffer.Length == length * width ? buffer : new double[length * width];
        Array.Copy(buffer, buffer.Length - (Count * width), target, 0, Count * width);
        return target;
    }
}
