using TsForecaster.Worker.Ingest;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>
/// A log in memory: partitions of records, committed offsets and dead letters that outlive the workers reading it. A run ends when all
/// records were taken, or when the token is cancelled, as a Kafka consumer's would.
/// </summary>
internal sealed class MemoryTickSource(IReadOnlyDictionary<PartitionId, List<SourceRecord>> log) : ITickSource
{
    public Dictionary<PartitionId, long> Committed { get; } = [];

    public List<DeadLetter> DeadLetters { get; } = [];

    public string? Trouble => null;

    /// <summary>The most records that ever waited in a lane.</summary>
    public int DeepestLane { get; private set; }

    /// <summary>Called before each record is handed over: partition and offset.</summary>
    public Action<PartitionId, long> BeforeRecord { get; set; } = (_, _) => { };

    /// <summary>End the run by taking the partitions away, as when the process is killed, rather than by closing them.</summary>
    public bool Abandon { get; set; }

    public async Task RunAsync(Func<PartitionId, PartitionLane> open, CancellationToken stop)
    {
        await Task.WhenAll(log.Keys.Select(partition => FeedAsync(open(partition), stop)));
    }

    public void Commit(PartitionId partition, long nextOffset)
    {
        lock (Committed)
        {
            Committed[partition] = nextOffset;
        }
    }

    public Task DeadLetterAsync(SourceRecord record, string error, CancellationToken cancellation)
    {
        lock (DeadLetters)
        {
            DeadLetters.Add(new DeadLetter(record, error));
        }

        return Task.CompletedTask;
    }

    private async Task FeedAsync(PartitionLane lane, CancellationToken stop)
    {
        long from = lane.StartOffset ?? Committed.GetValueOrDefault(lane.Partition);
        foreach (SourceRecord record in log[lane.Partition].Where(r => r.Offset >= from))
        {
            while (lane.IsFull && !stop.IsCancellationRequested && !lane.Completion.IsCompleted)
            {
                await Task.Yield();
            }

            BeforeRecord(lane.Partition, record.Offset);
            if (stop.IsCancellationRequested)
            {
                break;
            }

            lane.Write(record);
            DeepestLane = Math.Max(DeepestLane, lane.Records.Count);
        }

        if (Abandon)
        {
            lane.Abandon();
        }
        else
        {
            while (!stop.IsCancellationRequested && lane.Records.Count > 0 && !lane.Completion.IsCompleted)
            {
                await Task.Yield();
            }

            lane.Close();
        }

        await lane.Completion;
    }
}
