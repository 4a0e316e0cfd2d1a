using System.Buffers.Text;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Comma-separated values without a header, one line or more, cells quoted as in RFC 4180. The columns are told by the settings; an
/// empty cell counts as absent. A time is a number of units, else ISO-8601.
/// </summary>
internal sealed class CsvRecord
{
    private enum Role
    {
        Skipped,
        Series,
        Time,
        Value,
    }

    private readonly TickFields _fields;
    private readonly (Role Role, string Name)[] _columns;

    public CsvRecord(TickFields fields, KafkaOptions options)
    {
        _fields = fields;
        bool single = options.ValueFields.Count == 1;
        _columns = [.. options.Columns().Select(name =>
            name == options.SeriesField ? (Role.Series, name)
            : name == options.TimeField ? (Role.Time, name)
            : options.IsValueColumn(name) ? (Role.Value, single ? SeriesKey.DefaultChannel : name)
            : (Role.Skipped, name))];
    }

    public string? Decode(SourceRecord record, List<Tick> ticks)
    {
        var rest = record.Value.Span;
        while (!rest.IsEmpty)
        {
            if (rest[0] is (byte)'\n' or (byte)'\r')
            {
                rest = rest[1..];
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
        string? series = null;
        long? time = null;
        bool last = false;
        for (int column = 0; !last; column++)
        {
            if (column == _columns.Length) return $"more than the {_columns.Length} columns of the settings";
            string? error = ReadCell(ref rest, out var cell, out last);
            if (error is null && !cell.IsEmpty) error = Take(_columns[column], cell, ref series, ref time, ticks);
            if (error is not null) return error;
            if (last && column + 1 < _columns.Length) return $"{column + 1} columns, {_columns.Length} are expected";
        }

        return _fields.Complete(ticks, first, record, series, time);
    }

    private string? Take((Role Role, string Name) column, ReadOnlySpan<byte> cell, ref string? series, ref long? time, List<Tick> ticks)
    {
        switch (column.Role)
        {
            case Role.Series:
                series = _fields.Name(cell);
                return series is null ? $"series {RecordText.Quote(cell)} is not printable UTF-8" : null;

            case Role.Time:
                string? error = cell.ContainsAny((byte)':', (byte)'T')
                    ? EventTime.FromIso(cell, out long ns)
                    : EventTime.FromNumber(cell, _fields.Unit, out ns);
                time = ns;
                return error;

            case Role.Value:
                if (!Utf8Parser.TryParse(cell, out double value, out int used) || used != cell.Length || !double.IsFinite(value))
                    return $"{RecordText.Quote(cell)} in column '{column.Name}' is not a finite number";
                ticks.Add(TickFields.Draft(column.Name, value));
                return null;

            default:
                return null;
        }
    }

    /// <summary>Takes one cell and the comma or line end after it.</summary>
    private static string? ReadCell(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> cell, out bool last)
    {
        cell = default;
        last = true;
        int end;
        if (!rest.IsEmpty && rest[0] == '"')
        {
            int close = ClosingQuote(rest);
            if (close < 0) return "a quote is not closed";
            cell = Unquote(rest[1..close]);
            rest = rest[(close + 1)..];
            end = rest.IndexOfAny((byte)',', (byte)'\n');
            if (!(end < 0 ? rest : rest[..end]).Trim("\r "u8).IsEmpty) return "text after a closing quote";
        }
        else
        {
            end = rest.IndexOfAny((byte)',', (byte)'\n');
            cell = (end < 0 ? rest : rest[..end]).Trim(" \r"u8);
        }

        last = end < 0 || rest[end] == '\n';
        rest = end < 0 ? [] : rest[(end + 1)..];
        return null;
    }

    private static int ClosingQuote(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] != '"') continue;
            if (i + 1 == text.Length || text[i + 1] != '"') return i;
            i++;
        }

        return -1;
    }

    private static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> text)
    {
        if (!text.Contains((byte)'"')) return text;
        byte[] single = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            single[length++] = text[i];
            if (text[i] == '"') i++;
        }

        return single.AsSpan(0, length);
    }
}
