using TsForecaster.Worker.Ingest;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>The whole worker beside a bare Confluent consumer on the same records, in turn; then the time from tick to acknowledged point.</summary>
internal static class PipelineMode
{
    public const string Usage = "[--sinks none,sqlite,influxd] [--turns 3] [--seconds 20] [--linger-ms 5] [--report FILE]";

    private const int TicksPerSecond = 2000;

    public static async Task<int> RunAsync(string[] args)
    {
        string[] sinks = ["none", "sqlite", "influxd"];
        int turns = 3, seconds = 20, linger = 5;
        string? report = null;
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            bool known = args[i] switch
            {
                "--sinks" => (sinks = args[i + 1].Split(',')).Length > 0,
                "--turns" => int.TryParse(args[i + 1], out turns) && turns > 0,
                "--seconds" => int.TryParse(args[i + 1], out seconds) && seconds is > 0 and <= 30,
                "--linger-ms" => int.TryParse(args[i + 1], out linger) && linger >= 0,
                "--report" => (report = args[i + 1]) is not null,
                _ => false,
            };
            if (!known)
            {
                Console.Error.WriteLine($"found {args[i]} {args[i + 1]}; allowed: {Usage}");
                return 2;
            }
        }

        if (args.Length % 2 != 0 || sinks.Any(sink => sink is not ("none" or "sqlite" or "influxd")))
        {
            Console.Error.WriteLine($"found {string.Join(' ', args)}; allowed: {Usage}");
            return 2;
        }

        string load = PipelineReport.Load();
        KafkaLibrary.Load();
        using PipelineBench bench = new();
        await bench.PrepareAsync();

        await bench.WarmUpAsync();

        // All costs come first: ticks at a fixed rate push the ones to be worked off out of the broker's memory.
        List<PipelineResult> results = [];
        foreach (string sink in sinks)
        {
            results.Add(await CostAsync(bench, sink, turns));
        }

        PipelineReport.PrintHeader();
        for (int i = 0; i < results.Count; i++)
        {
            using SinkUnderTest target = await SinkUnderTest.OpenAsync(results[i].Sink, bench);
            (double p50, double p99) = await bench.LatencyAsync(target.Sink, TicksPerSecond, TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(linger));
            results[i] = results[i] with { LatencyP50Ms = p50, LatencyP99Ms = p99, LatencyTicksPerSecond = TicksPerSecond, LingerMs = linger };
            PipelineReport.Print(results[i]);
        }

        PipelineReport.Save(results, bench.Models.MeanKept(), load, report);
        return 0;
    }

    private static async Task<PipelineResult> CostAsync(PipelineBench bench, string sink, int turns)
    {
        List<Cost> ours = [], peer = [], restless = [];
        for (int turn = 0; turn < turns; turn++)
        {
            peer.Add(bench.Consumer());
            restless.Add(bench.Consumer(restless: true));
            using SinkUnderTest target = await SinkUnderTest.OpenAsync(sink, bench);
            ours.Add(await bench.WorkerAsync(target.Sink));
        }

        return new PipelineResult { Sink = sink, Ours = Cost.Median(ours), Consumer = Cost.Median(peer), RestlessConsumer = Cost.Median(restless), Turns = turns };
    }
}
