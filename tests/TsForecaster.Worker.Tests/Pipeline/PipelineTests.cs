using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Pipeline;

public sealed class PipelineTests
{
    [Fact]
    public async Task Run_WholeLog_PublishesEveryPointOfTheContract()
    {
        PipelineDriver driver = new();
        PipelineTotals totals = await driver.RunAsync(PipelineDriver.Log());

        // 149 closed cells of six series: the last cell has no later tick that would close it.
        Assert.Equal(6 * 149, Count(driver, "observed"));
        Assert.Equal(900, totals.Ticks);

        // First refit at step 40, active at 44, so forecasts from steps 44 to 149, three horizons each.
        Assert.Equal(6 * 106, totals.Forecasts);
        Assert.Equal(6 * 106 * 3, Count(driver, "forecast"));

        // Horizon h is scored from step 44 + h on.
        Assert.Equal(6 * (105 + 104 + 103), Count(driver, "score"));

        // Refits at 40, 65, 90, 115 and 140.
        Assert.Equal(6 * 5, totals.Refits);
        Assert.Equal(6 * 5, Count(driver, "model"));
        Assert.Equal(driver.Sink.Points.Count, totals.Points);
        Assert.Equal(3, totals.DeadLetters);
        Assert.All(driver.Source.DeadLetters, letter => Assert.Contains("yesterday", letter.Error, StringComparison.Ordinal));
        Assert.Equal([301L, 301L, 301L], driver.Source.Committed.OrderBy(c => c.Key.Partition).Select(c => c.Value));
    }

    [Fact]
    public async Task Run_KilledAndRestartedOverAndOver_PublishesTheSamePoints()
    {
        PipelineDriver whole = new();
        await whole.RunAsync(PipelineDriver.Log());
        PipelineDriver broken = new();
        for (int life = 0; life < 12; life++)
        {
            int records = 37 + (life * 13);
            using CancellationTokenSource stop = new();
            int left = records;
            await broken.RunAsync(
                PipelineDriver.Log(),
                source =>
                {
                    source.Abandon = life % 2 == 0;
                    source.BeforeRecord = (_, _) =>
                    {
                        if (Interlocked.Decrement(ref left) == 0)
                        {
                            stop.Cancel();
                        }
                    };
                },
                stop.Token);
        }

        await broken.RunAsync(PipelineDriver.Log());
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(whole.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal), broken.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_SinkStandsStill_StaysBoundedCommitsNothingAndLosesNothing()
    {
        PipelineDriver driver = new();
        TaskCompletionSource open = new();
        TaskCompletionSource blocked = new();
        driver.Sink.BeforeWrite = async _ =>
        {
            blocked.TrySetResult();
            await open.Task;
        };
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(PipelineDriver.Log()));
        await blocked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Task.Delay(300);
        Assert.False(running.IsCompleted);
        AssertNothingWithPointsIsCommitted(driver);
        Assert.InRange(driver.Source.DeepestLane, 1, 51);
        open.SetResult();
        PipelineTotals totals = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(6 * 149, Count(driver, "observed"));
        Assert.Equal(900, totals.Ticks);
    }

    [Fact]
    public async Task Run_SinkRefusesForGood_StopsWithItsReasonAndCommitsNothing()
    {
        PipelineDriver driver = new();
        driver.Sink.BeforeWrite = _ => throw new SinkRefusedException("no such bucket");
        SinkRefusedException refused = await Assert.ThrowsAsync<SinkRefusedException>(() => driver.RunAsync(PipelineDriver.Log()).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("no such bucket", refused.Message);
        AssertNothingWithPointsIsCommitted(driver);
    }

    [Fact]
    public async Task Run_Board_ShowsEverySeriesWithItsScore()
    {
        PipelineDriver driver = new();
        await driver.RunAsync(PipelineDriver.Log());
        Assert.Equal(6, driver.Board.Summaries().Count);
    }

    // The first two records of a partition fall into open cells and give no points yet.
    private static void AssertNothingWithPointsIsCommitted(PipelineDriver driver) =>
        Assert.All(driver.Source.Committed.Values, offset => Assert.InRange(offset, 0, 2));

    private static int Count(PipelineDriver driver, string measurement) =>
        driver.Sink.Points.Keys.Count(key => key.StartsWith(measurement + ",", StringComparison.Ordinal));
}
