using System.Buffers;

namespace TsForecaster.Worker.Checkpoints;

/// <summary>The durable state of a partition: where to read on, and what had been built up from the records before.</summary>
/// <param name="NextOffset">The first record not yet part of the state.</param>
/// <param name="State">Opaque bytes, written and read by the stage that owns them.</param>
public sealed record PartitionCheckpoint(PartitionId Partition, long NextOffset, ReadOnlySequence<byte> State);

/// <summary>Keeps the newest checkpoint of each partition.</summary>
public interface ICheckpointStore
{
    /// <exception cref="CheckpointException">There is one, but it is damaged or newer than this program.</exception>
    PartitionCheckpoint? Load(PartitionId partition);

    /// <summary>Returns when the checkpoint is durable; a crash at any moment leaves either the old one or the new one.</summary>
    /// <exception cref="CheckpointUnavailableException">The store does not take it now: disk full, directory gone. Trying again later may help.</exception>
    Task SaveAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation);

    /// <summary>Null when the last checkpoint was saved, else what is wrong.</summary>
    string? Trouble { get; }
}

/// <summary>The store cannot save at the moment; the message says where and why.</summary>
public sealed class CheckpointUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>A checkpoint cannot be used; the message says which and what to do.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : Exception(message, inner);
