namespace TsForecaster.Worker.Observability;

public enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>The samples of one metric at one moment.</summary>
/// <param name="Name">As Prometheus wants it, with unit and "_total".</param>
public sealed record MetricFamily(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricSample> Samples);

/// <summary>One set of labels and what was measured under it.</summary>
/// <param name="Labels">As they stand between the braces, escaped and sorted by name; empty without labels.</param>
/// <param name="Value">A counter's or gauge's value; a histogram's sum.</param>
/// <param name="Buckets">A histogram's counts per bucket, not yet cumulative, the one above all bounds last; null for the others.</param>
/// <param name="Bounds">A histogram's ascending upper bounds, inclusive, without +Inf; null for the others.</param>
public readonly record struct MetricSample(string Labels, double Value, IReadOnlyList<long>? Buckets = null, IReadOnlyList<double>? Bounds = null);
