namespace TsForecaster.Worker.Ingest;

/// <summary>Where records come from and where bad ones go back to: Kafka, or a list of records in a test.</summary>
public interface ITickSource
{
    /// <summary>
    /// Runs until stopped or a lane fails. Opens a lane for each partition it is given, hands it the partition's records in order
    /// from the lane's start offset, and pauses a partition whose lane is full. When a partition is taken away, or at the end, the
    /// lane is closed and its completion awaited within bounds.
    /// </summary>
    /// <exception cref="Exception">The failure of a lane, unchanged.</exception>
    Task RunAsync(Func<PartitionId, PartitionLane> open, CancellationToken stop);

    /// <summary>Marks every record before <paramref name="nextOffset"/> as done with. Called from any thread; never blocks for long.</summary>
    void Commit(PartitionId partition, long nextOffset);

    /// <summary>Puts a record onto the dead-letter topic with its reason; returns when the broker has acknowledged it.</summary>
    Task DeadLetterAsync(SourceRecord record, string error, CancellationToken cancellation);

    /// <summary>Null when the source is working, else what is wrong with it.</summary>
    string? Trouble { get; }
}
