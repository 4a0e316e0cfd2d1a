using TsForecaster.Worker.Ingest;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>
/// A log in memory: partitions of records, committed offsets and dead letters. A run ends when all records are committed and nothing is
/// left to do, or when the token is cancelled, as a Kafka consumer's would.
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

    /// <summary>Whether there is nothing left to do once all records are committed; a late refit may still hold cells.</summary>
    public Func<bool> Settled { get; set; } = () => true;

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

    private long CommittedOf(PartitionId partition)
    {
        lock (Committed)
        {
            return Committed.GetValueOrDefault(partition);
        }
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
            long end = log[lane.Partition].Count;
            while (!stop.IsCancellationRequested && !lane.Completion.IsCompleted && !(CommittedOf(lane.Partition) == end && Settled()))
            {
                await Task.Yield();
            }

            lane.Close();
        }

        await lane.Completion;
    }
}
