using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace TsForecaster.Worker.Publish;

/// <summary>What an answer means for the lines that were sent.</summary>
internal enum Verdict
{
    /// <summary>All of them are stored.</summary>
    Acknowledged,

    /// <summary>May pass: the same request, later.</summary>
    TryLater,

    /// <summary>Some of them are bad; the others may or may not be stored.</summary>
    BadLines,

    /// <summary>Too many bytes at once.</summary>
    TooLarge,

    /// <summary>No request will ever do: credentials, database, address.</summary>
    Refused,
}

/// <summary>An answer of InfluxDB, or of what stands before it.</summary>
/// <param name="Reason">One line, from the server where it gave one.</param>
/// <param name="Dropped">How many lines the server says it left out; 0 when it does not say.</param>
internal readonly record struct WriteReply(Verdict Verdict, string Reason, TimeSpan? RetryAfter, int Dropped)
{
    private const int LongestBody = 16 * 1024;
    private const int LongestReason = 300;

    public static async Task<WriteReply> ReadAsync(HttpResponseMessage response, DateTimeOffset now, CancellationToken cancellation)
    {
        Verdict verdict = Judge(response.StatusCode);
        if (verdict == Verdict.Acknowledged)
        {
            return new WriteReply(verdict, "", null, 0);
        }

        (string said, bool structured) = await ReasonAsync(response, cancellation);
        if (verdict == Verdict.BadLines && !structured)
        {
            // InfluxDB explains itself in JSON. A proxy's page says nothing about any line: leaving lines out for it would lose them all.
            verdict = Verdict.Refused;
        }

        if (said.StartsWith("retention policy not found", StringComparison.Ordinal))
        {
            // InfluxDB 1 says 500 to this setting of ours.
            verdict = Verdict.Refused;
        }

        string reason = $"{(int)response.StatusCode} {response.StatusCode}{(said.Length > 0 ? ": " : "")}{said}";
        TimeSpan? retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => null,
        };
        return new WriteReply(verdict, reason, retryAfter, DroppedIn(said));
    }

    /// <summary>
    /// 204 is the only answer that InfluxDB acknowledges a whole batch with; a 200 comes from something else, and 201 (InfluxDB Cloud)
    /// and 422 (all beyond the retention period) mean what 400 means.
    /// </summary>
    private static Verdict Judge(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NoContent => Verdict.Acknowledged,
        HttpStatusCode.Created or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity => Verdict.BadLines,
        HttpStatusCode.RequestEntityTooLarge => Verdict.TooLarge,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => Verdict.TryLater,
        _ => Verdict.Refused,
    };

    private static async Task<(string Said, bool Structured)> ReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        byte[] body = new byte[LongestBody];
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
        int length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        string? structured = FromJson(body.AsMemory(0, length));
        string reason = structured ?? Encoding.UTF8.GetString(body, 0, length);
        reason = string.Join(' ', reason.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return (reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…", structured is not null);
    }

    /// <summary>v1: {"error"}; v2: {"code","message"}; v3: {"error","data":[{"error_message","line_number","original_line"}]}.</summary>
    private static string? FromJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            string? said = Text(root, "message") ?? Text(root, "error");
            return root.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0
                && Text(data[0], "error_message") is { } detail
                ? $"{said}: {detail}"
                : said;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The N of "partial write: … dropped=N".</summary>
    private static int DroppedIn(string reason)
    {
        const string Label = "dropped=";
        int at = reason.LastIndexOf(Label, StringComparison.Ordinal);
        if (at < 0)
        {
            return 0;
        }

        ReadOnlySpan<char> digits = reason.AsSpan(at + Label.Length);
        int end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int dropped) ? dropped : 0;
    }
}
