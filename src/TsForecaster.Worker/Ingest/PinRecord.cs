using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// A record that is no tick but a request, in the same log and so at a place that every replay finds again. Its key names the series, its
/// value is the text <c>!pin MODEL</c> or <c>!unpin</c>, which no format of ticks takes for a record of its own.
/// </summary>
public static class PinRecord
{
    private const int LongestId = 64;

    private static readonly SearchValues<byte> HexadecimalDigits = SearchValues.Create("0123456789abcdef"u8);

    private static ReadOnlySpan<byte> Pin => "!pin "u8;

    private static ReadOnlySpan<byte> Unpin => "!unpin"u8;

    /// <summary>Whether a record is a request rather than ticks.</summary>
    public static bool Is(SourceRecord record) => record.Value.Span.StartsWith(Pin) || record.Value.Span.StartsWith(Unpin);

    /// <summary>Reads a request.</summary>
    /// <returns>Null, or the reason why the record cannot be taken.</returns>
    public static string? Decode(SourceRecord record, out string series, out PinRequest request)
    {
        (series, request) = ("", new PinRequest(null));
        if (record.Key.IsEmpty || !Utf8.IsValid(record.Key.Span)) return "the key of a request names its series";
        series = Encoding.UTF8.GetString(record.Key.Span);

        ReadOnlySpan<byte> text = record.Value.Span.TrimEnd(" \t\r\n"u8);
        if (text.SequenceEqual(Unpin)) return null;
        ReadOnlySpan<byte> id = text.StartsWith(Pin) ? text[Pin.Length..].Trim((byte)' ') : [];
        if (id.IsEmpty || id.Length > LongestId || id.ContainsAnyExcept(HexadecimalDigits)) return "a request is \"!pin MODEL\", with the id of a model, or \"!unpin\"";
        request = new PinRequest(Encoding.UTF8.GetString(id));
        return null;
    }
}
