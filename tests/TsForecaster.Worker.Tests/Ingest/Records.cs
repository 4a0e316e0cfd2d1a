using System.Text;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.Worker.Tests.Ingest;

/// <summary>Records and what a decoder makes of them.</summary>
internal static class Records
{
    /// <summary>2024-03-01T12:00:00Z, nanoseconds.</summary>
    public const long Noon = 1_709_294_400_000_000_000;

    public static SourceRecord Record(ReadOnlyMemory<byte> value, string key = "key-series", long timestampNs = Noon) =>
        new(new PartitionId("ticks", 0), 0, timestampNs, Encoding.UTF8.GetBytes(key), value);

    public static SourceRecord Record(string value, string key = "key-series", long timestampNs = Noon) =>
        Record(Encoding.UTF8.GetBytes(value), key, timestampNs);

    /// <summary>The ticks as text, "series time=value" each, or "! reason".</summary>
    public static string Decode(KafkaOptions options, SourceRecord record)
    {
        var ticks = new List<Tick>();
        string? error = new TickDecoder(options).Decode(record, ticks);
        if (error is null) return string.Join("; ", ticks.Select(tick => $"{tick.Key} {tick.Time}={tick.Value}"));
        return ticks.Count == 0 ? $"! {error}" : throw new InvalidOperationException("refused, and yet there are ticks");
    }
}
