using TsForecaster.Worker.Dashboard;
using Xunit;

namespace TsForecaster.Worker.Tests.Dashboard;

public sealed class SeriesBoardTests
{
    private static readonly SeriesKey Pump = new("pump-7", SeriesKey.DefaultChannel);

    [Fact]
    public void Record_MoreThanTheCapacity_KeepsTheNewestCells()
    {
        SeriesBoard board = new();
        for (int i = 0; i < 2_000; i++)
        {
            board.Record(Steps.Plain(Pump, i, i));
        }

        SeriesDetail detail = board.Find(Pump.Series)!;
        Assert.Equal(Enumerable.Range(2_000 - SeriesBoard.RecentCapacity, SeriesBoard.RecentCapacity).Select(i => (double)i), detail.Recent);
        Assert.Equal(Steps.Epoch + (1_999 * Steps.Minute), detail.Summary.LastStart);
    }

    [Fact]
    public async Task Record_FromManyLanesWhileRead_LosesNothingAndShowsWholeSteps()
    {
        const int Lanes = 4;
        const int StepsEach = 3_000;
        SeriesBoard board = new();
        using CancellationTokenSource done = new();
        Task reader = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (SeriesSummary summary in board.Summaries())
                {
                    // Value, time and status come from one and the same step.
                    Assert.Equal(summary.Status.Steps - 1, (long)summary.LastValue);
                    Assert.Equal(Steps.Epoch + ((summary.Status.Steps - 1) * Steps.Minute), summary.LastStart);
                    double[] recent = [.. board.Find(summary.Key.Series)!.Recent];
                    Assert.Equal(Enumerable.Range(0, recent.Length).Select(i => recent[0] + i), recent);
                }
            }
        });
        Parallel.For(0, Lanes, new ParallelOptions { MaxDegreeOfParallelism = Lanes }, lane =>
        {
            SeriesKey key = new($"series {lane}", SeriesKey.DefaultChannel);
            for (int i = 0; i < StepsEach; i++)
            {
                board.Record(i % 3 == 0 ? Steps.Plain(key, i, i) with { Model = new ModelChange("m", 1, 1, 0, i % 2 == 0, "") } : Steps.Plain(key, i, i));
            }
        });
        await done.CancelAsync();
        await reader;
        Assert.Equal(new BoardTotals(Lanes, Lanes * StepsEach, 0, Lanes * StepsEach / 6), board.Totals);
    }

    [Fact]
    public void Summaries_ManySeries_OrderedByKeyAndFilteredWhateverTheCase()
    {
        SeriesBoard board = new();
        string[] names = ["b", "Alpha", "a", "alphabet"];
        foreach (string name in names)
        {
            board.Record(Steps.Plain(new SeriesKey(name, "x"), 0));
        }

        Assert.Equal(["Alpha", "a", "alphabet", "b"], board.Summaries().Select(summary => summary.Key.Series));
        Assert.Equal(["Alpha", "alphabet"], board.Summaries("ALPHA").Select(summary => summary.Key.Series));
    }

    [Fact]
    public void Find_WithoutChannel_TakesTheDefaultElseTheFirst()
    {
        SeriesBoard board = new();
        board.Record(Steps.Plain(new SeriesKey("s", "z"), 0));
        board.Record(Steps.Plain(new SeriesKey("s", "b"), 0));
        Assert.Equal("b", board.Find("s")!.Summary.Key.Channel);
        board.Record(Steps.Plain(new SeriesKey("s", SeriesKey.DefaultChannel), 0));
        Assert.Equal(SeriesKey.DefaultChannel, board.Find("s")!.Summary.Key.Channel);
        Assert.Equal("z", board.Find("s", "z")!.Summary.Key.Channel);
        Assert.Null(board.Find("s", "no such channel"));
        Assert.Null(board.Find("t"));
    }

    [Fact]
    public void Record_StepWithoutForecast_KeepsTheNewestOneAndItsModel()
    {
        SeriesBoard board = new();
        board.Record(Steps.WithForecast(Pump, 0));
        board.Record(Steps.Plain(Pump, 1, double.NaN));
        SeriesDetail detail = board.Find(Pump.Series)!;
        Assert.Equal(Steps.Epoch + Steps.Minute, detail.Fan!.Issued);
        Assert.Equal("0123456789ab", detail.Summary.Model);
        Assert.True(double.IsNaN(detail.Summary.LastValue));
        Assert.Equal(1, board.Totals.Forecasts);
    }

    [Fact]
    public void Fan_OfAForecast_HoldsTheMarginalsOfEveryHorizon()
    {
        ForecastFan fan = new(new IssuedForecast(Steps.Forecast, "m", [1]), Steps.Epoch, Steps.Minute);
        Assert.Equal(Steps.Forecast.Steps, fan.Steps.Count);
        foreach (FanStep step in fan.Steps)
        {
            var marginal = Steps.Forecast.Marginal(step.Horizon);
            Assert.Equal(Steps.Epoch + (step.Horizon * Steps.Minute), step.Start);
            Assert.Equal((marginal.Mean, marginal.StandardDeviation), (step.Mean, step.Sd));
            Assert.Equal([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95], new[] { step.P05, step.P10, step.P25, step.P50, step.P75, step.P90, step.P95 }.Select(marginal.Cdf), (a, b) => Math.Abs(a - b) < 1e-9);
        }
    }

    [Fact]
    public void Remove_OfASeries_TakesItOffTheBoard()
    {
        SeriesBoard board = new();
        board.Record(Steps.Plain(Pump, 0));
        Assert.True(board.Remove(Pump));
        Assert.Empty(board.Summaries());
        Assert.False(board.Remove(Pump));
    }
}
