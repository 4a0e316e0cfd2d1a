using System.ComponentModel.DataAnnotations;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Observability;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>All settings of the service: the section <c>Forecaster</c>. Immutable; made by <see cref="SettingsReader"/>.</summary>
public sealed record ForecasterSettings
{
    public KafkaOptions Kafka { get; init; } = new();

    public GridSettings Grid { get; init; } = new();

    public ModelSettings Model { get; init; } = new();

    public RefitSettings Refit { get; init; } = new();

    public PublishOptions Publish { get; init; } = new();

    public CheckpointOptions Checkpoints { get; init; } = new();

    public HttpOptions Http { get; init; } = new();

    public TelemetryOptions Telemetry { get; init; } = new();

    /// <summary>Refits at a time, over all series; 0 takes one a processor.</summary>
    [Range(0, 1024)]
    public int RefitConcurrency { get; init; }

    /// <summary>Refits at a time.</summary>
    internal int RefitsAtOnce => RefitConcurrency > 0 ? RefitConcurrency : Environment.ProcessorCount;

    /// <summary>What the flow needs to know of all this.</summary>
    internal PipelineSettings Flow => new(new SeriesResolver(this).For, [.. Publish.Horizons.Distinct().Order()])
    {
        LaneCapacity = Kafka.LaneCapacity,
        BatchPoints = Publish.BatchLines,
        Linger = Publish.Linger,
        CheckpointEvery = Checkpoints.Every,
    };

    /// <summary>Series that are treated differently, first match first. Read last: they start from what is above.</summary>
    public IReadOnlyList<SeriesOverride> Series { get; init; } = [];
}

/// <summary>Settings of the series whose name matches a pattern; what is not set here is as for all series.</summary>
public sealed record SeriesOverride
{
    /// <summary><c>*</c> stands for any run of characters, <c>?</c> for one; case counts.</summary>
    [Required]
    public string Match { get; init; } = "";

    public GridSettings Grid { get; init; } = new();

    public ModelSettings Model { get; init; } = new();

    public RefitSettings Refit { get; init; } = new();
}
