using System.Text;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Refit;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>Runs the real pipeline between a log and a store in memory, for as many worker lives as a test wants.</summary>
internal sealed class PipelineDriver
{
    public const long Second = 1_000_000_000;

    public static readonly SeriesSettings Small = new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1) },
        Model = new ModelSettings { Past = 6, Future = 3, Components = 2, Season = 12 },
        Refit = new RefitSettings { First = 40, Every = 25, Lag = 4, History = 60 },
    };

    public PipelineSettings Settings { get; init; } = new(_ => Small, []) { CheckpointEvery = TimeSpan.Zero, Linger = TimeSpan.Zero, LaneCapacity = 50 };

    public MemorySink Sink { get; } = new();

    /// <summary>How refits are done.</summary>
    public Func<RefitJob, CancellationToken, RefitOutcome> Fit { get; init; } = RefitPool.Do;

    /// <summary>Refits at a time.</summary>
    public int Concurrency { get; init; } = 2;

    public ICheckpointStore Checkpoints { get; init; } = new MemoryCheckpointStore();

    public MemoryTickSource Source { get; private set; } = null!;

    public SeriesBoard Board { get; private set; } = null!;

    /// <summary>Three partitions, two series each, 150 seconds, one poison record each.</summary>
    public static Dictionary<PartitionId, List<SourceRecord>> Log()
    {
        Dictionary<PartitionId, List<SourceRecord>> log = [];
        for (int p = 0; p < 3; p++)
        {
            PartitionId partition = new("ticks", p);
            List<SourceRecord> records = log[partition] = [];
            for (int t = 0; t < 150; t++)
            {
                for (int s = 0; s < 2; s++)
                {
                    double value = 10 + Math.Sin(Math.Tau * t / 12.0) + (0.1 * Math.Cos((3.7 * t) + p + s));
                    Append(records, partition, $$"""{"series":"s{{p}}{{s}}","ts":{{(1_700_000_000L + t) * 1000}},"value":{{value:R}}}""");
                }

                if (t == 77)
                {
                    Append(records, partition, """{"series":"s00","ts":"yesterday","value":1}""");
                }
            }
        }

        return log;
    }

    /// <summary>One life of a worker over the log; what was committed in earlier lives holds.</summary>
    public async Task<PipelineTotals> RunAsync(Dictionary<PartitionId, List<SourceRecord>> log, Action<MemoryTickSource>? prepare = null, CancellationToken stop = default)
    {
        MemoryTickSource before = Source;
        Source = new MemoryTickSource(log);
        if (before is not null)
        {
            foreach ((PartitionId partition, long offset) in before.Committed)
            {
                Source.Committed[partition] = offset;
            }

            Source.DeadLetters.AddRange(before.DeadLetters);
        }

        prepare?.Invoke(Source);
        Board = new SeriesBoard();
        using RefitPool refits = new(Concurrency, Fit);
        Worker.Pipeline pipeline = new(Settings, Source, new TickDecoder(new KafkaOptions()), refits, Sink, Checkpoints, Board, TimeProvider.System);
        Source.Settled = () => pipeline.Totals.Waiting == 0;
        await pipeline.RunAsync(stop);
        return pipeline.Totals;
    }

    /// <summary>One life that is ended after so many records.</summary>
    /// <param name="abandon">Whether what is under way is dropped.</param>
    public async Task RunUntilAsync(int records, Dictionary<PartitionId, List<SourceRecord>> log, bool abandon = false)
    {
        using CancellationTokenSource stop = new();
        int left = records;
        await RunAsync(
            log,
            source =>
            {
                source.Abandon = abandon;
                source.BeforeRecord = (_, _) =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        stop.Cancel();
                    }
                };
            },
            stop.Token);
    }

    private static void Append(List<SourceRecord> records, PartitionId partition, string json) =>
        records.Add(new SourceRecord(partition, records.Count, 1_800_000_000L * Second, default, Encoding.UTF8.GetBytes(json)));

    /// <summary>Keeps checkpoints in memory.</summary>
    private sealed class MemoryCheckpointStore : ICheckpointStore
    {
        private readonly Dictionary<PartitionId, PartitionCheckpoint> _saved = [];

        public string? Trouble => null;

        public PartitionCheckpoint? Load(PartitionId partition)
        {
            lock (_saved)
            {
                return _saved.GetValueOrDefault(partition);
            }
        }

        public Task SaveAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation)
        {
            lock (_saved)
            {
                _saved[checkpoint.Partition] = checkpoint;
            }

            return Task.CompletedTask;
        }
    }
}
