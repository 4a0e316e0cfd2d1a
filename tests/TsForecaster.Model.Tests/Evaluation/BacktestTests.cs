using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class BacktestTests
{
    private static readonly double[][] _table = [Series(1, 40.0, 3.0), Series(2, -5.0, 0.5)];

    private static readonly BacktestOptions _options = new()
    {
        Shape = new WindowShape(8, 4),
        Split = new DataSplit(200, 40, 60),
        Season = 6,
        Fit = new FitOptions { Components = 2 },
    };

    [Theory]
    [InlineData(1, false, false, PointForecast.Mean)]
    [InlineData(3, true, false, PointForecast.Median)]
    [InlineData(1, true, true, PointForecast.Mean)]
    public void Score_Test_AgreesWithALoopOverTheTable(int stride, bool standardise, bool perSeries, PointForecast point)
    {
        Backtest backtest = Over(_options with { Stride = stride, Standardise = standardise, PerSeries = perSeries, Point = point });
        BacktestFit fit = backtest.Fit();
        BacktestResult result = backtest.Score(fit);

        var naive = new NaiveScores(point);
        NaiveScores[] perHorizon = [.. Enumerable.Range(0, 4).Select(_ => new NaiveScores(point))];
        List<double> seasonalErrors = [];
        List<double> seasonalScaled = [];
        long forecasts = 0;
        for (int c = 0; c < 2; c++)
        {
            double[] column = _table[c];
            if (standardise)
            {
                double mean = column.Take(200).Average();
                double deviation = Math.Sqrt(column.Take(200).Average(value => (value - mean) * (value - mean)));
                column = [.. column.Select(value => (value - mean) / deviation)];
            }

            double seasonalError = Enumerable.Range(6, 194).Average(t => Math.Abs(column[t] - column[t - 6]));
            var forecaster = new Forecaster(fit.Models[perSeries ? c : 0]!);
            for (int origin = 240; origin + 4 <= 300; origin += stride)
            {
                Forecast forecast = forecaster.Predict(column.AsSpan(origin - 8, 8));
                forecasts++;
                for (int step = 1; step <= 4; step++)
                {
                    double actual = column[origin + step - 1];
                    naive.Add(actual, forecast.Marginal(step), seasonalError);
                    perHorizon[step - 1].Add(actual, forecast.Marginal(step), seasonalError);
                    seasonalErrors.Add(Math.Abs(actual - column[origin + step - 1 - 6]));
                    seasonalScaled.Add(seasonalErrors[^1] / seasonalError);
                }
            }
        }

        naive.AssertEqual(result.Overall);
        Assert.All(Enumerable.Range(0, 4), h => perHorizon[h].AssertEqual(result.PerHorizon[h]));
        Assert.Equal((forecasts, 0L), (result.Forecasts, result.Skipped));
        Close.To(seasonalErrors.Average(), result.SeasonalNaive.Mae!.Value, 1e-12);
        Close.To(seasonalErrors.Average(), result.SeasonalNaive.Crps!.Value, 1e-12);
        Close.To(seasonalScaled.Average(), result.SeasonalNaive.Mase!.Value, 1e-12);
        Assert.Null(result.SeasonalNaive.Coverage80);
        Assert.Equal(4, result.SeasonalNaivePerHorizon.Count);
        Assert.Equal(["a", "b"], result.Columns.Select(column => column.Name));
        Assert.Equal(result.Overall.Count, result.Columns.Sum(column => column.Scores.Count));
        Close.To(result.Overall.Mse!.Value, result.Columns.Average(column => column.Scores.Mse!.Value), 1e-12);
    }

    [Fact]
    public void Fit_Parts_UsesTheRowsItMay()
    {
        Assert.Equal(2 * (200 - 12 + 1), Over(_options).Fit().Reports.Single().Windows);
        Assert.Equal(2 * (240 - 12 + 1), Over(_options with { FitOnValid = true }).Fit().Reports.Single().Windows);
        Assert.Equal([189, 189], Over(_options with { PerSeries = true }).Fit().Reports.Select(report => report.Windows));
    }

    [Fact]
    public void Fit_LaterRowsChanged_IsTheSame()
    {
        double[][] changed = [.. _table.Select(column => column.Select((value, i) => i < 200 ? value : -value).ToArray())];
        BacktestOptions options = _options with { Standardise = true };
        Assert.Equal(Over(options).Fit().Models[0]!.Id, Over(options, changed).Fit().Models[0]!.Id);
    }

    [Fact]
    public void Score_Valid_UsesThatPart()
    {
        Backtest backtest = Over(_options);
        BacktestFit fit = backtest.Fit();
        Scores valid = backtest.Score(fit, ScoredPart.Valid).Overall;
        Assert.Equal(2 * 37 * 4, valid.Count);

        // The same rows as the test part of a table cut there.
        BacktestOptions cut = _options with { Split = new DataSplit(200, 0, 40) };
        Assert.Equal(valid with { Pit = [] }, Over(cut).Score(fit).Overall with { Pit = [] });
    }

    [Fact]
    public void Score_Twice_GivesTheSameBits()
    {
        // More origins than one piece of the parallel run holds.
        double[][] table = [Series(3, 0.0, 1.0, 1500), Series(4, 9.0, 1.0, 1500)];
        Backtest backtest = Over(_options with { Split = new DataSplit(300, 0, 1200) }, table);
        BacktestFit fit = backtest.Fit();
        var shares = new SortedShares();
        BacktestResult first = backtest.Score(fit, progress: shares);
        BacktestResult second = backtest.Score(fit);
        Assert.Equal(first.Overall with { Pit = [] }, second.Overall with { Pit = [] });
        Assert.Equal(first.PerHorizon.Select(scores => scores.Crps), second.PerHorizon.Select(scores => scores.Crps));
        Assert.Equal(2 * 1197, first.Forecasts);
        Assert.Equal(1.0, shares.Largest);
    }

    [Fact]
    public void Score_MissingValues_AreConditionedAroundAndNotScored()
    {
        double[][] table = [[.. _table[0]]];
        table[0][250] = double.NaN;
        for (int i = 270; i < 282; i++)
        {
            table[0][i] = double.NaN;
        }

        Backtest backtest = Over(_options, table);
        BacktestResult result = backtest.Score(backtest.Fit());

        // Origins 278 … 282 see none of the eight steps before them. Of 57·4 values the lone gap takes 4 and the long one the
        // rest: those whose target is missing, and those that have no forecast.
        Assert.Equal((57L - 5L, 5L), (result.Forecasts, result.Skipped));
        int expected = Enumerable.Range(240, 57).Where(origin => origin is < 278 or > 282).Sum(origin => Enumerable.Range(origin, 4).Count(t => !double.IsNaN(table[0][t])));
        Assert.Equal(expected, result.Overall.Count);
        Assert.False(double.IsNaN(result.Overall.Crps!.Value));
    }

    [Fact]
    public void Score_LinearSeries_IsAlmostExactAndBeatsTheSeasonalNaive()
    {
        double[][] table = [[.. Enumerable.Range(0, 300).Select(t => Math.Sin(0.5 * t))]];
        Backtest backtest = Over(_options with { Normalisation = Normalisation.None, Fit = new FitOptions { Ridge = 1e-12 } }, table);
        BacktestResult result = backtest.Score(backtest.Fit());
        Assert.InRange(result.Overall.Mae!.Value, 0.0, 1e-3);
        Assert.InRange(result.SeasonalNaive.Mae!.Value, 0.1, 10.0);
    }

    [Fact]
    public void Score_FitWithoutModel_Throws()
    {
        Backtest backtest = Over(_options);
        BacktestFit failed = new([null], [RandomModels.Report(1)]);
        Assert.False(failed.Succeeded);
        Assert.Throws<ArgumentException>(() => backtest.Score(failed));
    }

    [Fact]
    public void Score_Cancelled_Stops()
    {
        Backtest backtest = Over(_options);
        BacktestFit fit = backtest.Fit();
        Assert.ThrowsAny<OperationCanceledException>(() => backtest.Score(fit, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Constructor_ImpossibleOptions_SaysWhatIsAllowed()
    {
        Refused(_options with { Split = new DataSplit(11, 40, 60) }, "training part has 11 rows; it needs at least 12");
        Refused(_options with { Split = new DataSplit(200, 40, 3) }, "test part has 3 rows; it needs at least 4");
        Refused(_options with { Split = new DataSplit(200, -1, 60) }, "-1 rows");
        Refused(_options with { Split = new DataSplit(200, 41, 60) }, "needs 301 rows; column 1 has 300");
        Refused(_options with { Split = new DataSplit(int.MaxValue, 41, 60) }, "needs 2147483748 rows");
        Refused(_options with { Stride = 0 }, "stride (0)");
        Refused(_options with { Season = 0 }, "season (0)");
        Refused(_options with { Shape = new WindowShape(8, 4, 2) }, "one channel");
        Assert.Throws<ArgumentException>(() => new Backtest([], _options));
        Assert.Throws<ArgumentException>(() => new Backtest([_table[0]], _options, ["a", "b"]));
    }

    [Fact]
    public void Constructor_Columns_AreCopied()
    {
        double[][] table = [[.. _table[0]]];
        Over(_options with { Standardise = true }, table).Fit();
        Assert.Equal(_table[0], table[0]);
    }

    private static void Refused(BacktestOptions options, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Over(options)).Message, StringComparison.Ordinal);

    private static Backtest Over(BacktestOptions options, double[][]? table = null)
    {
        ReadOnlyMemory<double>[] columns = [.. (table ?? _table).Select(column => column.AsMemory())];
        return new Backtest(columns, options, [.. columns.Select((_, i) => ((char)('a' + i)).ToString())]);
    }

    /// <summary>An autoregression with a season of six.</summary>
    private static double[] Series(int seed, double level, double size, int length = 300)
    {
        double[] noise = RandomModels.Gaussians(new Random(seed), length);
        var values = new double[length];
        for (int t = 1; t < length; t++)
        {
            values[t] = (0.7 * values[t - 1]) + noise[t];
        }

        return [.. values.Select((value, t) => level + (size * (value + (2.0 * Math.Sin(Math.Tau * t / 6.0)))))];
    }

    private sealed class SortedShares : IProgress<double>
    {
        private readonly Lock _lock = new();

        public double Largest { get; private set; }

        public void Report(double value)
        {
            lock (_lock)
            {
                Largest = Math.Max(Largest, value);
            }
        }
    }
}
