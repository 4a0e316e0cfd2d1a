using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class ForecasterTests
{
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1 },
        { 5, 3, 1, 1 },
        { 6, 4, 1, 3 },
        { 4, 3, 2, 2 },
        { 24, 12, 1, 4 },
        { 9, 2, 3, 5 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Predict_RandomMixture_IsTheConditionalMixture(int past, int future, int channels, int components)
    {
        WindowShape shape = new(past, future, channels);
        ForecastModel model = RandomModels.Model(shape, components, seed: past);
        var forecaster = new Forecaster(model);
        for (int seed = 0; seed < 5; seed++)
        {
            double[] x = RandomModels.Past(shape, seed);
            ConditionalReference expected = Reference(model, x);
            Forecast forecast = forecaster.Predict(x);

            Assert.Equal((future, channels), (forecast.Steps, forecast.Channels));
            Close.To(expected.Mean().ToArray(), forecast.Mean());
            Close.To(expected.Covariance().ToRowMajorArray(), forecast.Covariance());
            for (int step = 1; step <= future; step++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    int i = ((step - 1) * channels) + channel;
                    UnivariateMixture marginal = forecast.Marginal(step, channel);
                    int[] kept = expected.Kept();
                    Close.To([.. kept.Select(k => expected.Weights[k])], marginal.Weights.ToArray());
                    Close.To([.. kept.Select(k => expected.Means[k][i])], marginal.Means.ToArray());
                    Close.To([.. kept.Select(k => Math.Sqrt(expected.Covariances[k][i, i]))], marginal.StandardDeviations.ToArray());
                }
            }
        }
    }

    [Theory]
    [InlineData(Centring.Last, Scaling.None)]
    [InlineData(Centring.Mean, Scaling.None)]
    [InlineData(Centring.None, Scaling.StandardDeviation)]
    [InlineData(Centring.Last, Scaling.StandardDeviation)]
    [InlineData(Centring.Mean, Scaling.StandardDeviation)]
    public void Predict_NormalisedWindows_UndoesLevelAndScaleOfEachChannel(Centring centring, Scaling scaling)
    {
        WindowShape shape = new(5, 3, 2);
        ForecastModel model = RandomModels.Model(shape, 3, seed: 1, new Normalisation(centring, scaling));
        double[] past = [.. RandomModels.Past(shape, 7).Select((value, i) => i % 2 == 0 ? 100.0 + (5.0 * value) : -3.0 + (0.2 * value))];

        var levels = new double[2];
        var scales = new double[2];
        for (int c = 0; c < 2; c++)
        {
            double[] channel = [.. past.Where((_, i) => i % 2 == c)];
            double mean = channel.Average();
            levels[c] = centring switch { Centring.Last => channel[^1], Centring.Mean => mean, _ => 0.0 };
            scales[c] = scaling == Scaling.None ? 1.0 : Math.Sqrt(channel.Average(value => (value - mean) * (value - mean)));
        }

        ConditionalReference expected = Reference(model, [.. past.Select((value, i) => (value - levels[i % 2]) / scales[i % 2])]);
        Forecast forecast = new Forecaster(model).Predict(past);

        Close.To([.. expected.Mean().Select((value, i) => levels[i % 2] + (scales[i % 2] * value))], forecast.Mean());
        Close.To([.. expected.Covariance().ToRowMajorArray().Select((value, i) => scales[i / 6 % 2] * scales[i % 6 % 2] * value)], forecast.Covariance());
        Close.To(scales[1] * Math.Sqrt(expected.Covariance()[5, 5]), forecast.Marginal(3, 1).StandardDeviation);
    }

    [Fact]
    public void Predict_PastFarFromAllComponents_StillWeighsThem()
    {
        // Both densities underflow; only their logarithms can be compared. The nearer component takes all.
        GaussianMixture mixture = GaussianMixture.Create([0.5, 0.5], [0.0, 0.0, 10.0, 5.0], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
        ForecastModel model = new(new WindowModel(new WindowShape(1, 1), Normalisation.None, mixture, RandomModels.Report(2)));
        Assert.Equal([5.0], new Forecaster(model).Predict([1000.0]).Mean());
        Assert.Equal([0.0], new Forecaster(model).Predict([-1000.0]).Mean());
    }

    [Theory]
    [InlineData(1e200)]
    [InlineData(-1e250)]
    public void Predict_OutlierWhoseSquareOverflows_KeepsThePriorWeights(double outlier)
    {
        var forecaster = new Forecaster(RandomModels.Model(new WindowShape(3, 2), 3, 4));
        Forecast complete = forecaster.Predict([0.5, outlier, 1.0]);
        Close.To([1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0], complete.Weights.ToArray(), 1e-14);
        Assert.All(complete.Mean(), value => Assert.True(double.IsFinite(value)));

        Forecast withMissing = forecaster.Predict([double.NaN, outlier, 1.0]);
        Close.To([1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0], withMissing.Weights.ToArray(), 1e-14);
        Assert.All(withMissing.Mean(), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Predict_NegligibleComponent_IsLeftOutAndTheRestSumToOne()
    {
        GaussianMixture mixture = GaussianMixture.Create(
            [0.3, 0.3, 0.4],
            [0.0, 1.0, 0.1, 2.0, 9.0, 3.0],
            [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
        Forecast forecast = new Forecaster(new ForecastModel(new WindowModel(new WindowShape(1, 1), Normalisation.None, mixture, RandomModels.Report(3)))).Predict([0.0]);

        // The third is 40.5 below in logarithms: e^-40.5 is less than a double can add to one.
        Assert.Equal(2, forecast.Weights.Length);
        Close.To(1.0, forecast.Weights[0] + forecast.Weights[1], 1e-15);
        Assert.Equal([1.0, 2.0], forecast.Marginal(1).Means.ToArray());
    }

    [Theory]
    [InlineData(Centring.None)]
    [InlineData(Centring.Last)]
    [InlineData(Centring.Mean)]
    public void Predict_ConstantSeries_IsTheConstant(Centring centring)
    {
        foreach (double constant in new[] { 0.0, 7.25, -1e6, 1e-9 })
        {
            foreach (Scaling scaling in new[] { Scaling.None, Scaling.StandardDeviation })
            {
                double[] history = [.. Enumerable.Repeat(constant, 40)];
                WindowShape shape = new(6, 3);
                (ForecastModel? model, _) = ForecastModel.Fit([history], shape, new Normalisation(centring, scaling), new FitOptions());
                Forecast forecast = new Forecaster(model!).Predict(history.AsSpan(0, 6));
                double size = Math.Max(1e-9, Math.Abs(constant));
                for (int step = 1; step <= 3; step++)
                {
                    UnivariateMixture marginal = forecast.Marginal(step);
                    Assert.InRange(marginal.Mean, constant - (1e-9 * size), constant + (1e-9 * size));
                    Assert.InRange(marginal.StandardDeviation, 0.0, 1e-6 * size);
                    Assert.InRange(marginal.Quantile(0.05), constant - (1e-5 * size), constant + (1e-5 * size));
                    Assert.InRange(marginal.Crps(constant), 0.0, 1e-6 * size);
                    Assert.InRange(marginal.Cdf(constant), 0.0, 1.0);
                    Assert.False(double.IsNaN(marginal.LogDensity(constant + size)));
                }

                Assert.DoesNotContain(forecast.Sample(10, 1), double.IsNaN);
                Assert.DoesNotContain(forecast.Covariance(), double.IsNaN);
            }
        }
    }

    [Fact]
    public void Predict_WrongPast_SaysWhatItNeeds()
    {
        var forecaster = new Forecaster(RandomModels.Model(new WindowShape(4, 2, 2), 1, 1));
        Assert.Contains("7 numbers", Assert.Throws<ArgumentException>(() => forecaster.Predict(new double[7])).Message, StringComparison.Ordinal);
        Assert.Contains("no observed value", Assert.Throws<ArgumentException>(() => forecaster.Predict([.. Enumerable.Repeat(double.NaN, 8)])).Message, StringComparison.Ordinal);
        Assert.Contains("infinite at position 2", Assert.Throws<ArgumentException>(() => forecaster.Predict([0, 0, double.PositiveInfinity, 0, 0, 0, 0, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_LinearRecurrence_ForecastsIt()
    {
        // A pure sine obeys y_{t+1} = 2cos(ω) y_t − y_{t−1}: one Gaussian over windows knows that without being told.
        double[] history = [.. Enumerable.Range(0, 400).Select(t => Math.Sin(0.3 * t))];
        (ForecastModel? model, FitReport report) = ForecastModel.Fit([history.AsMemory(0, 300)], new WindowShape(10, 20), Normalisation.None, new FitOptions { Ridge = 1e-10 });
        double[] mean = new Forecaster(model!).Predict(history.AsSpan(310, 10)).Mean();
        Assert.Equal(300 - 30 + 1, report.Windows);
        Close.To(history[320..340], mean, 1e-4);
    }

    internal static ConditionalReference Reference(ForecastModel model, double[] past) => new(
        model.Members[0].Mixture,
        [.. Enumerable.Range(0, model.Members[0].Shape.PastDimension)],
        [.. Enumerable.Range(model.Members[0].Shape.PastDimension, model.Members[0].Shape.FutureDimension)],
        past);
}
