using System.Text.Json;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// One JSON object: <c>{"series":"pump-7","ts":"2024-03-01T12:00:00Z","value":21.5}</c>. Text, booleans and nested values beside the
/// numbers are passed over, unless the settings ask for that field or it is called "value". A field that is null counts as absent.
/// </summary>
internal sealed class JsonRecord(TickFields fields)
{
    private static ReadOnlySpan<byte> Value => "value"u8;

    public string? Decode(SourceRecord record, List<Tick> ticks)
    {
        try
        {
            return Read(record, ticks);
        }
        catch (JsonException e)
        {
            return $"not JSON: {e.Message}";
        }
        catch (InvalidOperationException)
        {
            return "not JSON: text that is not UTF-8";
        }
    }

    private string? Read(SourceRecord record, List<Tick> ticks)
    {
        var reader = new Utf8JsonReader(record.Value.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return "not a JSON object";

        int first = ticks.Count;
        string? series = null;
        long? time = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? error;
            if (reader.ValueTextEquals(fields.Series)) error = ReadSeries(ref reader, ref series);
            else if (reader.ValueTextEquals(fields.Time)) error = ReadTime(ref reader, ref time);
            else error = ReadValue(ref reader, ticks);
            if (error is not null) return error;
        }

        reader.Read();
        return fields.Complete(ticks, first, record, series, time);
    }

    private string? ReadSeries(ref Utf8JsonReader reader, ref string? series)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType is not JsonTokenType.String && !(reader.TokenType is JsonTokenType.Number && reader.TryGetInt64(out _)))
            return $"series is {Kind(reader.TokenType)}, not text";
        var text = Text(ref reader);
        series = fields.Name(text);
        return series is null ? $"series {RecordText.Quote(text)} is empty or not printable UTF-8" : null;
    }

    private string? ReadTime(ref Utf8JsonReader reader, ref long? time)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return $"time is {Kind(reader.TokenType)}, not text or a number";
        string? error = reader.TokenType == JsonTokenType.Number
            ? EventTime.FromNumber(reader.ValueSpan, fields.Unit, out long ns)
            : EventTime.FromIso(Text(ref reader), out ns);
        time = ns;
        return error;
    }

    private string? ReadValue(ref Utf8JsonReader reader, List<Tick> ticks)
    {
        var field = Text(ref reader);
        bool wanted = fields.Named || field.SequenceEqual(Value);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
        {
            string? channel = fields.Channel(field);
            if (channel is null) return fields.Named ? null : $"field name {RecordText.Quote(field)} is empty or not printable UTF-8";
            if (!reader.TryGetDouble(out double value) || !double.IsFinite(value))
                return $"{RecordText.Quote(reader.ValueSpan)} in field {RecordText.Quote(field)} is beyond the numbers";
            ticks.Add(TickFields.Draft(channel, value));
            return null;
        }

        if (wanted && reader.TokenType != JsonTokenType.Null && fields.Channel(field) is not null)
            return $"field {RecordText.Quote(field)} is {Kind(reader.TokenType)}, not a number";
        reader.Skip();
        return null;
    }

    /// <exception cref="InvalidOperationException">Not UTF-8 once unescaped.</exception>
    private static ReadOnlySpan<byte> Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        byte[] unescaped = new byte[reader.ValueSpan.Length];
        return unescaped.AsSpan(0, reader.CopyString(unescaped));
    }

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.Number => "a fractional number",
        _ => "text",
    };
}
