using System.Buffers;
using System.Text;

namespace TsForecaster.Worker.Publish;

/// <summary>Lines of line protocol in one buffer, with their boundaries, so that any run of them can be sent again without encoding it again.</summary>
internal sealed class LineBatch
{
    private const int TypicalLineBytes = 352;

    private readonly ReadOnlyMemory<byte> _text;
    private readonly int[] _ends;

    private LineBatch(ReadOnlyMemory<byte> text, int[] ends, int count, TimePrecision precision) =>
        (_text, _ends, Count, Precision) = (text, ends, count, precision);

    public int Count { get; }

    public TimePrecision Precision { get; }

    /// <summary>Encodes <paramref name="count"/> points from <paramref name="start"/> on; points without a writable field give no line.</summary>
    public static LineBatch Encode(IReadOnlyList<Point> points, int start, int count)
    {
        TimePrecision precision = LineProtocol.CoarsestPrecision(points, start, count);
        var text = new ArrayBufferWriter<byte>(Math.Max(1, count) * TypicalLineBytes);
        int[] ends = new int[count];
        int lines = 0;
        for (int i = start; i < start + count; i++)
        {
            if (LineProtocol.TryWrite(text, points[i], precision))
            {
                ends[lines++] = text.WrittenCount;
            }
        }

        return new LineBatch(text.WrittenMemory, ends, lines, precision);
    }

    /// <summary>The lines from <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public ReadOnlyMemory<byte> Lines(int from, int to)
    {
        int start = from == 0 ? 0 : _ends[from - 1];
        return _text[start.._ends[to - 1]];
    }

    /// <summary>One line without its end, shortened for a log.</summary>
    public string Excerpt(int line)
    {
        const int Longest = 400;
        string text = Encoding.UTF8.GetString(Lines(line, line + 1).Span).TrimEnd('\n');
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
