using System.Globalization;
using System.Text;
using Xunit;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>Records of two channels each, forecast together.</summary>
public sealed class JointTests
{
    private static readonly SeriesSettings _joint = PipelineDriver.Small with
    {
        Model = new ModelSettings { Past = 6, Future = 3, Components = 1, Joint = ["vibration", "temperature"] },
    };

    [Fact]
    public async Task Run_AnyNumberOfThreads_PublishesTheSamePoints()
    {
        PipelineDriver one = Driver(1), four = Driver(4);
        PipelineTotals totals = await one.RunAsync(Log());
        await four.RunAsync(Log());

        Assert.True(totals.Forecasts > 4 * 80, $"{totals.Forecasts} forecasts");
        Assert.Contains(one.Sink.Points, point => point.Value.Contains("2 of 2 channels", StringComparison.Ordinal));
        Assert.Equal(Points(one), Points(four));
    }

    [Fact]
    public async Task Run_KilledAndRestartedOverAndOver_PublishesTheSamePoints()
    {
        PipelineDriver whole = Driver(2), broken = Driver(2);
        await whole.RunAsync(Log());
        for (int life = 0; life < 12; life++)
        {
            await broken.RunUntilAsync(17 + (life * 7), Log(), abandon: life % 2 == 0);
        }

        await broken.RunAsync(Log());
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(Points(whole), Points(broken));
    }

    /// <summary>Two partitions, a pump each, 150 seconds; now and then a value is missing.</summary>
    private static Dictionary<PartitionId, List<SourceRecord>> Log()
    {
        Dictionary<PartitionId, List<SourceRecord>> log = [];
        for (int p = 0; p < 2; p++)
        {
            PartitionId partition = new("ticks", p);
            log[partition] = [.. Enumerable.Range(0, 150).Select(t =>
            {
                double vibration = 0.01 * (2 + Math.Sin(1.3 * t * t)), temperature = 60 + Math.Sin(1.3 * (t - 1) * (t - 1)) + (0.1 * Math.Cos((3.7 * t) + p));
                string first = t % 17 == 3 ? "" : string.Create(CultureInfo.InvariantCulture, $"\"vibration\":{vibration:R},"), second = t % 23 == 5 ? "null" : temperature.ToString("R", CultureInfo.InvariantCulture);
                string json = $$"""{"series":"pump-{{p}}","ts":{{(1_700_000_000L + t) * 1000}},{{first}}"temperature":{{second}}}""";
                return new SourceRecord(partition, t, 1_800_000_000L * PipelineDriver.Second, default, Encoding.UTF8.GetBytes(json));
            })];
        }

        return log;
    }

    private static PipelineDriver Driver(int concurrency) => new()
    {
        Settings = new PipelineSettings(_ => _joint, []) { CheckpointEvery = TimeSpan.Zero, Linger = TimeSpan.Zero, LaneCapacity = 50 },
        Concurrency = concurrency,
    };

    private static IEnumerable<KeyValuePair<string, string>> Points(PipelineDriver driver) => driver.Sink.Points.OrderBy(point => point.Key, StringComparer.Ordinal);
}
