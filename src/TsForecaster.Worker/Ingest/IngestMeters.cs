using System.Diagnostics.Metrics;

namespace TsForecaster.Worker.Ingest;

/// <summary>What the source counts.</summary>
internal static class IngestMeters
{
    private static readonly Meter Meter = new("TsForecaster.Ingest");

    public static readonly Counter<long> Records = Meter.CreateCounter<long>("tsforecaster.ingest.records", "{record}", "Records read");

    public static readonly Counter<long> Bytes = Meter.CreateCounter<long>("tsforecaster.ingest.bytes", "By", "Bytes of the values read");

    public static readonly Counter<long> DeadLetters =
        Meter.CreateCounter<long>("tsforecaster.ingest.dead_letters", "{record}", "Records put onto the dead-letter topic");

    public static readonly UpDownCounter<int> Partitions =
        Meter.CreateUpDownCounter<int>("tsforecaster.ingest.partitions", "{partition}", "Partitions owned now");

    public static readonly UpDownCounter<int> Paused =
        Meter.CreateUpDownCounter<int>("tsforecaster.ingest.paused", "{partition}", "Partitions paused now because their lane is full");

    public static readonly Counter<long> Pauses = Meter.CreateCounter<long>("tsforecaster.ingest.pauses", "{pause}", "Times a full lane paused its partition");
}
