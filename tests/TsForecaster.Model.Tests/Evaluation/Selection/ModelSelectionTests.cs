using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Selection;

public sealed class ModelSelectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void Choose_RandomWalks_StayWithTheLastValue(int future)
    {
        // Over many walks the choice must not cost more than two hundredths of the error.
        double chosen = 0.0, naive = 0.0;
        for (int seed = 0; seed < 12; seed++)
        {
            double[] walk = Walk(400, seed);
            (double ours, double last, _) = Errors(walk, 320, new SelectionTask { Future = future, Budget = 2.0 });
            chosen += ours;
            naive += last;
        }

        Assert.InRange(chosen / naive, 0.5, 1.02);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public void Choose_WhiteNoise_StaysWithTheMean(int future)
    {
        double chosen = 0.0, mean = 0.0;
        for (int seed = 0; seed < 8; seed++)
        {
            Random random = new(seed);
            double[] noise = [.. Enumerable.Range(0, 400).Select(_ => 5.0 + Gaussian(random))];
            (double ours, _, double average) = Errors(noise, 320, new SelectionTask { Future = future, Budget = 2.0 });
            chosen += ours;
            mean += average;
        }

        Assert.InRange(chosen / mean, 0.5, 1.02);
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.0, false)]
    public void Choose_Covariates_AreTakenOffWhereTheyHaveEffects(double effect, bool expected)
    {
        Random random = new(6);
        double[] covariates = [.. Enumerable.Range(0, 900).Select(_ => (double)random.Next(2))];
        double[] series = [.. covariates.Select(x => 3.0 + (effect * x) + (0.3 * Gaussian(random)))];
        SelectionResult result = ModelSelection.Choose([series], new SelectionTask { Future = 3, Budget = 3.0, Regression = new(1, 1), Covariates = covariates });
        Assert.Equal(expected, result.Recipes[0].Regression is not null);
        Assert.Contains(expected ? "the effects of 1 covariates are taken off" : "the effects of 1 covariates are turned down", result.Reason, StringComparison.Ordinal);
        Assert.Contains(result.Trials, trial => trial.Transform.EndsWith(", without covariates", StringComparison.Ordinal));
        Assert.Contains(result.Trials, trial => trial.Transform == "log" || trial.Transform == "none");
        Assert.Equal(1.0, result.Trials.Sum(trial => trial.Weight), 1e-9);
    }

    [Fact]
    public void Choose_CovariatesThatLeaveNothingToFit_AreTurnedDown()
    {
        // Known in the fitted rows often enough to have an effect, too rarely for a window of what is left.
        Random random = new(7);
        double[] covariates = [.. Enumerable.Range(0, 400).Select(t => t % 50 < 4 ? random.Next(2) : double.NaN)];
        double[] series = [.. covariates.Select(x => 3.0 + (double.IsNaN(x) ? 0.0 : x) + (0.3 * Gaussian(random)))];
        SelectionResult result = ModelSelection.Choose([series], new SelectionTask { Future = 8, Budget = 3.0, Regression = new(1, 1), Covariates = covariates });
        Assert.Null(result.Recipes[0].Regression);
        Assert.Contains("are turned down", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, -10.0, false)]
    [InlineData(0.0, 20.0, false)]
    [InlineData(0.8, -10.0, true)]
    [InlineData(0.8, 20.0, true)]
    public void Choose_CovariatesOfLogarithms_AreJudgedInTheSeriesUnits(double effect, double offset, bool expected)
    {
        Random random = new(9);
        double[] covariates = [.. Enumerable.Range(0, 900).Select(_ => offset + random.Next(2))];
        double[] series = [.. covariates.Select((x, t) => Math.Exp((0.002 * t) + (effect * (x - offset)) + (0.3 * Gaussian(random))))];
        SelectionResult result = ModelSelection.Choose([series], new SelectionTask { Future = 3, Budget = 3.0, Regression = new(1, 1), Covariates = covariates });
        Assert.Equal(expected, result.Recipes[0].Regression is not null);
    }

    [Fact]
    public void Choose_ColumnsOfOtherUnits_CountAlikeForTheTransform()
    {
        // One series asks for logarithms, the other, in far smaller units, hardly cares; neither may decide by its unit.
        ReadOnlyMemory<double> growing = Series(t => Math.Exp(t * 0.01)), level = Series(_ => 1.0);
        foreach (double unit in new[] { 1e-4, 1.0, 1e4 })
        {
            double[] scaled = [.. level.ToArray().Select(value => unit * value)];
            Assert.Equal(ValueTransform.Log, ModelSelection.Choose([growing, scaled], new SelectionTask { Future = 6, Season = 12, Budget = 2.0 }).Recipes[0].Transform);
        }

        static double[] Series(Func<int, double> size)
        {
            Random random = new(3);
            return [.. Enumerable.Range(0, 600).Select(t => size(t) * (5.0 + Math.Sin(t * Math.Tau / 12.0) + (0.3 * Gaussian(random))))];
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1000.0)]
    public void Choose_LevelFarAboveTheSpread_IsAsGoodAsAboutZero(double level)
    {
        Random random = new(4);
        double[] series = [.. Enumerable.Range(0, 900).Select(t => level + Math.Sin(t * Math.Tau / 24.0) + (0.5 * Gaussian(random)))];
        SelectionTask task = new() { Future = 6, Season = 24, Budget = 2.0, TryLog = false };
        (double ours, double last, _) = Errors(series, 720, task);
        Assert.InRange(ours / last, 0.1, 0.52);
        Assert.Contains(ModelSelection.Choose([series], task).Recipes[0].Members, member => member.Normalisation.Centring == Centring.History);
    }

    [Theory]
    [InlineData(36)]
    [InlineData(48)]
    [InlineData(72)]
    public void Choose_FewSeasons_KnowsTheSeason(int rows)
    {
        Random random = new(6);
        double[] series = [.. Enumerable.Range(0, rows + 12).Select(t => 50.0 + (8.0 * Math.Sin(t * Math.Tau / 12.0)) + Gaussian(random))];
        (double ours, double last, _) = Errors(series, rows, new SelectionTask { Future = 6, Season = 12 });
        Assert.InRange(ours / last, 0.0, 0.2);
    }

    [Fact]
    public void Choose_ShortRandomWalks_AreNotDrawnToTheirMean()
    {
        double chosen = 0.0, naive = 0.0;
        for (int seed = 0; seed < 20; seed++)
        {
            (double ours, double last, _) = Errors(Walk(60, 100 + seed), 48, new SelectionTask { Future = 6 });
            chosen += ours;
            naive += last;
        }

        Assert.InRange(chosen / naive, 0.5, 1.1);
    }

    [Fact]
    public void Choose_Constant_ForecastsIt()
    {
        double[] constant = new double[200];
        Array.Fill(constant, 3.25);
        SelectionResult result = ModelSelection.Choose([constant.AsMemory(0, 160)], new SelectionTask { Future = 5, Season = 7 });
        ForecastModel model = result.Recipes[0].Fit([constant.AsMemory(0, 160)])!;
        Assert.All(new Forecaster(model).Predict(Past(constant, 160, model.Reach)).Mean(), mean => Assert.Equal(3.25, mean, 1e-6));
    }

    [Fact]
    public void TryChoose_TooLittleToFitAnything_IsFalse()
    {
        double[] missing = [.. Enumerable.Repeat(double.NaN, 200)];
        Assert.False(ModelSelection.TryChoose([missing], new SelectionTask { Future = 4, Season = 7 }, out _));
        Assert.False(ModelSelection.TryChoose([new double[] { 1.0, 2.0, 1.5, 3.0, 2.0, 2.5 }], new SelectionTask { Future = 4 }, out _));
        Assert.Throws<ArgumentException>(() => ModelSelection.Choose([missing], new SelectionTask { Future = 4 }));
    }

    [Fact]
    public void Choose_HolesInEveryWindow_StillBeatsTheReference()
    {
        Random random = new(5);
        double level = 0.0;
        double[] series = [.. Enumerable.Range(0, 900).Select(t => (level = (0.9 * level) + (0.3 * Gaussian(random))) + (2.0 * Math.Sin(t * Math.Tau / 12.0)) + 10.0)];
        for (int t = 0; t < series.Length; t++)
        {
            series[t] = t % 5 == 3 || t is >= 300 and < 330 ? double.NaN : series[t];
        }

        SelectionResult result = ModelSelection.Choose([series], new SelectionTask { Future = 6, Season = 12, Budget = 2.0 });
        Assert.InRange(result.RelativeMse, 0.05, 0.9);
        Assert.Equal(1.0, result.Trust);
        Assert.NotNull(result.Recipes[0].Fit([series]));
    }

    [Fact]
    public void Choose_SeasonalSeries_BeatsAllReferences()
    {
        Random random = new(3);
        double level = 0.0;
        double[] series = [.. Enumerable.Range(0, 900).Select(t => (level = (0.8 * level) + (0.3 * Gaussian(random))) + (2.0 * Math.Sin(t * Math.Tau / 12.0)) + 10.0)];
        (double ours, double last, double mean) = Errors(series, 700, new SelectionTask { Future = 12, Season = 12, Budget = 20.0 });
        Assert.True(ours < 0.5 * Math.Min(last, mean), $"{ours} against {last} and {mean}");
    }

    [Fact]
    public void Choose_SameBudget_IsTheSameWhateverTheThreads()
    {
        double[] series = [.. Enumerable.Range(0, 500).Select(t => 3.0 + Math.Sin(t / 5.0) + (0.3 * Math.Sin(t * t)))];
        SelectionTask task = new() { Future = 4, Season = 31, Budget = 3.0 };
        SelectionResult one = ModelSelection.Choose([series], task with { Threads = 1 }), two = ModelSelection.Choose([series], task with { Threads = 2 });
        Assert.Equal(one.Recipes[0].Weights, two.Recipes[0].Weights);
        Assert.Equal(one.Recipes[0].Spread, two.Recipes[0].Spread);
        Assert.Equal(one.Trials, two.Trials);
        Assert.Equal(one.Reason, two.Reason);
    }

    [Fact]
    public void Choose_SmallerBudget_TriesFewer()
    {
        double[] series = Walk(1000, 5);
        SelectionTask task = new() { Future = 8, Season = 24 };
        SelectionResult small = ModelSelection.Choose([series], task with { Budget = 0.1 }), large = ModelSelection.Choose([series], task with { Budget = 50.0 });
        Assert.True(small.Trials.Count < large.Trials.Count);
        Assert.True(small.Cost <= 0.1 + 1e-9, $"cost {small.Cost}");
    }

    [Fact]
    public void Choose_Logarithm_IsTriedWhereThereIsOne()
    {
        double[] positive = [.. Walk(200, 1).Select(value => 50.0 + Math.Abs(value))], mixed = [.. positive];
        mixed[17] = -1.0;
        SelectionTask task = new() { Future = 2, Budget = 1.0 };
        Assert.Contains(ModelSelection.Choose([positive], task).Trials, trial => trial.Transform == "log");
        Assert.DoesNotContain(ModelSelection.Choose([mixed], task).Trials, trial => trial.Transform == "log");
        Assert.DoesNotContain(ModelSelection.Choose([positive], task with { TryLog = false }).Trials, trial => trial.Transform == "log");
    }

    [Theory]
    [InlineData(30, 6)]
    [InlineData(8, 3)]
    public void Choose_ShortSeries_FallsBackToSomethingSimple(int rows, int future)
    {
        double[] series = Walk(rows, 2);
        SelectionResult result = ModelSelection.Choose([series], new SelectionTask { Future = future, Season = 4 });
        ForecastModel model = result.Recipes[0].Fit([series])!;
        Assert.All(new Forecaster(model).Predict(Past(series, rows, model.Reach)).Mean(), mean => Assert.True(double.IsFinite(mean)));
    }

    private static (double Ours, double Last, double Mean) Errors(double[] series, int train, SelectionTask task)
    {
        SelectionResult result = ModelSelection.Choose([series.AsMemory(0, train)], task);
        ForecastModel model = result.Recipes[0].Fit([series.AsMemory(0, train)])!;
        Forecaster forecaster = new(model);
        double ours = 0.0, last = 0.0, mean = 0.0, average = series.Take(train).Average();
        for (int origin = train; origin + task.Future <= series.Length; origin++)
        {
            double[] forecast = forecaster.Predict(Past(series, origin, model.Reach)).Mean();
            for (int h = 0; h < task.Future; h++)
            {
                ours += Math.Pow(series[origin + h] - forecast[h], 2);
                last += Math.Pow(series[origin + h] - series[origin - 1], 2);
                mean += Math.Pow(series[origin + h] - average, 2);
            }
        }

        return (ours, last, mean);
    }

    private static double[] Past(double[] series, int origin, int reach) =>
        [.. Enumerable.Repeat(double.NaN, Math.Max(0, reach - origin)), .. series[Math.Max(0, origin - reach)..origin]];

    private static double[] Walk(int count, int seed)
    {
        Random random = new(seed);
        double value = 100.0;
        return [.. Enumerable.Range(0, count).Select(_ => value += Gaussian(random))];
    }

    private static double Gaussian(Random random) => Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
