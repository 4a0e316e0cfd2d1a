using System.Diagnostics.Metrics;

namespace TsForecaster.Worker.Publish;

/// <summary>What the sinks count; collected by whoever listens to the meter.</summary>
public static class PublishMetrics
{
    public const string MeterName = "TsForecaster.Publish";

    private static readonly Meter s_meter = new(MeterName);

    internal static readonly Counter<long> Points =
        s_meter.CreateCounter<long>("tsforecaster.publish.points", "{point}", "Points that the sink acknowledged");

    internal static readonly Counter<long> Batches =
        s_meter.CreateCounter<long>("tsforecaster.publish.batches", "{batch}", "Requests or transactions that the sink acknowledged");

    internal static readonly Counter<long> Retries =
        s_meter.CreateCounter<long>("tsforecaster.publish.retries", "{attempt}", "Attempts that failed and were repeated");

    internal static readonly Counter<long> RefusedLines =
        s_meter.CreateCounter<long>("tsforecaster.publish.refused_lines", "{line}", "Lines that the sink refused for themselves, and that were left out");

    internal static readonly Histogram<double> WriteSeconds =
        s_meter.CreateHistogram<double>("tsforecaster.publish.write_duration", "s", "Time from first sending a batch to its acknowledgement, repeated attempts included");
}
