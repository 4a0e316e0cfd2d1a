using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class EnsembleTests
{
    private static readonly double[] _past = [.. Enumerable.Range(0, 10).Select(t => (2.0 * Math.Sin(t)) + (0.3 * t))];

    [Fact]
    public void Predict_Ensemble_IsTheWeightedSumOfItsMembers()
    {
        ForecastModel model = RandomModels.Ensemble(1.0, 1.0, 1.0);
        Forecast pooled = new Forecaster(model).Predict(_past);
        Forecast[] members = [.. model.Members.Select(member => new Forecaster(new ForecastModel(member)).Predict(_past.AsSpan()[^member.Reach..]))];
        for (int step = 1; step <= 3; step++)
        {
            foreach (double y in new[] { -3.0, 0.0, 0.7, 2.0, 6.0 })
            {
                double expected = members.Select((member, i) => model.Weights[i] * member.Marginal(step).Cdf(y)).Sum();
                Close.To(expected, pooled.Marginal(step).Cdf(y), 1e-13);
            }

            Close.To(members.Select((member, i) => model.Weights[i] * member.Mean()[step - 1]).Sum(), pooled.Mean()[step - 1], 1e-12);
        }
    }

    [Fact]
    public void Predict_Spread_StretchesAboutTheMean()
    {
        Forecast plain = new Forecaster(RandomModels.Ensemble(1.0, 1.0, 1.0)).Predict(_past);
        Forecast spread = new Forecaster(RandomModels.Ensemble(0.5, 1.0, 2.0)).Predict(_past);
        double[] factors = [0.5, 1.0, 2.0];
        for (int step = 1; step <= 3; step++)
        {
            UnivariateMixture before = plain.Marginal(step), after = spread.Marginal(step);
            Close.To(before.Mean, after.Mean, 1e-12);
            Close.To(factors[step - 1] * before.StandardDeviation, after.StandardDeviation, 1e-12);
            Close.To(before.Mean + (factors[step - 1] * (before.Quantile(0.05) - before.Mean)), after.Quantile(0.05), 1e-10);
            for (int other = 1; other <= 3; other++)
            {
                double covariance = plain.Covariance()[((step - 1) * 3) + other - 1];
                Close.To(factors[step - 1] * factors[other - 1] * covariance, spread.Covariance()[((step - 1) * 3) + other - 1], 1e-10);
            }
        }
    }

    [Fact]
    public void Sample_Spread_HasTheCovarianceThatIsSaid()
    {
        Forecast forecast = new Forecaster(RandomModels.Ensemble()).Predict(_past);
        double[] draws = forecast.Sample(40_000, 3), mean = forecast.Mean(), covariance = forecast.Covariance();
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double drawn = Enumerable.Range(0, 40_000).Average(n => (draws[(n * 3) + i] - mean[i]) * (draws[(n * 3) + j] - mean[j]));
                Assert.Equal(covariance[(i * 3) + j], drawn, 0.05 * Math.Sqrt(covariance[(i * 3) + i] * covariance[(j * 3) + j]));
            }
        }
    }

    [Fact]
    public void PredictMoments_Ensemble_AreThoseOfPredict()
    {
        Forecaster forecaster = new(RandomModels.Ensemble());
        double[] mean = new double[3], deviation = new double[3];
        forecaster.PredictMoments(_past, mean, deviation);
        Forecast forecast = forecaster.Predict(_past);
        Assert.Equal([.. Enumerable.Range(1, 3).Select(step => forecast.Marginal(step).Mean)], mean);
        Assert.Equal([.. Enumerable.Range(1, 3).Select(step => forecast.Marginal(step).StandardDeviation)], deviation);
    }

    [Fact]
    public void PredictMoments_OneMemberWithSpread_AreThoseOfPredict()
    {
        ForecastModel ensemble = RandomModels.Ensemble();
        Forecaster forecaster = new(new ForecastModel([ensemble.Members[0]], [1.0], [0.5, 1.0, 2.0]));
        double[] mean = new double[3], deviation = new double[3];
        forecaster.PredictMoments(_past.AsSpan()[^4..], mean, deviation);
        Forecast forecast = forecaster.Predict(_past.AsSpan()[^4..]);
        for (int step = 1; step <= 3; step++)
        {
            Close.To(forecast.Marginal(step).Mean, mean[step - 1], 1e-12);
            Close.To(forecast.Marginal(step).StandardDeviation, deviation[step - 1], 1e-12);
        }
    }

    [Fact]
    public void Predict_MemberSeesNothing_IsLeftOut()
    {
        ForecastModel model = RandomModels.Ensemble(1.0, 1.0, 1.0);
        double[] past = [.. _past];
        past.AsSpan()[^2..].Fill(double.NaN);
        Forecast pooled = new Forecaster(model).Predict(past);

        // The third looks at the last two steps alone; of the others 0.5 : 0.3 remain.
        Forecast first = new Forecaster(new ForecastModel(model.Members[0])).Predict(past.AsSpan()[^4..]);
        Forecast second = new Forecaster(new ForecastModel(model.Members[1])).Predict(past.AsSpan()[^9..]);
        Close.To((0.625 * first.Mean()[1]) + (0.375 * second.Mean()[1]), pooled.Mean()[1], 1e-12);
    }

    [Fact]
    public void Constructor_Impossible_IsRefused()
    {
        WindowModel member = RandomModels.Member(new WindowShape(2, 2), 1, 1, Normalisation.None);
        WindowModel other = RandomModels.Member(new WindowShape(2, 3), 1, 1, Normalisation.None);
        Assert.Contains("same steps", Assert.Throws<ArgumentException>(() => new ForecastModel([member, other], [0.5, 0.5])).Message, StringComparison.Ordinal);
        Assert.Contains("weight above zero", Assert.Throws<ArgumentException>(() => new ForecastModel([member], [0.0])).Message, StringComparison.Ordinal);
        Assert.Contains("weight above zero", Assert.Throws<ArgumentException>(() => new ForecastModel([], [])).Message, StringComparison.Ordinal);
        Assert.Contains("factor above zero", Assert.Throws<ArgumentException>(() => new ForecastModel([member], [1.0], [1.0])).Message, StringComparison.Ordinal);
    }
}
