using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class LogTransformTests
{
    private static readonly UnivariateMixture _logs = new([0.3, 0.7], [0.2, 1.1], [0.5, 0.2]);
    private static readonly UnivariateMixture _values = new([0.3, 0.7], [0.2, 1.1], [0.5, 0.2], ValueTransform.Log);

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.4)]
    [InlineData(0.999)]
    public void Quantile_IsTheExponentialOfTheLogarithms(double probability)
    {
        double quantile = _values.Quantile(probability);
        Close.To(Math.Exp(_logs.Quantile(probability)), quantile, 1e-14);
        Close.To(probability, _values.Cdf(quantile), 1e-12);
        Close.To(1.0 - probability, _values.ProbabilityAbove(quantile), 1e-12);
    }

    [Fact]
    public void Quantiles_AreThoseOfQuantile()
    {
        double[] quantiles = new double[3];
        _values.Quantiles(new QuantileLevels([0.05, 0.5, 0.9]), quantiles);
        Assert.Equal([_values.Quantile(0.05), _values.Quantile(0.5), _values.Quantile(0.9)], quantiles);
    }

    [Fact]
    public void NotAboveZero_HasNoProbability()
    {
        Assert.Equal((0.0, 1.0, double.NegativeInfinity), (_values.Cdf(0.0), _values.ProbabilityAbove(-3.0), _values.LogDensity(0.0)));
        Assert.True(double.IsNaN(_values.Cdf(double.NaN)));
    }

    [Fact]
    public void MomentsAndScore_EqualNumericalIntegration()
    {
        // Over the quantile function: y(u) at the middle of many thin slices.
        const int Slices = 20_000;
        double[] draws = [.. Enumerable.Range(0, Slices).Select(i => _values.Quantile((i + 0.5) / Slices))];
        double mean = draws.Average();
        Assert.Equal(mean, _values.Mean, 1e-3);
        Assert.Equal(Math.Sqrt(draws.Average(y => (y - mean) * (y - mean))), _values.StandardDeviation, 5e-3);
        foreach (double y in new[] { -1.0, 0.5, 2.0, 9.0 })
        {
            // ½ E|Y − Y′| = Σ y_(i) (2i − n − 1) / n².
            double spread = draws.Select((value, i) => value * ((2.0 * (i + 1)) - Slices - 1.0)).Sum() / Slices / Slices;
            Assert.Equal(draws.Average(value => Math.Abs(value - y)) - spread, _values.Crps(y), 2e-3);
        }
    }

    [Fact]
    public void LogDensity_IsTheSlopeOfTheCdf() =>
        Assert.Equal((_values.Cdf(2.0 + 1e-6) - _values.Cdf(2.0 - 1e-6)) / 2e-6, Math.Exp(_values.LogDensity(2.0)), 1e-6);

    [Fact]
    public void Forecast_OfLogarithms_IsAboutTheValues()
    {
        double[] growing = [.. Enumerable.Range(0, 300).Select(t => Math.Exp((0.01 * t) + (0.3 * Math.Sin(t / 5.0)) + (0.05 * Math.Sin(t * t))))];
        WindowShape shape = new(12, 4);
        (ForecastModel? model, _) = ForecastModel.Fit([growing], shape, new Normalisation(Centring.Last), new FitOptions { Ridge = 1e-4 }, ValueTransform.Log);
        (ForecastModel? plain, _) = ForecastModel.Fit([ValueTransform.Log.Apply(growing)], shape, new Normalisation(Centring.Last), new FitOptions { Ridge = 1e-4 });
        Forecast values = new Forecaster(model!).Predict(growing.AsSpan(^12..));
        Forecast logs = new Forecaster(plain!).Predict(ValueTransform.Log.Apply(growing).Span[^12..]);

        double[] draws = values.Sample(60_000, 5), covariance = values.Covariance(), mean = values.Mean(), moments = new double[4], deviations = new double[4];
        new Forecaster(model!).PredictMoments(growing.AsSpan(^12..), moments, deviations);
        for (int i = 0; i < 4; i++)
        {
            Close.To(Math.Exp(logs.Marginal(i + 1).Quantile(0.9)), values.Marginal(i + 1).Quantile(0.9), 1e-12);
            Assert.Equal(draws.Where((_, n) => n % 4 == i).Average(), mean[i], 0.02 * deviations[i]);
            Close.To(moments[i], mean[i], 1e-12);
            Close.To(deviations[i] * deviations[i], covariance[(i * 4) + i], 1e-10);
            double drawn = Enumerable.Range(0, 60_000).Average(n => (draws[n * 4] - mean[0]) * (draws[(n * 4) + i] - mean[i]));
            Assert.Equal(drawn, covariance[i], 0.03 * deviations[0] * deviations[i]);
        }
    }

    [Fact]
    public void Past_NotAboveZero_IsMissing()
    {
        double[] positive = [.. Enumerable.Range(0, 200).Select(t => 2.0 + Math.Sin(t / 4.0) + (0.1 * Math.Sin(t * t)))];
        Forecaster forecaster = new(ForecastModel.Fit([positive], new WindowShape(5, 2), new Normalisation(Centring.Mean), new FitOptions { Ridge = 1e-4 }, ValueTransform.Log).Model!);
        double[] past = positive[^5..], holed = positive[^5..];
        (past[2], holed[2]) = (-1.0, double.NaN);
        Assert.Equal(forecaster.Predict(holed).Mean(), forecaster.Predict(past).Mean());
    }
}
