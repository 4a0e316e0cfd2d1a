using System.Buffers.Text;
using System.Text;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// InfluxDB line protocol, one line or more: <c>cpu,host=a usage=21.5,cores=8i 1700000000000000000</c>. The series is the measurement
/// with its tags in order of their names, escapes kept, so that different tags never make the same series: <c>cpu,host=a</c>. Each
/// numeric field is a channel; text and booleans are passed over.
/// </summary>
internal sealed class LineProtocolRecord(TickFields fields)
{
    private readonly NameCache _series = new(capacity: 100_000);

    public string? Decode(SourceRecord record, List<Tick> ticks)
    {
        var rest = record.Value.Span;
        while (!rest.IsEmpty)
        {
            if (rest[0] is (byte)'\n' or (byte)'\r' or (byte)' ')
            {
                rest = rest[1..];
                continue;
            }

            if (rest[0] == '#')
            {
                int end = rest.IndexOf((byte)'\n');
                rest = end < 0 ? [] : rest[end..];
                continue;
            }

            string? error = ReadLine(ref rest, record, ticks);
            if (error is not null) return error;
        }

        return null;
    }

    private string? ReadLine(ref ReadOnlySpan<byte> rest, SourceRecord record, List<Tick> ticks)
    {
        int first = ticks.Count;
        int head = Unescaped(rest, " \n"u8);
        if (head < 0 || rest[head] == '\n') return $"line {RecordText.Quote(head < 0 ? rest : rest[..head])} has no fields";
        if (!_series.TryGet(rest[..head], out string? series))
        {
            string? error = ReadSeries(rest[..head], out series);
            if (error is not null) return error;
            _series.Add(rest[..head], series!);
        }

        rest = rest[head..].TrimStart((byte)' ');
        while (true)
        {
            string? error = ReadField(ref rest, ticks);
            if (error is not null) return error;
            if (rest.IsEmpty || rest[0] != ',') break;
            rest = rest[1..];
        }

        int end = rest.IndexOf((byte)'\n');
        var stamp = (end < 0 ? rest : rest[..end]).Trim(" \r"u8);
        rest = end < 0 ? [] : rest[end..];
        long? time = null;
        if (!stamp.IsEmpty)
        {
            string? error = EventTime.FromNumber(stamp, fields.Unit, out long ns);
            if (error is not null) return error;
            time = ns;
        }

        return fields.Complete(ticks, first, record, series, time);
    }

    /// <summary>Takes <c>name=value</c>; what is left begins with a comma, a space or the line's end.</summary>
    private string? ReadField(ref ReadOnlySpan<byte> rest, List<Tick> ticks)
    {
        int equals = Unescaped(rest, "= ,\n"u8);
        if (equals < 1 || rest[equals] != '=') return $"field {RecordText.Quote(rest)} has no name or no value";
        var name = Unescape(rest[..equals]);
        rest = rest[(equals + 1)..];
        string? channel = fields.Channel(name);
        if (channel is null && !fields.Named) return $"field name {RecordText.Quote(name)} is not printable UTF-8";

        if (!rest.IsEmpty && rest[0] == '"')
        {
            int close = ClosingQuote(rest);
            if (close < 0) return $"text in field {RecordText.Quote(name)} is not closed";
            rest = rest[(close + 1)..];
            if (!rest.IsEmpty && rest[0] is not ((byte)',' or (byte)' ' or (byte)'\n' or (byte)'\r'))
                return $"text in field {RecordText.Quote(name)} is not followed by a field or a time";
            return fields.Named && channel is not null ? $"field {RecordText.Quote(name)} is text, not a number" : null;
        }

        int end = rest.IndexOfAny(", \n"u8);
        var text = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
        rest = end < 0 ? [] : rest[end..];
        if (IsBoolean(text)) return fields.Named && channel is not null ? $"field {RecordText.Quote(name)} is a boolean, not a number" : null;

        var digits = text.Length > 1 && text[^1] is (byte)'i' or (byte)'u' ? text[..^1] : text;
        if (!Utf8Parser.TryParse(digits, out double value, out int used) || used != digits.Length || !double.IsFinite(value))
            return $"{RecordText.Quote(text)} in field {RecordText.Quote(name)} is not a finite number";
        if (channel is not null) ticks.Add(TickFields.Draft(channel, value));
        return null;
    }

    private static string? ReadSeries(ReadOnlySpan<byte> head, out string? series)
    {
        series = null;
        if (!System.Text.Unicode.Utf8.IsValid(head) || head.ContainsAnyInRange((byte)0, (byte)31) || head.Contains((byte)127))
            return $"series {RecordText.Quote(head)} is not printable UTF-8";
        int comma = Unescaped(head, ","u8);
        var measurement = comma < 0 ? head : head[..comma];
        if (measurement.IsEmpty) return $"line {RecordText.Quote(head)} has no measurement";

        var tags = new List<(string Name, string Tag)>();
        for (var rest = comma < 0 ? [] : head[comma..]; !rest.IsEmpty;)
        {
            rest = rest[1..];
            int end = Unescaped(rest, ","u8);
            var tag = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[end..];
            int equals = Unescaped(tag, "="u8);
            if (equals < 1 || equals == tag.Length - 1) return $"tag {RecordText.Quote(tag)} has no name or no value";
            tags.Add((Encoding.UTF8.GetString(Unescape(tag[..equals])), Encoding.UTF8.GetString(tag)));
        }

        tags.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        for (int i = 1; i < tags.Count; i++)
            if (tags[i].Name == tags[i - 1].Name) return $"tag '{tags[i].Name}' comes twice";
        series = string.Join(',', tags.Select(tag => tag.Tag).Prepend(Encoding.UTF8.GetString(measurement)));
        return null;
    }

    private static bool IsBoolean(ReadOnlySpan<byte> text) =>
        text.Length switch
        {
            1 => text[0] is (byte)'t' or (byte)'T' or (byte)'f' or (byte)'F',
            4 => text.SequenceEqual("true"u8) || text.SequenceEqual("True"u8) || text.SequenceEqual("TRUE"u8),
            5 => text.SequenceEqual("false"u8) || text.SequenceEqual("False"u8) || text.SequenceEqual("FALSE"u8),
            _ => false,
        };

    /// <summary>The first of some bytes that has no backslash before it; -1 when there is none.</summary>
    private static int Unescaped(ReadOnlySpan<byte> text, ReadOnlySpan<byte> any)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] != '\n') i++;
            else if (any.Contains(text[i])) return i;
        }

        return -1;
    }

    private static int ClosingQuote(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i;
        }

        return -1;
    }

    /// <summary>Drops the backslash before a comma, an equals sign or a space; any other stands for itself.</summary>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'\\')) return text;
        byte[] plain = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is (byte)',' or (byte)'=' or (byte)' ') i++;
            plain[length++] = text[i];
        }

        return plain.AsSpan(0, length);
    }
}
