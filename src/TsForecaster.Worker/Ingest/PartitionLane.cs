using System.Threading.Channels;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// The bounded queue between the poll thread and the work on one partition. The source writes, closes or abandons; the pipeline
/// reads and completes.
/// </summary>
public sealed class PartitionLane : IDisposable
{
    private readonly Channel<SourceRecord> _records;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly int _capacity;

    /// <param name="startOffset">Where to read on; null leaves it to the group's committed offset.</param>
    public PartitionLane(PartitionId partition, long? startOffset, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Partition, StartOffset, _capacity) = (partition, startOffset, capacity);

        // The poll thread pauses a full lane, but the record already in its hand must fit. Not SingleReader: that kind cannot count.
        _records = Channel.CreateUnbounded<SourceRecord>(new UnboundedChannelOptions { SingleWriter = true });
    }

    public PartitionId Partition { get; }

    public long? StartOffset { get; }

    public ChannelReader<SourceRecord> Records => _records.Reader;

    /// <summary>The source should pause the partition.</summary>
    public bool IsFull => _records.Reader.Count >= _capacity;

    /// <summary>The source may resume the partition.</summary>
    public bool HasRoom => _records.Reader.Count <= _capacity / 2;

    /// <summary>Cancelled when no more records will come: what is queued is left for the next owner, what was begun is finished.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Cancelled when the partition is gone: nothing more may be committed.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Ends when everything begun is acknowledged and committed; fails with whatever stopped the lane. Set by the pipeline.</summary>
    public Task Completion { get; set; } = Task.CompletedTask;

    /// <summary>Adds a record; called by the source alone, which watches <see cref="IsFull"/>.</summary>
    public void Write(SourceRecord record) => _records.Writer.TryWrite(record);

    public void Close()
    {
        _records.Writer.TryComplete();
        _closed.Cancel();
    }

    public void Abandon()
    {
        _records.Writer.TryComplete();
        _closed.Cancel();
        _abandoned.Cancel();
    }

    public void Dispose()
    {
        _closed.Dispose();
        _abandoned.Dispose();
    }
}
