using System.Globalization;
using System.Text;
using System.Text.Json;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>One sink: medians over the turns.</summary>
internal sealed record PipelineResult
{
    public required string Sink { get; init; }

    public required Cost Ours { get; init; }

    public required Cost Consumer { get; init; }

    /// <summary>The bare consumer without the pauses of its default settings.</summary>
    public required Cost RestlessConsumer { get; init; }

    public required int Turns { get; init; }

    /// <summary>Our ticks a second over the bare consumer's.</summary>
    public double Ratio => Ours.TicksPerSecond / Consumer.TicksPerSecond;

    /// <summary>From the moment a tick was due to the acknowledgement of its points.</summary>
    public double LatencyP50Ms { get; init; }

    public double LatencyP99Ms { get; init; }

    public int LatencyTicksPerSecond { get; init; }

    public double LingerMs { get; init; }
}

/// <summary>The table on the terminal, and the results of this machine under bench/results.</summary>
internal static class PipelineReport
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The machine's load averages.</summary>
    public static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";

    public static void PrintHeader() => Console.WriteLine(
        $"{"sink",-8} {"ticks/s",9} {"consumer",9} {"ratio",6} {"CPU us",7} {"consumer",9} {"bytes",7} {"consumer",9} {"p50 ms",7} {"p99 ms",7}");

    public static void Print(PipelineResult r) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{r.Sink,-8} {r.Ours.TicksPerSecond,9:F0} {r.Consumer.TicksPerSecond,9:F0} {r.Ratio,6:F2} {r.Ours.CpuUs,7:F2} {r.Consumer.CpuUs,9:F2} {r.Ours.Bytes,7:F0} {r.Consumer.Bytes,9:F0} {r.LatencyP50Ms,7:F1} {r.LatencyP99Ms,7:F1}"));

    public static void Save(IReadOnlyList<PipelineResult> results, double kept, string load, string? report)
    {
        string json = JsonSerializer.Serialize(results, Json) + "\n";
        if (report is not null)
        {
            File.WriteAllText(report, json);
        }

        Directory.CreateDirectory(Machine.Results);
        File.WriteAllText(Path.Combine(Machine.Results, "pipeline.json"), json);
        File.WriteAllText(Path.Combine(Machine.Results, "pipeline.md"), Markdown(results, kept, load));
        Console.WriteLine($"written to {Path.GetRelativePath(Machine.Root, Machine.Results)}");
    }

    private static string Markdown(IReadOnlyList<PipelineResult> results, double kept, string load)
    {
        StringBuilder text = new("# The whole worker beside a bare Confluent consumer\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {Machine.Cpu}; {Machine.Runtime}; load before {load}\n");
        text.Append(CultureInfo.InvariantCulture, $"- librdkafka {KafkaLibrary.Load()}; the embedded broker shares the process and the machine with whoever reads\n");
        text.Append(CultureInfo.InvariantCulture, $"- {PipelineBench.TicksPerRun} ticks of {TickStream.Series} series on {TickStream.Partitions} partitions; every tick closes a cell, scores 12 earlier forecasts and gives one of P=48, F=12, K=8 ({kept:F1} components count), {PipelineBench.PointsPerTick} points; a model a series\n");
        text.Append(CultureInfo.InvariantCulture, $"- the consumer parses the same JSON and does nothing else; medians of {results[0].Turns} turns; CPU and bytes a tick, all threads of the process\n");
        text.Append(CultureInfo.InvariantCulture, $"- by its default settings the consumer pauses up to a second whenever it has 100,000 records ahead; without that (fetch.queue.backoff.ms = 10) it reads {results[0].RestlessConsumer.TicksPerSecond:F0} ticks a second\n");
        text.Append(CultureInfo.InvariantCulture, $"- p50 and p99: from the moment a tick is due to the acknowledgement of its points, at {results[0].LatencyTicksPerSecond} ticks a second, points wait {results[0].LingerMs} ms for company; checkpoints every 10 s included; with no sink, points are made all the same\n\n");
        text.Append("| sink | ticks/s | consumer ticks/s | ratio | CPU µs | consumer CPU µs | bytes | consumer bytes | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (PipelineResult r in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {r.Sink} | {r.Ours.TicksPerSecond:F0} | {r.Consumer.TicksPerSecond:F0} | {r.Ratio:F2} | {r.Ours.CpuUs:F2} | {r.Consumer.CpuUs:F2} | {r.Ours.Bytes:F0} | {r.Consumer.Bytes:F0} | {r.LatencyP50Ms:F1} | {r.LatencyP99Ms:F1} |\n");
        }

        return text.ToString();
    }
}
