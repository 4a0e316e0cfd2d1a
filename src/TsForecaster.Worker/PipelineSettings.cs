namespace TsForecaster.Worker;

/// <summary>What the flow itself needs to know; the stages have settings of their own.</summary>
/// <param name="SeriesOf">The settings of a series by its name; the same answer each time.</param>
/// <param name="Horizons">Horizons to publish and score, ascending; empty means all.</param>
public sealed record PipelineSettings(Func<string, SeriesSettings> SeriesOf, IReadOnlyList<int> Horizons)
{
    /// <summary>Records a partition may have waiting before it is paused.</summary>
    public int LaneCapacity { get; init; } = 1000;

    /// <summary>Batches of points a partition may have waiting for the sink.</summary>
    public int DeliveriesInFlight { get; init; } = 2;

    /// <summary>Closed cells that may wait behind late refits before the partition waits too.</summary>
    public int WaitingSteps { get; init; } = 10_000;

    /// <summary>Points after which a batch is delivered.</summary>
    public int BatchPoints { get; init; } = 5000;

    /// <summary>How long a batch may wait for more points.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between two checkpoints of a partition that is making progress.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(10);
}
