using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TsForecaster.Worker.Observability;

/// <summary>What a measurement does to what was measured before.</summary>
internal enum Accumulation
{
    /// <summary>Adds up, only upwards.</summary>
    Sum,

    /// <summary>Adds up, both ways.</summary>
    Level,

    /// <summary>Replaces it.</summary>
    Last,

    /// <summary>Replaces it at each scrape: a total.</summary>
    ObservedSum,

    /// <summary>Replaces it at each scrape: a level.</summary>
    Observed,

    /// <summary>Counts into buckets.</summary>
    Buckets,
}

/// <summary>One metric: a cell for each set of labels. Thread-safe.</summary>
internal sealed class MetricState
{
    /// <summary>Sets of labels a metric may have; what comes after is counted under one label, so that memory stays bounded.</summary>
    public const int MostLabelSets = 2_000;

    private const string Overflow = "otel_metric_overflow=\"true\"";

    private static readonly double[] SecondBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] CountBounds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000];

    private readonly ConcurrentDictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Cell>.AlternateLookup<ReadOnlySpan<char>> _cellsByText;
    private readonly string _help;
    private readonly double[]? _bounds;

    public MetricState(Instrument instrument, Accumulation accumulation)
    {
        Kind = accumulation switch
        {
            Accumulation.Sum or Accumulation.ObservedSum => MetricKind.Counter,
            Accumulation.Buckets => MetricKind.Histogram,
            _ => MetricKind.Gauge,
        };
        Accumulation = accumulation;
        _cellsByText = _cells.GetAlternateLookup<ReadOnlySpan<char>>();
        Name = MetricNames.Metric(instrument.Name, instrument.Unit, Kind);
        _help = instrument.Description ?? instrument.Name;
        _bounds = accumulation == Accumulation.Buckets ? BoundsOf(instrument) : null;
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public Accumulation Accumulation { get; }

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // A total never falls, and one NaN would spoil a sum for good.
        bool sums = Accumulation is Accumulation.Sum or Accumulation.Level or Accumulation.Buckets;
        if ((sums && !double.IsFinite(value)) || (Accumulation == Accumulation.Sum && value < 0.0))
        {
            return;
        }

        Cell cell = Find(tags);
        lock (cell)
        {
            cell.Take(value, Accumulation);
        }
    }

    /// <summary>Forgets what was observed: a label that is no longer reported is gone.</summary>
    public void BeginScrape()
    {
        if (Accumulation is Accumulation.Observed or Accumulation.ObservedSum)
        {
            _cells.Clear();
        }
    }

    public MetricFamily Read()
    {
        List<MetricSample> samples = [];
        foreach ((string labels, Cell cell) in _cells)
        {
            lock (cell)
            {
                samples.Add(new MetricSample(labels, cell.Value, cell.Buckets?.ToArray(), _bounds));
            }
        }

        samples.Sort(static (a, b) => string.CompareOrdinal(a.Labels, b.Labels));
        return new MetricFamily(Name, _help, Kind, samples);
    }

    private Cell Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Span<char> text = stackalloc char[MetricLabels.MostChars];
        if (MetricLabels.TryWrite(tags, text, out int length) && _cellsByText.TryGetValue(text[..length], out Cell? known))
        {
            return known;
        }

        string labels = MetricNames.Labels(tags);
        return _cells.TryGetValue(labels, out Cell? cell)
            ? cell
            : _cells.GetOrAdd(_cells.Count < MostLabelSets ? labels : Overflow, static (_, bounds) => new Cell(bounds), _bounds);
    }

    private static double[] BoundsOf(Instrument instrument)
    {
        IReadOnlyList<double>? advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(static bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(static bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised is { Count: > 0 } ? [.. advised] : instrument.Unit == "s" ? SecondBounds : CountBounds;
    }

    private sealed class Cell(double[]? bounds)
    {
        public double Value { get; private set; }

        public long[]? Buckets { get; } = bounds is null ? null : new long[bounds.Length + 1];

        public void Take(double value, Accumulation accumulation)
        {
            Value = accumulation is Accumulation.Sum or Accumulation.Level or Accumulation.Buckets ? Value + value : value;
            if (Buckets is not null)
            {
                int at = Array.BinarySearch(bounds!, value);
                Buckets[at < 0 ? ~at : at]++;
            }
        }
    }
}
