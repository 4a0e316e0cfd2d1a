using System.Diagnostics;
using System.Text;
using TsForecaster.Worker;
using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>A worker that notes what it was given and commits each record once noted.</summary>
internal sealed class KafkaReader(KafkaTickSource source, int capacity) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<SourceRecord> _seen = [];
    private readonly Dictionary<PartitionId, PartitionLane> _lanes = [];
    private Task _run = Task.CompletedTask;

    public KafkaTickSource Source => source;

    /// <summary>Awaited before each record.</summary>
    public Func<SourceRecord, Task> Before { get; init; } = _ => Task.CompletedTask;

    public Func<PartitionId, long?> StartAt { get; init; } = _ => null;

    public bool Commits { get; init; } = true;

    public Task Run => _run;

    /// <summary>Everything noted so far, in the order it came.</summary>
    public SourceRecord[] Seen
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    /// <summary>The lane each partition was last given.</summary>
    public PartitionLane[] Lanes
    {
        get
        {
            lock (_gate) return [.. _lanes.Values];
        }
    }

    public int Owned => Lanes.Count(lane => !lane.Completion.IsCompleted);

    public static KafkaReader Start(KafkaOptions options) => new KafkaReader(KafkaBroker.Source(options), options.LaneCapacity).Start();

    public KafkaReader Start()
    {
        _run = source.RunAsync(Open, _stop.Token);
        return this;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(30)).ContinueWith(_ => { }, TaskScheduler.Default);
        source.Dispose();
        _stop.Dispose();
    }

    /// <summary>Texts noted, partition by partition.</summary>
    public IEnumerable<IGrouping<int, int>> ByPartition() =>
        Seen.GroupBy(record => record.Partition.Partition, record => int.Parse(Encoding.UTF8.GetString(record.Value.Span)));

    public static async Task UntilAsync(Func<bool> reached, Func<string> state, double seconds = 45)
    {
        var clock = Stopwatch.StartNew();
        while (!reached())
        {
            if (clock.Elapsed.TotalSeconds > seconds) Assert.Fail($"not within {seconds} s: {state()}");
            await Task.Delay(10);
        }
    }

    public Task UntilSeenAsync(int count)
    {
        return UntilAsync(
            () =>
            {
                if (_run.IsFaulted) _run.GetAwaiter().GetResult();
                lock (_gate) return _seen.Count >= count;
            },
            () => $"{Seen.Length} of {count} records; trouble: {source.Trouble}");
    }

    private PartitionLane Open(PartitionId partition)
    {
        var lane = new PartitionLane(partition, StartAt(partition), capacity);
        lane.Completion = Task.Run(() => WorkAsync(lane));
        lock (_gate) _lanes[partition] = lane;
        return lane;
    }

    private async Task WorkAsync(PartitionLane lane)
    {
        var (closed, abandoned) = (lane.Closed, lane.Abandoned);
        while (!closed.IsCancellationRequested && await lane.Records.WaitToReadAsync())
        {
            while (!closed.IsCancellationRequested && lane.Records.TryRead(out var record))
            {
                await Before(record).WaitAsync(abandoned);
                lock (_gate) _seen.Add(record);
                if (Commits) source.Commit(record.Partition, record.Offset + 1);
            }
        }
    }
}
