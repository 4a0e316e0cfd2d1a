using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Baselines;
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
        Assert.Equal((forecasts, 0L, 0), (result.Forecasts, result.Skipped, result.Refits));
        Assert.Equal(result.Overall.Pit, result.Pits.Bins(10));
        Assert.Equal(result.Pits.KolmogorovSmirnov(), result.Overall.PitKs);
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

    [Theory]
    [InlineData(1, 12, false)]
    [InlineData(5, 7, true)]
    public void Score_RefitEvery_AgreesWithALoopThatRefitsOnAllRowsBefore(int stride, int every, bool perSeries)
    {
        BacktestOptions options = _options with { Stride = stride, RefitEvery = every, PerSeries = perSeries };
        Backtest backtest = Over(options);
        BacktestFit fit = backtest.Fit();
        BacktestResult result = backtest.Score(fit);

        var naive = new NaiveScores();
        int refits = 0;
        int[] behind = [.. Enumerable.Range(0, ((60 - 4) / stride) + 1).Select(n => 240 + (n * stride / every * every))];
        for (int c = 0; c < 2; c++)
        {
            ForecastModel model = fit.Models[perSeries ? c : 0]!;
            Assert.Equal((perSeries ? 1 : 2) * (240 - 12 + 1), model.Members[0].Report.Windows);
            refits = 0;
            for (int n = 0; n < behind.Length; n++)
            {
                if (n > 0 && behind[n] > behind[n - 1])
                {
                    ReadOnlyMemory<double>[] rows = [.. (perSeries ? [_table[c]] : _table).Select(column => column.AsMemory(0, behind[n]))];
                    model = ForecastModel.Fit(rows, options.Shape, options.Normalisation, options.Fit with { InitialMixture = model.Members[0].Mixture }).Model!;
                    refits++;
                }

                int origin = 240 + (n * stride);
                Forecast forecast = new Forecaster(model).Predict(_table[c].AsSpan(origin - 8, 8));
                for (int step = 1; step <= 4; step++)
                {
                    naive.Add(_table[c][origin + step - 1], forecast.Marginal(step), SeasonalNaive.InSampleError(_table[c].AsSpan(0, 200), 6));
                }
            }
        }

        naive.AssertEqual(result.Overall);
        Assert.True(refits > 3);
        Assert.Equal(refits, result.Refits);
        Assert.Equal(result.Overall with { Pit = [] }, backtest.Score(fit).Overall with { Pit = [] });
    }

    [Fact]
    public void Score_RefitEvery_LearnsAChangedSeries()
    {
        // An oscillation that the training part has not seen.
        double[][] table = [[.. _table[0].Select((value, t) => t < 260 ? value : value + (20.0 * (t % 2)))]];
        BacktestOptions options = _options with { Split = new DataSplit(200, 0, 100) };
        Scores once = Score(options), often = Score(options with { RefitEvery = 10 });
        Assert.True(often.Mse < 0.8 * once.Mse, $"{often.Mse} against {once.Mse}");

        Scores Score(BacktestOptions options)
        {
            Backtest backtest = Over(options, table);
            return backtest.Score(backtest.Fit()).Overall;
        }
    }

    [Fact]
    public void Score_RefitOfAModelThatLostComponents_StartsAfresh()
    {
        // Three different windows are too few for five components.
        double[][] table = [[.. Enumerable.Range(0, 300).Select(t => (double)(t % 3))]];
        Backtest backtest = Over(_options with { RefitEvery = 10, Fit = new FitOptions { Components = 5 } }, table);
        BacktestFit fit = backtest.Fit();
        Assert.InRange(fit.Models[0]!.Components, 1, 4);
        BacktestResult result = backtest.Score(fit);
        Assert.Equal(5, result.Refits);
        Assert.InRange(result.Overall.Mae!.Value, 0.0, 0.01);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void ScoreBaselines_Origins_AreThoseOfTheForecasts(int refitEvery)
    {
        double[][] table = [[.. _table[0]], [.. _table[1]]];
        table[1].AsSpan(255, 12).Fill(double.NaN);
        Backtest backtest = Over(_options with { Stride = 2, RefitEvery = refitEvery }, table);
        BacktestFit fit = backtest.Fit();
        BacktestResult result = backtest.Score(fit);
        IReadOnlyList<BaselineScores> baselines = backtest.ScoreBaselines(fit, BaselineMethod.All(6));

        Assert.True(result.Skipped > 0);
        Assert.Equal(["seasonal_naive", "random_walk", "drift", "mean", "holt_winters"], baselines.Select(scores => scores.Name));
        Assert.All(baselines, scores => Assert.Equal(result.Overall.Count, scores.Overall.Count));
        Assert.All(baselines, scores => Assert.Equal(result.Columns.Select(column => column.Scores.Count), scores.Columns.Select(column => column.Count)));
        Close.To(result.SeasonalNaive.Mse!.Value, baselines[0].Overall.Mse!.Value, 1e-12);
        Close.To(result.SeasonalNaivePerHorizon[2].Mae!.Value, baselines[0].PerHorizon[2].Mae!.Value, 1e-12);

        var drift = new NaiveScores();
        for (int c = 0; c < 2; c++)
        {
            for (int n = 0; 240 + (2 * n) + 4 <= 300; n++)
            {
                int origin = 240 + (2 * n), rows = refitEvery == 0 ? 200 : 240 + (2 * n / refitEvery * refitEvery);
                if (table[c].AsSpan(origin - 8, 8).ContainsAnyExcept(double.NaN))
                {
                    IBaseline walk = DriftWalk.Fit(table[c].AsSpan(0, rows));
                    (double[] means, double[] deviations) = (new double[4], new double[4]);
                    Array.ForEach(table[c][rows..origin], walk.Observe);
                    walk.Forecast(means, deviations);
                    foreach (int step in Enumerable.Range(0, 4).Where(step => !double.IsNaN(table[c][origin + step])))
                    {
                        drift.Add(table[c][origin + step], new UnivariateMixture([1.0], [means[step]], [deviations[step]]), SeasonalNaive.InSampleError(table[c].AsSpan(0, 200), 6));
                    }
                }
            }
        }

        drift.AssertEqual(baselines[2].Overall);
    }

    [Fact]
    public void Score_Kept_AreExamplesInOrderThenBestAndWorst()
    {
        Backtest backtest = Over(_options);
        BacktestFit fit = backtest.Fit();
        IReadOnlyList<ScoredForecast> kept = backtest.Score(fit).Kept;
        Assert.Equal([KeptAs.Example, KeptAs.Example, KeptAs.Example, KeptAs.Example, KeptAs.Best, KeptAs.Worst], kept.Select(scored => scored.Kept));

        // 57 origins a column: the middle of each quarter, the columns in turn.
        Assert.Equal([("a", 247), ("b", 261), ("a", 275), ("b", 289)], kept.OrderBy(scored => scored.Origin).Where(scored => scored.Kept == KeptAs.Example).Select(scored => (scored.Series, scored.Origin)));

        List<(double Scaled, string Series, int Origin)> all = [];
        var forecaster = new Forecaster(fit.Models[0]!);
        for (int c = 0; c < 2; c++)
        {
            double seasonalError = SeasonalNaive.InSampleError(_table[c].AsSpan(0, 200), 6);
            for (int origin = 240; origin <= 296; origin++)
            {
                Forecast forecast = forecaster.Predict(_table[c].AsSpan(origin - 8, 8));
                all.Add((Enumerable.Range(0, 4).Average(i => forecast.Marginal(i + 1).Crps(_table[c][origin + i])) / seasonalError, c == 0 ? "a" : "b", origin));
            }
        }

        Assert.Equal(all.Min().Series + all.Min().Origin, kept[^2].Series + kept[^2].Origin);
        Assert.Equal(all.Max().Series + all.Max().Origin, kept[^1].Series + kept[^1].Origin);
        Assert.All(kept, scored => Assert.Equal(_table[scored.Series == "a" ? 0 : 1][scored.Origin..(scored.Origin + 4)], scored.Actuals.ToArray()));
        Assert.All(kept, scored => Close.To(Enumerable.Range(0, 4).Average(i => scored.Forecast.Marginal(i + 1).Crps(scored.Actuals.Span[i])), scored.Crps));
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
        Refused(_options with { RefitEvery = -1 }, "every -1 rows");
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

    [Fact]
    public void Score_Joint_ForecastsEachColumnFromThePastsOfAll()
    {
        // The second column is noise, the first repeats it two steps later.
        double[] noise = Series(3, 0.0, 1.0);
        double[] echo = [.. noise.Select((_, t) => t < 2 ? 0.0 : noise[t - 2])];
        BacktestOptions options = _options with { Shape = new WindowShape(4, 2, 2), Joint = true, Season = 1, Fit = new FitOptions(), Stride = 7 };
        Backtest backtest = Over(options, [echo, noise]);
        BacktestFit fit = backtest.Fit();
        BacktestResult result = backtest.Score(fit);
        Assert.InRange(result.Columns[0].Scores.Mse!.Value, 0.0, 1e-3);
        Assert.True(result.Columns[1].Scores.Mse > 0.1);
        Assert.Equal(9 * 2, result.Forecasts);

        // The scores are those of a loop over the joined table.
        Forecaster forecaster = new(fit.Models[0]!);
        double squares = 0.0;
        for (int origin = 240; origin + 2 <= 300; origin += 7)
        {
            Forecast forecast = forecaster.Predict(JoinedHistory.Of([echo.AsMemory(origin - 4, 4), noise.AsMemory(origin - 4, 4)]).Span);
            squares += Math.Pow(noise[origin] - forecast.Marginal(1, 1).Mean, 2) + Math.Pow(noise[origin + 1] - forecast.Marginal(2, 1).Mean, 2);
        }

        Assert.Equal(squares / 18.0, result.Columns[1].Scores.Mse!.Value, 1e-12);
        Assert.Throws<ArgumentException>(() => Over(options with { Shape = new WindowShape(4, 2) }));
        Assert.Throws<ArgumentException>(() => Over(options with { PerSeries = true }));
    }

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
