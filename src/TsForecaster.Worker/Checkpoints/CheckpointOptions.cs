using System.ComponentModel.DataAnnotations;

namespace TsForecaster.Worker.Checkpoints;

/// <summary>Where the state of partitions is kept.</summary>
public enum CheckpointStore
{
    /// <summary>A directory of this machine, one file a partition.</summary>
    File,
}

public sealed record CheckpointOptions
{
    public CheckpointStore Store { get; init; } = CheckpointStore.File;

    [Required]
    public string Directory { get; init; } = "checkpoints";

    /// <summary>Time between two checkpoints of a partition that is making progress; a refit brings the next one forward.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);
}
