using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Panels;

public sealed class PanelSearchTests
{
    private const int Season = 6, Future = 6, Series = 40, Length = 220;

    private static readonly double[][] _rows = [.. Enumerable.Range(0, Series).Select(Row)];
    private static readonly ReadOnlyMemory<double>[] _train = [.. _rows.Select(row => row.AsMemory(0, Length - Future))];
    private static readonly ReadOnlyMemory<double>[] _test = [.. _rows.Select(row => row.AsMemory(Length - Future))];

    private static readonly PanelOptions _options = new()
    {
        Shape = new WindowShape(1, Future),
        Season = Season,
        Point = PointForecast.Median,
        Search = new PanelSearchOptions { Future = Future, Components = [2, 4] },
    };

    [Fact]
    public void Run_BoundedCost_LooksAtFewerSeriesAndKeepsTheBestMembers()
    {
        PanelSearchOptions options = _options.Search! with { Season = Season, Margin = 1.0, Transform = ValueTransform.None };
        PanelSelection all = new PanelSearch(_train, options).Run()!;
        PanelSelection two = new PanelSearch(_train, options with { MostMembers = 2 }).Run()!;
        TriedCandidate[] best = [.. all.Tried.OrderBy(candidate => candidate.Loss).Take(2)];
        Assert.True(all.Model.Members.Count > 2);
        Assert.Equal(best.Select(candidate => candidate.Loss).Order(), two.Tried.Where(candidate => candidate.Kept).Select(candidate => candidate.Loss).Order());

        // With next to no budget one series is left, whose windows are all that is fitted.
        PanelSelection poor = new PanelSearch(_train, options with { Budget = 1e-9 }).Run()!;
        Assert.All(poor.Model.Members, member => Assert.InRange(member.Report.Windows, 1, Length));
        Assert.All(all.Model.Members, member => Assert.True(member.Report.Windows > 10 * Length));
    }

    [Fact]
    public void Search_TwoPatternsWithALongSeason_FindsItAndBeatsTheSeasonalNaive()
    {
        PanelBacktest backtest = new(_train, _test, _options);
        BacktestFit fit = backtest.Fit();
        BacktestResult result = backtest.Score(fit);
        PanelSelection selection = fit.Selection!;

        // Seven days of six steps, of which the last two differ.
        Assert.Equal(42, selection.LongSeason);
        Assert.Equal(ValueTransform.Log, selection.Model.Transform);
        Assert.Equal(Series, result.Forecasts);
        Assert.True(result.Overall.Mase < 0.4 * result.SeasonalNaive.Mase, $"{result.Overall.Mase} against {result.SeasonalNaive.Mase}");
        Assert.True(result.Owa < 0.85, $"OWA {result.Owa}");
        Assert.InRange(result.Overall.Coverage95!.Value, 0.85, 1.0);

        double best = selection.Tried.Where(tried => tried.Transform == ValueTransform.Log).Min(tried => tried.Loss);
        Assert.All(selection.Tried.Where(tried => tried.Transform == ValueTransform.Log), tried => Assert.Equal(tried.Loss <= 1.1 * best, tried.Kept));
        Assert.Equal(selection.Tried.Count(tried => tried.Kept), selection.Model.Members.Count);
    }

    [Fact]
    public void Search_AnyNumberOfThreads_ChoosesTheSameModel()
    {
        string[] one = Forecasts(1), two = Forecasts(2);
        Assert.Equal(one, two);
        Assert.Equal(4, one.Distinct().Count());
    }

    [Fact]
    public void Adapt_SeriesThatWasNotFitted_IsForecastFromOnePastOn()
    {
        PooledModel pooled = new PanelSearch(_train[..^2], _options.Search!).Run()!.Model;
        ReadOnlyMemory<double> unseen = _train[^1];
        double Miss(ReadOnlyMemory<double> history)
        {
            Forecaster forecaster = new(pooled.Adapt(history));
            Forecast forecast = forecaster.Predict(history.Span[^pooled.Reach..]);
            return Enumerable.Range(0, Future).Average(i => Math.Abs(forecast.Marginal(i + 1).Quantile(0.5) - _test[^1].Span[i]) / _test[^1].Span[i]);
        }

        double seasonal = Enumerable.Range(0, Future).Average(i => Math.Abs(unseen.Span[unseen.Length - Season + i] - _test[^1].Span[i]) / _test[^1].Span[i]);
        Assert.True(Miss(unseen[^pooled.Reach..]) < 0.5 * seasonal, $"{Miss(unseen[^pooled.Reach..])} against {seasonal}");
        Assert.True(Miss(unseen) < 0.5 * seasonal);
    }

    [Fact]
    public void Search_History_GivesTheLastValuesOnlyAndScalesByAll()
    {
        BacktestResult cut = Score(_options with { History = 90 }), whole = Score(_options);
        Assert.Equal(whole.SeasonalNaive.Mase, cut.SeasonalNaive.Mase);
        Assert.Equal(whole.Naive2, cut.Naive2, (a, b) => a!.Mase == b!.Mase && a.Smape == b.Smape);
        Assert.NotEqual(whole.Overall.Mase, cut.Overall.Mase);
        Assert.True(cut.Overall.Mase < 0.6 * cut.SeasonalNaive.Mase, $"{cut.Overall.Mase} against {cut.SeasonalNaive.Mase}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Search_SeriesWithoutAPattern_DoesNoHarm(int kind)
    {
        // Walks, white noise, and constants with a step; a point forecast as good as the better of last value and mean.
        double[][] rows = [.. Enumerable.Range(0, 20).Select(s =>
        {
            double[] noise = RandomModels.Gaussians(new Random(s), 120);
            double level = 0.0;
            return noise.Select((e, t) => kind switch { 0 => level += e, 1 => e, _ => t < 60 ? 5.0 : 7.0 }).ToArray();
        })];
        ReadOnlyMemory<double>[] train = [.. rows.Select(row => row.AsMemory(0, 114))], test = [.. rows.Select(row => row.AsMemory(114))];
        PanelBacktest backtest = new(train, test, _options with { Season = 1 });
        double mae = backtest.Score(backtest.Fit()).Overall.Mae!.Value;
        double last = rows.Average(row => row[114..].Average(y => Math.Abs(y - row[113]))), mean = rows.Average(row => row[114..].Average(y => Math.Abs(y - row[..114].Average())));
        Assert.True(mae <= (1.1 * Math.Min(last, mean)) + 1e-3, $"MAE {mae}, last value {last}, mean {mean}");
    }

    [Fact]
    public void Constructor_SeriesNoLongerThanTheFuture_Throws() =>
        Assert.Contains("F = 6", Assert.Throws<ArgumentException>(() => new PanelSearch([new double[6]], _options.Search!)).Message, StringComparison.Ordinal);

    private static BacktestResult Score(PanelOptions options)
    {
        PanelBacktest backtest = new(_train, _test, options);
        return backtest.Score(backtest.Fit());
    }

    private static string[] Forecasts(int threads)
    {
        PooledModel pooled = new PanelSearch(_train, _options.Search! with { Threads = threads }).Run()!.Model;
        return [.. _train.Take(4).Select(history => pooled.Adapt(history).Id)];
    }

    /// <summary>Of two kinds: a daily pattern times a weekly one, each series at its own level, noise in proportion.</summary>
    private static double[] Row(int series)
    {
        double[] noise = RandomModels.Gaussians(new Random(1000 + series), Length), level = RandomModels.Gaussians(new Random(2000 + series), 1);
        int kind = series % 2;
        return [.. noise.Select((e, t) => Math.Exp((2.0 * level[0])
            + ((kind == 0 ? 0.5 : 0.9) * Math.Sin((Math.Tau * t / Season) + kind))
            + (t / Season % 7 >= 5 ? (kind == 0 ? 1.0 : -0.8) : 0.0)
            + (0.08 * e)))];
    }
}
