using TsForecaster.Worker.Checkpoints;

namespace TsForecaster.Worker.Commands.Prequential;

/// <summary>A run that is never gone on with needs nothing kept.</summary>
internal sealed class NoCheckpoints : ICheckpointStore
{
    public string? Trouble => null;

    public PartitionCheckpoint? Load(PartitionId partition) => null;

    public Task SaveAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation) => Task.CompletedTask;
}
