using System.Diagnostics.Metrics;
using TsForecaster.Worker.Observability;
using Xunit;

namespace TsForecaster.Worker.Tests.Observability;

public sealed class MetricCollectorTests
{
    [Fact]
    public void Collect_EveryKindOfInstrument_ReadsBackByAnIndependentParser()
    {
        using Meter meter = new("TsForecaster.Test.Kinds");
        using MetricCollector collector = new();
        Counter<long> records = meter.CreateCounter<long>("kinds.records", "{record}", "Records read,\nwith a \\ in the help.");
        UpDownCounter<int> pending = meter.CreateUpDownCounter<int>("kinds.pending");
        Histogram<double> seconds = meter.CreateHistogram<double>("kinds.duration", "s", "Duration.");
        Gauge<double> level = meter.CreateGauge<double>("kinds.level", "By");
        meter.CreateObservableGauge("kinds.lag", () => new[] { new Measurement<long>(7, new KeyValuePair<string, object?>("partition", 3)) });
        meter.CreateObservableCounter("kinds.polls", () => 41.5);

        records.Add(2, new("topic", "a\"b\\c\nd"), new("partition", 0));
        records.Add(3, new("partition", 0), new("topic", "a\"b\\c\nd"));
        records.Add(5);
        pending.Add(4);
        pending.Add(-1);
        level.Record(10);
        level.Record(9);
        double[] durations = [0.0005, 0.001, 0.0011, 61];
        foreach (double duration in durations)
        {
            seconds.Record(duration);
        }

        ExpositionParser text = Read(collector);
        Assert.Equal("counter", text.Types["kinds_records_total"]);
        Assert.Equal("Records read,\\nwith a \\\\ in the help.", text.Help["kinds_records_total"]);
        Assert.Equal(5, text.Samples["kinds_records_total{partition=0,topic=a\"b\\c\nd}"]);
        Assert.Equal(5, text.Samples["kinds_records_total{}"]);
        Assert.Equal(("gauge", 3.0), (text.Types["kinds_pending"], text.Samples["kinds_pending{}"]));
        Assert.Equal(9, text.Samples["kinds_level_bytes{}"]);
        Assert.Equal(7, text.Samples["kinds_lag{partition=3}"]);
        Assert.Equal(41.5, text.Samples["kinds_polls_total{}"]);
        Assert.Equal("histogram", text.Types["kinds_duration_seconds"]);
        Assert.Equal(2, text.Samples["kinds_duration_seconds_bucket{le=0.001}"]);
        Assert.Equal(3, text.Samples["kinds_duration_seconds_bucket{le=0.0025}"]);
        Assert.Equal(3, text.Samples["kinds_duration_seconds_bucket{le=60}"]);
        Assert.Equal(4, text.Samples["kinds_duration_seconds_bucket{le=+Inf}"]);
        Assert.Equal(4, text.Samples["kinds_duration_seconds_count{}"]);
        Assert.Equal(durations.Sum(), text.Samples["kinds_duration_seconds_sum{}"]);
    }

    [Fact]
    public void Collect_FromManyThreads_CountsEveryMeasurement()
    {
        using Meter meter = new("TsForecaster.Test.Threads");
        using MetricCollector collector = new();
        Counter<long> counter = meter.CreateCounter<long>("threads.count");
        Histogram<long> histogram = meter.CreateHistogram<long>("threads.size");
        Parallel.For(0, 20_000, i =>
        {
            counter.Add(1, new KeyValuePair<string, object?>("lane", i % 4));
            histogram.Record(i % 7);
        });
        ExpositionParser text = Read(collector);
        Assert.Equal([5_000, 5_000, 5_000, 5_000], Enumerable.Range(0, 4).Select(lane => text.Samples[$"threads_count_total{{lane={lane}}}"]));
        Assert.Equal(20_000, text.Samples["threads_size_count{}"]);
    }

    [Fact]
    public void Collect_ObservedLabelThatWentAway_IsNoLongerThere()
    {
        int partition = 0;
        using Meter meter = new("TsForecaster.Test.Observed");
        using MetricCollector collector = new();
        meter.CreateObservableGauge("observed.lag", () => new Measurement<int>(1, new KeyValuePair<string, object?>("partition", partition)));
        meter.CreateObservableGauge("observed.broken", int () => throw new InvalidOperationException("cannot be read now"));
        Assert.Contains("observed_lag{partition=0}", Read(collector).Samples.Keys);
        partition = 1;
        Assert.Equal(["observed_lag{partition=1}"], Read(collector).Samples.Keys.Where(key => key.StartsWith("observed_", StringComparison.Ordinal)));
    }

    [Fact]
    public void Collect_TooManyLabels_StaysBoundedAndLosesNoCount()
    {
        using Meter meter = new("TsForecaster.Test.Overflow");
        using MetricCollector collector = new();
        Counter<int> counter = meter.CreateCounter<int>("overflow.count");
        for (int i = 0; i < MetricState.MostLabelSets + 500; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("series", i));
        }

        ExpositionParser text = Read(collector);
        double[] counts = [.. text.Samples.Where(sample => sample.Key.StartsWith("overflow_", StringComparison.Ordinal)).Select(sample => sample.Value)];
        Assert.Equal(MetricState.MostLabelSets + 1, counts.Length);
        Assert.Equal(MetricState.MostLabelSets + 500, counts.Sum());
        Assert.Equal(500, text.Samples["overflow_count_total{otel_metric_overflow=true}"]);
    }

    [Fact]
    public void Collect_MeasurementsThatMakeNoSense_AreLeftOut()
    {
        using Meter meter = new("TsForecaster.Test.Nonsense");
        using Meter foreign = new("Elsewhere");
        using MetricCollector collector = new();
        Counter<double> counter = meter.CreateCounter<double>("nonsense.count");
        counter.Add(2);
        counter.Add(-1);
        counter.Add(double.NaN);
        foreign.CreateCounter<int>("foreign.count").Add(1);
        ExpositionParser text = Read(collector);
        Assert.Equal(2, text.Samples["nonsense_count_total{}"]);
        Assert.DoesNotContain(text.Types.Keys, name => name.StartsWith("foreign", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_AdvisedBuckets_AreUsed()
    {
        using Meter meter = new("TsForecaster.Test.Advice");
        using MetricCollector collector = new();
        meter.CreateHistogram("advice.size", null, null, null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [10, 20] }).Record(15);
        ExpositionParser text = Read(collector);
        Assert.Equal([0, 1, 1], new[] { "10", "20", "+Inf" }.Select(bound => text.Samples[$"advice_size_bucket{{le={bound}}}"]));
    }

    private static ExpositionParser Read(MetricCollector collector) => ExpositionParser.Parse(PrometheusText.Write(collector.Collect()));
}
