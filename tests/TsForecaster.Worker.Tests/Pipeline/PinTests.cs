using System.Text;
using TsForecaster.Worker.Refit;
using Xunit;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>Going back to an earlier model by a record in the log.</summary>
public sealed class PinTests
{
    private static readonly PartitionId Partition = new("ticks", 0);

    [Fact]
    public async Task Run_Pinned_ForecastsWithTheEarlierModelAndRefitsNoMoreUntilUnpinned()
    {
        PipelineDriver before = new();
        await before.RunAsync(PipelineDriver.Log());
        string[] models = [.. Models(before, "s00").Select(model => model.Id)];

        // Models begin to hold at 43, 68, 93, 118 and 143; record 2t + 1 falls into second t, past the poison of second 77.
        PipelineDriver driver = new();
        await driver.RunAsync(With(Request("s00", 2 * 80, $"!pin {models[0]}"), Request("s00", 2 * 130, "!unpin")));
        (long Second, string Id, string Fields)[] changes = Models(driver, "s00");
        Assert.Equal([43, 68, 79, 129, 133], changes.Select(change => change.Second));
        Assert.Equal(models[0], changes[2].Id);
        Assert.Contains("promoted=1,reason=pinned: no refit until it is unpinned", changes[2].Fields, StringComparison.Ordinal);
        Assert.Contains("promoted=0,reason=unpinned: refits go on", changes[3].Fields, StringComparison.Ordinal);
        Assert.Contains("reason=scheduled: held-out CRPS", changes[4].Fields, StringComparison.Ordinal);
        Assert.All(Issued(driver, "s00", 79, 133), id => Assert.Equal(models[0], id));
        Assert.All(Issued(driver, "s00", 68, 79), id => Assert.Equal(models[1], id));

        // Its neighbour and the other partitions are as they were.
        Assert.Equal(Others(before), Others(driver));
    }

    [Fact]
    public async Task Run_EnsemblePinned_ForecastsWithItAgain()
    {
        SeriesSettings auto = PipelineDriver.Small with
        {
            Model = new ModelSettings { Future = 3, Season = 12 },
            Refit = new RefitSettings { First = 60, Every = 25, Lag = 4, History = 120, Margin = 1000.0, Reselect = 2, Budget = 0.05 },
        };
        PipelineSettings settings = new(_ => auto, []) { CheckpointEvery = TimeSpan.Zero, Linger = TimeSpan.Zero, LaneCapacity = 50 };
        PipelineDriver before = new() { Settings = settings }, driver = new() { Settings = settings };
        await before.RunAsync(PipelineDriver.Log());
        (long Second, string Id, string Fields)[] models = Models(before, "s00");
        int at = Array.FindIndex(models, model => !model.Fields.Contains("components=1,", StringComparison.Ordinal));
        string ensemble = models[at].Id;
        await driver.RunAsync(With(Request("s00", 2 * 130, $"!pin {ensemble}")));
        Assert.NotEqual(models.Length - 1, at);
        Assert.All(Issued(driver, "s00", models[at].Second, models[at + 1].Second), id => Assert.Equal(ensemble, id));
        Assert.All(Issued(driver, "s00", 129, 148), id => Assert.Equal(ensemble, id));
    }

    [Fact]
    public async Task Run_PinnedWhileCellsWaitForARefit_GivesWhatItGivesWithoutTheWait()
    {
        PipelineDriver quick = new();
        await quick.RunAsync(PipelineDriver.Log());
        string first = Models(quick, "s00")[0].Id;
        (string, int, string)[] requests = [Request("s00", 2 * 80, $"!pin {first}")];
        PipelineDriver undisturbed = new();
        await undisturbed.RunAsync(With(requests));

        // The refit that is active from second 68 on is late by the rest of the log, so that the request comes while cells wait.
        using ManualResetEventSlim open = new();
        PipelineDriver driver = new()
        {
            Fit = (job, cancellation) =>
            {
                if (job.Key.Series == "s00" && job.Since > 40)
                {
                    open.Wait(cancellation);
                }

                return RefitPool.Do(job, cancellation);
            },
        };
        Task<PipelineTotals> running = Task.Run(() => driver.RunAsync(With(requests)));
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        while (!driver.Sink.Points.ContainsKey($"observed,channel=value,series=s01 {(1_700_000_000L + 148) * PipelineDriver.Second}"))
        {
            await Task.Delay(10, deadline.Token);
        }

        open.Set();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Sorted(undisturbed), Sorted(driver));
    }

    [Fact]
    public async Task Run_PinnedAndKilledOverAndOver_PublishesTheSamePoints()
    {
        PipelineDriver plain = new();
        await plain.RunAsync(PipelineDriver.Log());
        string first = Models(plain, "s00")[0].Id;

        // The first meets the end of a refit, and has the cell after it.
        (string, int, string)[] requests = [Request("s00", 2 * 69, $"!pin {first}"), Request("s00", 2 * 110, "!unpin"), Request("s00", 2 * 120, $"!pin {first}")];
        PipelineDriver whole = new();
        await whole.RunAsync(With(requests));
        Assert.Equal([43, 68, 69, 109, 113, 119], Models(whole, "s00").Select(change => change.Second));
        PipelineDriver broken = new();
        for (int life = 0; life < 10; life++)
        {
            await broken.RunUntilAsync(41 + (life * 11), With(requests), abandon: life % 2 == 0);
        }

        await broken.RunAsync(With(requests));
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(Sorted(whole), Sorted(broken));
    }

    [Fact]
    public async Task Run_ModelNotHeld_ChangesNothingAndSaysWhichAre()
    {
        PipelineDriver driver = new() { Settings = Keeping(1) };
        await driver.RunAsync(With(Request("s00", 2 * 125, "!pin 0123456789ab")));
        (long Second, string Id, string Fields)[] changes = Models(driver, "s00");
        Assert.Equal([43, 68, 93, 118, 124, 143], changes.Select(change => change.Second));
        Assert.Equal(changes[3].Id, changes[4].Id);
        Assert.Contains($"reason=0123456789ab cannot be pinned: the models held are {changes[3].Id}, {changes[2].Id}", changes[4].Fields, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RequestForNoSeriesOfThePartition_IsADeadLetter()
    {
        PipelineDriver driver = new();
        PipelineTotals totals = await driver.RunAsync(With(Request("s10", 100, "!unpin"), Request("s00", 200, "!pin it")));
        Assert.Equal(5, totals.DeadLetters);
        Assert.Contains(driver.Source.DeadLetters, letter => letter.Error.Contains("no series 's10'", StringComparison.Ordinal));
        Assert.Contains(driver.Source.DeadLetters, letter => letter.Error.Contains("\"!pin MODEL\"", StringComparison.Ordinal));
    }

    private static PipelineSettings Keeping(int models) =>
        new PipelineDriver().Settings with { SeriesOf = _ => PipelineDriver.Small with { Refit = PipelineDriver.Small.Refit with { Keep = models } } };

    private static (string Series, int At, string Text) Request(string series, int at, string text) => (series, at, text);

    /// <summary>The log with requests in its first partition, each before the record that has its place without them.</summary>
    private static Dictionary<PartitionId, List<SourceRecord>> With(params (string Series, int At, string Text)[] requests)
    {
        Dictionary<PartitionId, List<SourceRecord>> log = PipelineDriver.Log();
        List<SourceRecord> records = log[Partition];
        foreach ((string series, int at, string text) in requests.OrderByDescending(request => request.At))
        {
            records.Insert(at, records[at] with { Key = Encoding.UTF8.GetBytes(series), Value = Encoding.UTF8.GetBytes(text) });
        }

        log[Partition] = [.. records.Select((record, offset) => record with { Offset = offset })];
        return log;
    }

    private static (long Second, string Id, string Fields)[] Models(PipelineDriver driver, string series) =>
    [
        .. driver.Sink.Points.Where(point => point.Key.StartsWith($"model,channel=value,series={series} ", StringComparison.Ordinal))
            .Select(point => (Second(point.Key), Field(point.Value, "id"), point.Value)).OrderBy(change => change.Item1),
    ];

    /// <summary>The models of the forecasts issued at the end of the cells from one second to before another.</summary>
    private static string[] Issued(PipelineDriver driver, string series, long from, long to) =>
    [
        .. driver.Sink.Points.Where(point => point.Key.StartsWith("forecast,", StringComparison.Ordinal) && point.Key.Contains($"series={series} ", StringComparison.Ordinal))
            .Where(point => long.Parse(Field(point.Value, "issued")) - 1_700_000_001L is var second && second >= from && second < to)
            .Select(point => Field(point.Value, "model")),
    ];

    private static string Field(string fields, string name) =>
        fields.Split(',').Single(field => field.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static long Second(string key) => (long.Parse(key[(key.LastIndexOf(' ') + 1)..]) / PipelineDriver.Second) - 1_700_000_000L;

    private static KeyValuePair<string, string>[] Sorted(PipelineDriver driver) => [.. driver.Sink.Points.OrderBy(point => point.Key, StringComparer.Ordinal)];

    private static KeyValuePair<string, string>[] Others(PipelineDriver driver) =>
        [.. Sorted(driver).Where(point => !point.Key.Contains("series=s00", StringComparison.Ordinal))];
}
