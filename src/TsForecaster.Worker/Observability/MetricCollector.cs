using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TsForecaster.Worker.Observability;

/// <summary>
/// Adds up what the worker's meters (named "TsForecaster.…") measure, from its construction on. Instruments of the same translated
/// name and kind are one metric. Thread-safe.
/// </summary>
public sealed class MetricCollector : IDisposable
{
    private const string MeterPrefix = "TsForecaster.";

    private readonly ConcurrentDictionary<string, MetricState> _metrics = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();

    public MetricCollector()
    {
        _listener.InstrumentPublished = Enable;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Measure((double)value, tags, state));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and returns every metric that has been measured at least once, ordered by name.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        // One scrape at a time: what is observed replaces what the scrape before saw.
        lock (_scrape)
        {
            foreach ((_, MetricState metric) in _metrics)
            {
                metric.BeginScrape();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // The listener asks all of them and then throws for those that failed; the others' values are good.
            }

            return [.. _metrics.Values.Select(static metric => metric.Read()).Where(static family => family.Samples.Count > 0).OrderBy(static family => family.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Enable(Instrument instrument, MeterListener listener)
    {
        if (!instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal) || Classify(instrument) is not { } accumulation)
        {
            return;
        }

        MetricState metric = new(instrument, accumulation);
        MetricState known = _metrics.GetOrAdd(metric.Name, metric);
        if (known.Accumulation == accumulation)
        {
            listener.EnableMeasurementEvents(instrument, known);
        }
    }

    private static void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        ((MetricState)state!).Measure(value, tags);

    private static Accumulation? Classify(Instrument instrument)
    {
        Type type = instrument.GetType();
        Type? generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return generic switch
        {
            _ when generic == typeof(Counter<>) => Accumulation.Sum,
            _ when generic == typeof(UpDownCounter<>) => Accumulation.Level,
            _ when generic == typeof(Histogram<>) => Accumulation.Buckets,
            _ when generic == typeof(Gauge<>) => Accumulation.Last,
            _ when generic == typeof(ObservableCounter<>) => Accumulation.ObservedSum,
            _ when generic == typeof(ObservableUpDownCounter<>) || generic == typeof(ObservableGauge<>) => Accumulation.Observed,
            _ => null,
        };
    }
}
