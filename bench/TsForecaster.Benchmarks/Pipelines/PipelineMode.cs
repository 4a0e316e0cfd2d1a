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
        List<PipelineResult> results = [];
        PipelineReport.PrintHeader();
        foreach (string sink in sinks)
        {
            results.Add(await MeasureAsync(bench, sink, turns, TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(linger)));
            PipelineReport.Print(results[^1]);
        }

        PipelineReport.Save(results, bench.Models.MeanKept(), load, report);
        return 0;
    }

    private static async Task<PipelineResult> MeasureAsync(PipelineBench bench, string sink, int turns, TimeSpan duration, TimeSpan linger)
    {
        List<Cost> ours = [], peer = [], restless = [];
        for (int turn = 0; turn < turns; turn++)
        {
            peer.Add(bench.Consumer());
            restless.Add(bench.Consumer(restless: true));
            using SinkUnderTest target = await SinkUnderTest.OpenAsync(sink, bench);
            ours.Add(await bench.WorkerAsync(target.Sink));
        }

        (double P50, double P99) latency;
        using (SinkUnderTest target = await SinkUnderTest.OpenAsync(sink, bench))
        {
            latency = await bench.LatencyAsync(target.Sink, TicksPerSecond, duration, linger);
        }

        return new PipelineResult
        {
            Sink = sink,
            Ours = Cost.Median(ours),
            Consumer = Cost.Median(peer),
            RestlessConsumer = Cost.Median(restless),
            Turns = turns,
            LatencyP50Ms = latency.P50,
            LatencyP99Ms = latency.P99,
            LatencyTicksPerSecond = TicksPerSecond,
            LingerMs = linger.TotalMilliseconds,
        };
    }
}
