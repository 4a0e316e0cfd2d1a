using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class PanelBacktestTests
{
    private static readonly PanelOptions _options = new() { Shape = new WindowShape(12, 4), Season = 4, Fit = new FitOptions { Components = 2 } };

    private static readonly double[][] _rows = [.. Enumerable.Range(0, 10).Select(i => Series(i, 60 + (7 * i)))];

    private static readonly ReadOnlyMemory<double>[] _train = [.. _rows.Select(row => row.AsMemory(0, row.Length - 4))];
    private static readonly ReadOnlyMemory<double>[] _test = [.. _rows.Select(row => row.AsMemory(row.Length - 4))];

    [Fact]
    public void Score_Panel_AgreesWithALoopOverTheRows()
    {
        var panel = new PanelBacktest(_train, _test, _options);
        BacktestFit fit = panel.Fit();
        BacktestResult result = panel.Score(fit);
        var naive = new NaiveScores();
        var forecaster = new Forecaster(fit.Models.Single()!);
        double mase = 0.0;
        for (int i = 0; i < _train.Length; i++)
        {
            double[] train = _train[i].ToArray();
            double seasonalError = train.Skip(4).Zip(train, (now, before) => Math.Abs(now - before)).Average();
            Forecast forecast = forecaster.Predict(train.AsSpan(train.Length - 12));
            for (int step = 1; step <= 4; step++)
            {
                naive.Add(_test[i].Span[step - 1], forecast.Marginal(step), seasonalError);
                mase += Math.Abs(_test[i].Span[step - 1] - train[train.Length - 4 + step - 1]) / seasonalError / 40.0;
            }
        }

        naive.AssertEqual(result.Overall);
        Close.To(mase, result.SeasonalNaive.Mase!.Value, 1e-12);
        Assert.Equal(10, result.Forecasts);
        Assert.Equal(_train.Sum(row => row.Length - 16 + 1), fit.Reports.Single().Windows);
        Assert.Equal("series 3", result.Columns[2].Name);
    }

    [Fact]
    public void ScoreBaselines_Panel_FitsEachRowByItself()
    {
        var panel = new PanelBacktest(_train, _test, _options);
        BacktestFit fit = panel.Fit();
        IReadOnlyList<BaselineScores> baselines = panel.ScoreBaselines(fit, BaselineMethod.All(4));
        Assert.Equal(panel.Score(fit).SeasonalNaive.Mase!.Value, baselines.Single(scores => scores.Name == "seasonal_naive").Overall.Mase!.Value, 12);

        BaselineScores smoothing = baselines.Single(scores => scores.Name == "holt_winters");
        for (int i = 0; i < _train.Length; i++)
        {
            (double[] means, double[] deviations) = (new double[4], new double[4]);
            HoltWinters.Fit(_train[i].Span, 4).Forecast(means, deviations);
            Close.To(means.Zip(_test[i].ToArray(), (mean, y) => Math.Abs(mean - y)).Average(), smoothing.Columns[i].Mae!.Value, 1e-12);
        }
    }

    [Fact]
    public void Score_Kept_AreTheMiddleRowsThenBestAndWorst()
    {
        var panel = new PanelBacktest(_train, _test, _options);
        BacktestResult result = panel.Score(panel.Fit());
        Assert.Equal(["series 2", "series 4", "series 7", "series 9"], result.Kept.Where(scored => scored.Kept == KeptAs.Example).Select(scored => scored.Series));
        Assert.Equal([KeptAs.Best, KeptAs.Worst], result.Kept.Skip(4).Select(scored => scored.Kept));
        Assert.All(result.Kept, scored => Assert.Equal(_test[int.Parse(scored.Series[7..]) - 1].ToArray(), scored.Actuals.ToArray()));
    }

    [Fact]
    public void Score_RowShorterThanThePast_IsForecastFromWhatThereIs()
    {
        ReadOnlyMemory<double>[] train = [.. _train, _train[0][..5], new double[] { double.NaN, double.NaN }];
        ReadOnlyMemory<double>[] test = [.. _test, _test[0], _test[0][..2]];
        var panel = new PanelBacktest(train, test, _options);
        BacktestFit fit = panel.Fit();
        BacktestResult result = panel.Score(fit);
        Assert.Equal((11L, 1L), (result.Forecasts, result.Skipped));
        Assert.Equal(44, result.Overall.Count);

        double[] padded = [.. Enumerable.Repeat(double.NaN, 7), .. _train[0][..5].ToArray()];
        Close.To(Math.Abs(new Forecaster(fit.Models[0]!).Predict(padded).Mean().Zip(_test[0].ToArray(), (m, y) => Math.Abs(m - y)).Average()), result.Columns[10].Scores.Mae!.Value, 1e-12);
        Assert.Null(result.Columns[11].Scores.Mae);
    }

    [Fact]
    public void Constructor_PanelsThatDoNotMatch_Throws()
    {
        Refused([], [], "0 series");
        Refused(_train, _test[1..], "10 series and the test panel 9");
        Refused([_train[0]], [_rows[0].AsMemory(0, 5)], "series 1 has");
        Refused([_train[0]], [default], "0 test values");
        Assert.Throws<ArgumentException>(() => new PanelBacktest(_train, _test, _options with { Season = 0 }));
        Assert.Throws<ArgumentException>(() => new PanelBacktest(_train, _test, _options, ["one"]));
    }

    private static void Refused(ReadOnlyMemory<double>[] train, ReadOnlyMemory<double>[] test, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new PanelBacktest(train, test, _options)).Message, StringComparison.Ordinal);

    private static double[] Series(int seed, int length)
    {
        double[] noise = RandomModels.Gaussians(new Random(seed), length);
        return [.. noise.Select((value, t) => ((seed + 1) * (10.0 + (3.0 * Math.Cos(Math.Tau * t / 4.0)))) + value)];
    }
}
