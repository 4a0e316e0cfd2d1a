using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class ForecastTests
{
    private const int Draws = 200_000;

    private static readonly WindowShape _shape = new(2, 3, 2);
    private static readonly Forecast _forecast = Predict();

    [Fact]
    public void Sample_ManyDraws_HaveTheMeanAndCovariance()
    {
        double[] rows = _forecast.Sample(Draws, seed: 7);
        double[] mean = _forecast.Mean();
        double[] covariance = _forecast.Covariance();
        int n = mean.Length;
        for (int i = 0; i < n; i++)
        {
            double average = Enumerable.Range(0, Draws).Average(row => rows[(row * n) + i]);
            double error = Math.Sqrt(covariance[(i * n) + i] / Draws);
            Assert.InRange(average, mean[i] - (5.0 * error), mean[i] + (5.0 * error));
            for (int j = 0; j <= i; j++)
            {
                double sampled = Enumerable.Range(0, Draws).Average(row => (rows[(row * n) + i] - mean[i]) * (rows[(row * n) + j] - mean[j]));
                double scale = Math.Sqrt(covariance[(i * n) + i] * covariance[(j * n) + j]);

                // The spread of a product of two mixtures' deviations is at most about three variances.
                Assert.InRange(sampled, covariance[(i * n) + j] - (15.0 * scale / Math.Sqrt(Draws)), covariance[(i * n) + j] + (15.0 * scale / Math.Sqrt(Draws)));
                Assert.Equal(covariance[(i * n) + j], covariance[(j * n) + i]);
            }
        }
    }

    [Fact]
    public void Sample_Marginals_AreTheMarginals()
    {
        double[] rows = _forecast.Sample(Draws, seed: 3);
        UnivariateMixture marginal = _forecast.Marginal(2, 1);
        double[] values = [.. Enumerable.Range(0, Draws).Select(row => rows[(row * 6) + 3])];
        foreach (double p in new[] { 0.05, 0.3, 0.5, 0.9 })
        {
            double quantile = marginal.Quantile(p);
            double share = (double)values.Count(value => value <= quantile) / Draws;
            Assert.InRange(share, p - (5.0 * Math.Sqrt(p * (1.0 - p) / Draws)), p + (5.0 * Math.Sqrt(p * (1.0 - p) / Draws)));
        }
    }

    [Fact]
    public void Sample_Seed_DecidesTheDraws()
    {
        Assert.Equal(_forecast.Sample(50, 1), _forecast.Sample(50, 1));
        Assert.NotEqual(_forecast.Sample(50, 1), _forecast.Sample(50, 2));
        Assert.Empty(_forecast.Sample(0, 1));
    }

    [Fact]
    public void Moments_Marginals_AgreeWithTheJoint()
    {
        double[] mean = _forecast.Mean();
        double[] covariance = _forecast.Covariance();
        for (int step = 1; step <= 3; step++)
        {
            for (int channel = 0; channel < 2; channel++)
            {
                int i = ((step - 1) * 2) + channel;
                Close.To(mean[i], _forecast.Marginal(step, channel).Mean, 1e-13);
                Close.To(Math.Sqrt(covariance[(i * 6) + i]), _forecast.Marginal(step, channel).StandardDeviation, 1e-12);
            }
        }
    }

    [Fact]
    public void ProbabilityAnyAbove_Threshold_LiesBetweenTheLargestMarginalAndTheirSum()
    {
        double threshold = _forecast.Marginal(2).Quantile(0.8);
        double[] marginals = [.. Enumerable.Range(1, 3).Select(step => _forecast.Marginal(step).ProbabilityAbove(threshold))];
        double any = _forecast.ProbabilityAnyAbove(threshold, draws: 100_000);
        Assert.InRange(any, marginals.Max() - 0.006, marginals.Sum() + 0.006);

        double[] rows = _forecast.Sample(100_000, seed: 1);
        Assert.Equal(Enumerable.Range(0, 100_000).Count(row => rows[row * 6] > threshold || rows[(row * 6) + 2] > threshold || rows[(row * 6) + 4] > threshold) / 100_000.0, any);
        Assert.Equal(1.0, _forecast.ProbabilityAnyAbove(-1e9));
        Assert.Equal(0.0, _forecast.ProbabilityAnyAbove(1e9, channel: 1));
    }

    [Fact]
    public void ProbabilityAnyAbove_OneStep_IsTheMarginalTail()
    {
        WindowShape shape = new(4, 1);
        Forecast forecast = new Forecaster(RandomModels.Model(shape, 2, 8)).Predict(RandomModels.Past(shape, 1));
        double threshold = forecast.Marginal(1).Quantile(0.7);
        Assert.InRange(forecast.ProbabilityAnyAbove(threshold, draws: 100_000), 0.3 - 0.008, 0.3 + 0.008);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(1, 2)]
    [InlineData(1, -1)]
    public void Marginal_NoSuchValue_Throws(int step, int channel) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _forecast.Marginal(step, channel));

    private static Forecast Predict()
    {
        var forecaster = new Forecaster(RandomModels.Model(_shape, 3, 145, new Normalisation(Centring.None, Scaling.StandardDeviation)));
        Forecast forecast = forecaster.Predict([3.0, 1.0, -2.0, 0.5]);

        // Three components that count, or there would be no mixture to test.
        Assert.All(forecast.Weights.ToArray(), weight => Assert.InRange(weight, 0.05, 0.9));
        Assert.Equal(3, forecast.Weights.Length);
        return forecast;
    }
}
