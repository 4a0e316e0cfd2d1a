using Xunit;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>The two series of every partition share a model, chosen by a search.</summary>
public sealed class PooledTests
{
    private static readonly SeriesSettings _pooled = PipelineDriver.Small with
    {
        Model = new ModelSettings { Scope = ModelScope.Pooled, Future = 3, Season = 12 },
        Refit = PipelineDriver.Small.Refit with { Reselect = 2 },
    };

    [Fact]
    public async Task Run_AnyNumberOfThreads_PublishesTheSamePoints()
    {
        PipelineDriver one = Driver(1), four = Driver(4);
        PipelineTotals totals = await one.RunAsync(PipelineDriver.Log());
        await four.RunAsync(PipelineDriver.Log());

        Assert.True(totals.Forecasts > 6 * 80, $"{totals.Forecasts} forecasts");
        Assert.Contains(one.Sink.Points, point => point.Value.Contains("adapted from the model of 2 series", StringComparison.Ordinal));
        Assert.Equal(Points(one), Points(four));
    }

    [Fact]
    public async Task Run_KilledAndRestartedOverAndOver_PublishesTheSamePoints()
    {
        PipelineDriver whole = Driver(2), broken = Driver(2);
        await whole.RunAsync(PipelineDriver.Log());
        for (int life = 0; life < 12; life++)
        {
            await broken.RunUntilAsync(37 + (life * 13), PipelineDriver.Log(), abandon: life % 2 == 0);
        }

        await broken.RunAsync(PipelineDriver.Log());
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(Points(whole), Points(broken));
    }

    private static PipelineDriver Driver(int concurrency) => new()
    {
        Settings = new PipelineSettings(_ => _pooled, []) { CheckpointEvery = TimeSpan.Zero, Linger = TimeSpan.Zero, LaneCapacity = 50 },
        Concurrency = concurrency,
    };

    private static IEnumerable<KeyValuePair<string, string>> Points(PipelineDriver driver) => driver.Sink.Points.OrderBy(point => point.Key, StringComparer.Ordinal);
}
