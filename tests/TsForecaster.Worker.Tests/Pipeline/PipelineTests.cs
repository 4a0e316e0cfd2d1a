using System.Collections.Concurrent;
using System.Text;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Publish;
using TsForecaster.Worker.Refit;
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
            await broken.RunUntilAsync(37 + (life * 13), PipelineDriver.Log(), abandon: life % 2 == 0);
        }

        await broken.RunAsync(PipelineDriver.Log());
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(whole.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal), broken.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_ComponentsAuto_KilledAfterSearches_PublishesTheSamePoints(bool recalibrate)
    {
        SeriesSettings auto = PipelineDriver.Small with
        {
            Model = new ModelSettings { Future = 3, Season = 12, Recalibrate = recalibrate },
            Refit = new RefitSettings { First = 60, Every = 25, Lag = 4, History = 120, Reselect = 2, Budget = 0.05 },
        };
        PipelineSettings settings = new(_ => auto, []) { CheckpointEvery = TimeSpan.Zero, Linger = TimeSpan.Zero, LaneCapacity = 50 };
        PipelineDriver whole = new() { Settings = settings }, broken = new() { Settings = settings };
        await whole.RunAsync(OneSeries());
        string[] models = [.. whole.Sink.Points.Where(point => point.Key.StartsWith("model,", StringComparison.Ordinal)).Select(point => point.Value)];

        // Searches with the first refit at step 60 and the third at 110; refits at 85 and 135 that follow what was found.
        Assert.Equal((4, 2), (models.Length, models.Count(fields => fields.Contains(", chosen ", StringComparison.Ordinal))));
        Assert.Contains(models, fields => !fields.Contains("components=1,", StringComparison.Ordinal));
        Assert.Equal(3 * (149 - 63), Count(whole, "forecast"));
        foreach (int records in (int[])[62, 8, 20, 21, 3, 4])
        {
            await broken.RunUntilAsync(records, OneSeries(), abandon: records % 2 == 0);
        }

        await broken.RunAsync(OneSeries());
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(whole.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal), broken.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal));

        static Dictionary<PartitionId, List<SourceRecord>> OneSeries()
        {
            (PartitionId partition, List<SourceRecord> records) = PipelineDriver.Log().First();
            SourceRecord[] own = [.. records.Where(record => Encoding.UTF8.GetString(record.Value.Span).Contains("\"s00\",\"ts\":1", StringComparison.Ordinal))];
            return new() { [partition] = [.. own.Select((record, offset) => record with { Offset = offset })] };
        }
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
    public async Task Run_StoreFailsAtTheEnd_EndsWithoutCommittingAndTheNextLifeRepeats()
    {
        PipelineDriver whole = new();
        await whole.RunAsync(PipelineDriver.Log());
        FailingStore store = new() { Fails = true };
        PipelineDriver driver = new() { Checkpoints = store };
        using CancellationTokenSource stop = new();
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(PipelineDriver.Log(), stop: stop.Token));
        await UntilAsync(() => store.Attempts > 0);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(driver.Source.Committed);
        store.Fails = false;
        await driver.RunAsync(PipelineDriver.Log());
        Assert.Empty(driver.Sink.Contradictions);
        Assert.Equal(whole.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal), driver.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_StoreFailsForAWhile_WaitsAndGoesOn()
    {
        FailingStore store = new() { Fails = true };
        PipelineDriver driver = new() { Checkpoints = store };
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(PipelineDriver.Log()));
        await UntilAsync(() => store.Attempts > 0);
        Assert.Empty(driver.Source.Committed);
        store.Fails = false;
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([301L, 301L, 301L], driver.Source.Committed.OrderBy(c => c.Key.Partition).Select(c => c.Value));
    }

    [Fact]
    public async Task Run_AbsurdValues_AreDeadLettersAndTheSeriesGoesOn()
    {
        Dictionary<PartitionId, List<SourceRecord>> log = PipelineDriver.Log();
        List<SourceRecord> records = log[new PartitionId("ticks", 0)];
        foreach (int at in (int[])[120, 160, 200])
        {
            records[at] = records[at] with { Value = Encoding.UTF8.GetBytes("""{"series":"s00","ts":1700000060000,"value":1.7976931348623157e308}""") };
        }

        PipelineDriver driver = new();
        PipelineTotals totals = await driver.RunAsync(log);
        Assert.Equal(6, totals.DeadLetters);
        Assert.Equal(149, Observed(driver, "s00"));
        Assert.DoesNotContain("Infinity", string.Concat(driver.Sink.Points.Values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TooMuchWaitsForARefit_ThePartitionWaitsToo()
    {
        using ManualResetEventSlim open = new();
        PipelineDriver driver = new()
        {
            Settings = new PipelineSettings(_ => PipelineDriver.Small, []) { CheckpointEvery = TimeSpan.Zero, Linger = TimeSpan.Zero, LaneCapacity = 20, WaitingSteps = 30 },
            Fit = (job, cancellation) =>
            {
                if (job.Key.Series == "s00")
                {
                    open.Wait(cancellation);
                }

                return RefitPool.Do(job, cancellation);
            },
        };
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(PipelineDriver.Log()));
        await UntilAsync(() => Observed(driver, "s10") == 149 && Observed(driver, "s01") >= 73);
        Assert.InRange(Observed(driver, "s01"), 73, 74);
        open.Set();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(6 * 149, Count(driver, "observed"));
    }

    [Fact]
    public async Task Run_RefitOfOneSeriesIsLate_TheOthersGoOnAndNothingChanges()
    {
        PipelineDriver undisturbed = new();
        await undisturbed.RunAsync(PipelineDriver.Log());
        using ManualResetEventSlim open = new();
        PipelineDriver driver = new()
        {
            Fit = (job, cancellation) =>
            {
                if (job.Key.Series == "s00")
                {
                    open.Wait(cancellation);
                }

                return RefitPool.Do(job, cancellation);
            },
        };
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(PipelineDriver.Log()));

        // All of s01, which shares a partition with s00, while s00 stands at step 43.
        await UntilAsync(() => Observed(driver, "s01") == 149);
        Assert.Equal(43, Observed(driver, "s00"));
        open.Set();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(undisturbed.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal), driver.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal));
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
    public async Task Run_Board_ShowsTheSeriesOfThePartitionsItHas()
    {
        PipelineDriver driver = new();
        using CancellationTokenSource stop = new();
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(PipelineDriver.Log(), source => source.BeforeRecord = (_, offset) =>
        {
            if (offset == 250)
            {
                stop.Cancel();
            }
        }, stop.Token));
        await running;
        Assert.Equal(6, driver.Board.Summaries().Count);

        // Partitions that are given up while the worker goes on are somebody else's to show.
        await driver.RunAsync(PipelineDriver.Log());
        Assert.Empty(driver.Board.Summaries());
    }

    // The first two records of a partition fall into open cells and give no points yet.
    private static void AssertNothingWithPointsIsCommitted(PipelineDriver driver) =>
        Assert.All(driver.Source.Committed.Values, offset => Assert.InRange(offset, 0, 2));

    private sealed class FailingStore : ICheckpointStore
    {
        private readonly ConcurrentDictionary<PartitionId, PartitionCheckpoint> _saved = new();
        private int _attempts;

        public volatile bool Fails;

        public int Attempts => _attempts;

        public string? Trouble => null;

        public PartitionCheckpoint? Load(PartitionId partition) => _saved.GetValueOrDefault(partition);

        public Task SaveAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _attempts);
            if (Fails)
            {
                return Task.FromException(new CheckpointUnavailableException("disk full", new IOException()));
            }

            _saved[checkpoint.Partition] = checkpoint;
            return Task.CompletedTask;
        }
    }

    private static int Observed(PipelineDriver driver, string series) =>
        driver.Sink.Points.Keys.Count(key => key.StartsWith($"observed,channel=value,series={series} ", StringComparison.Ordinal));

    private static async Task UntilAsync(Func<bool> holds)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    private static int Count(PipelineDriver driver, string measurement) =>
        driver.Sink.Points.Keys.Count(key => key.StartsWith(measurement + ",", StringComparison.Ordinal));
}
