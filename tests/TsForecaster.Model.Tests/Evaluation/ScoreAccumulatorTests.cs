using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Tests.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class ScoreAccumulatorTests
{
    [Theory]
    [InlineData(PointForecast.Mean)]
    [InlineData(PointForecast.Median)]
    public void Add_RandomForecasts_AgreesWithTheDefinitions(PointForecast point)
    {
        var random = new Random(5);
        var accumulator = new ScoreAccumulator(point);
        var naive = new NaiveScores(point);
        for (int i = 0; i < 500; i++)
        {
            double[] normals = RandomModels.Gaussians(random, 4);
            double share = random.NextDouble();
            UnivariateMixture forecast = i % 2 == 0
                ? new UnivariateMixture([1.0], [10.0 + normals[0]], [0.5 + random.NextDouble()])
                : new UnivariateMixture([share, 1.0 - share], [10.0 + normals[0], 14.0 + normals[1]], [0.5, 0.1 + random.NextDouble()]);
            double actual = 11.0 + (2.0 * normals[3]);
            double seasonalError = i % 7 == 0 ? double.NaN : 0.5 + random.NextDouble();
            accumulator.Add(actual, forecast, seasonalError);
            naive.Add(actual, forecast, seasonalError);
        }

        naive.AssertEqual(accumulator.Result());
    }

    [Fact]
    public void Add_TwoValues_GivesHandComputedScores()
    {
        // Forecast N(10, 1) twice; came 12 and 9; the seasonal naive erred by 2 in sample.
        var accumulator = new ScoreAccumulator();
        UnivariateMixture forecast = new([1.0], [10.0], [1.0]);
        accumulator.Add(12.0, forecast, 2.0);
        accumulator.Add(9.0, forecast, 2.0);
        Scores scores = accumulator.Result();
        Assert.Equal(2, scores.Count);
        Close.To(2.5, scores.Mse!.Value, 1e-14);
        Close.To(1.5, scores.Mae!.Value, 1e-14);
        Close.To(Math.Sqrt(2.5), scores.Rmse!.Value, 1e-14);
        Close.To(100.0 * ((2.0 / 22.0) + (1.0 / 19.0)), scores.Smape!.Value, 1e-14);
        Close.To(0.75, scores.Mase!.Value, 1e-14);

        // z = 2: z(2Φ−1) + 2φ − 1/√π = 2·0.954499736 + 2·0.053990967 − 0.564189584; z = −1: 0.682689492 + 2·0.241970725 − 0.564189584.
        Close.To(0.5 * (1.452791822 + 0.602441358), scores.Crps!.Value, 1e-8);

        // ±1.95996 around 10: 12 is 0.04004 above, which costs 40 times that; both widths are 3.91993.
        Close.To(((2.0 * 3.919927969) + (40.0 * 0.040036015)) / 4.0, scores.Msis!.Value, 1e-8);
        Assert.Equal((0.5, 0.5), (scores.Coverage80!.Value, scores.Coverage95!.Value));
        Assert.Equal([0, 1, 0, 0, 0, 0, 0, 0, 0, 1], scores.Pit);
    }

    [Fact]
    public void AddPoint_Forecast_HasNoIntervalsAndItsErrorForCrps()
    {
        var accumulator = new ScoreAccumulator();
        accumulator.AddPoint(4.0, 5.0, 0.5);
        accumulator.AddPoint(-2.0, 1.0, 0.5);
        accumulator.AddPoint(1.0, double.NaN, 0.5);
        Scores scores = accumulator.Result();
        Assert.Equal((2L, 5.0, 2.0, 2.0, 4.0), (scores.Count, scores.Mse, scores.Mae, scores.Crps, scores.Mase));
        Assert.Equal((null, null, null), (scores.Msis, scores.Coverage80, scores.Coverage95));
        Assert.Empty(scores.Pit);

        // Every quantile is the point: the loss averages to the absolute error.
        Assert.Equal(4.0 / 6.0, scores.Wql);
        Assert.Equal(0.5 * ((200.0 / 9.0) + 200.0), scores.Smape);
    }

    [Fact]
    public void AddPoint_PointMass_ScoresAsTheDistributionDoes()
    {
        var point = new ScoreAccumulator();
        var mass = new ScoreAccumulator();
        foreach (double actual in new[] { 4.0, 5.0, 7.5 })
        {
            point.AddPoint(actual, 5.0, 2.0);
            mass.Add(actual, new UnivariateMixture([1.0], [5.0], [0.0]), 2.0);
        }

        Scores expected = point.Result();
        Scores scores = mass.Result();
        Assert.Equal((expected.Mse, expected.Mae, expected.Smape, expected.Mase, expected.Crps), (scores.Mse, scores.Mae, scores.Smape, scores.Mase, scores.Crps));
        Close.To(expected.Wql!.Value, scores.Wql!.Value, 1e-14);
        Assert.Equal(1.0 / 3.0, scores.Coverage80);
    }

    [Fact]
    public void Add_MissingValue_IsPassedOver()
    {
        var accumulator = new ScoreAccumulator();
        accumulator.Add(double.NaN, new UnivariateMixture([1.0], [5.0], [1.0]), 1.0);
        accumulator.Add(double.NaN, new UnivariateMixture([0.5, 0.5], [5.0, 6.0], [1.0, 1.0]), 1.0);
        accumulator.AddPoint(double.NaN, 1.0, 1.0);
        Scores scores = accumulator.Result();
        Assert.Equal(0, scores.Count);
        Assert.All(new[] { scores.Mse, scores.Mae, scores.Rmse, scores.Smape, scores.Mase, scores.Crps, scores.Wql, scores.Msis, scores.Coverage80, scores.Coverage95 }, score => Assert.Null(score));
    }

    [Fact]
    public void Add_ZeroAgainstZero_IsNoPercentageError()
    {
        var accumulator = new ScoreAccumulator();
        accumulator.AddPoint(0.0, 0.0, 0.0);
        Scores scores = accumulator.Result();
        Assert.Equal((0.0, null, null), (scores.Smape, scores.Mase, scores.Wql));
    }

    [Fact]
    public void Merge_TwoHalves_IsTheWhole()
    {
        ScoreAccumulator whole = new(), first = new(), second = new();
        for (int i = 0; i < 20; i++)
        {
            // Sums of such numbers are exact, so that order cannot matter.
            UnivariateMixture forecast = new([1.0], [i], [0.0]);
            whole.Add(i + (i % 3), forecast, 0.5);
            (i < 8 ? first : second).Add(i + (i % 3), forecast, 0.5);
        }

        first.Merge(second);
        Scores expected = whole.Result();
        Scores merged = first.Result();
        Assert.Equal(expected.Pit, merged.Pit);
        Close.To(expected.Wql!.Value, merged.Wql!.Value, 1e-14);
        Close.To(expected.Smape!.Value, merged.Smape!.Value, 1e-14);
        Assert.Equal(expected with { Pit = [], Wql = 0, Smape = 0 }, merged with { Pit = [], Wql = 0, Smape = 0 });
    }

    [Fact]
    public void Owa_AgainstNaive2_IsTheMeanOfTheRatios()
    {
        Scores scores = new() { Count = 1, Smape = 13.912, Mase = 1.193 };
        Assert.Equal(0.627, scores.Owa(18.383, 2.395)!.Value, 3);
        Assert.Null((scores with { Mase = null }).Owa(18.383, 2.395));
    }
}
