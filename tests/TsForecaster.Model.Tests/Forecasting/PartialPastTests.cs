using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>The two ways to condition on what is observed of a past, one by what is unknown and one by what is observed, have to agree.</summary>
public sealed class PartialPastTests
{
    public static TheoryData<int, double> Masks()
    {
        TheoryData<int, double> masks = [];
        foreach (int channels in new[] { 1, 2, 3 })
        {
            foreach (double share in new[] { 0.03, 0.2, 0.5, 0.8, 0.97 })
            {
                masks.Add(channels, share);
            }
        }

        return masks;
    }

    [Theory]
    [MemberData(nameof(Masks))]
    public void Sides_RandomMask_AgreeWithTheTextbook(int channels, double share)
    {
        WindowShape shape = new(24 / channels, 6 / channels, channels);
        for (int seed = 0; seed < 20; seed++)
        {
            WindowModel model = RandomModels.Member(shape, 2, seed, Normalisation.None);
            double[] past = Punched(RandomModels.Past(shape, seed + 100), share, seed);
            PastPattern pattern = new(model, past);
            ConditionalReference expected = new(
                model.Mixture, pattern.Observed, [.. Enumerable.Range(past.Length, shape.FutureDimension)], [.. pattern.Observed.Select(i => past[i])]);
            Assert.Equal(pattern.Missing, pattern.Unknown.Length);
            double[][] logs = [new double[2], new double[2]];
            for (int k = 0; k < 2; k++)
            {
                foreach (bool byUnknown in new[] { true, false })
                {
                    Conditioned found = Condition(model, past, k, byUnknown);
                    logs[byUnknown ? 1 : 0][k] = found.LogWeight;
                    Close.To([.. expected.Means[k].Select((mean, i) => mean - model.Mixture.Mean(k)[past.Length + i])], found.Offset);
                    Close.To([.. expected.Covariances[k].Diagonal()], found.Variances);
                    Close.To(expected.Covariances[k].ToRowMajorArray(), found.Covariance);
                }
            }

            Close.To(logs[0], logs[1]);
            Close.To(Math.Log(expected.Weights[1] / expected.Weights[0]), logs[1][1] - logs[1][0], 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Masks))]
    public void Sides_OpenLevels_Agree(int channels, double share)
    {
        WindowShape shape = new(24 / channels, 6 / channels, channels);
        for (int seed = 0; seed < 20; seed++)
        {
            WindowModel model = RandomModels.Member(shape, 2, seed, new Normalisation(seed % 2 == 0 ? Centring.Mean : Centring.Last));
            double[] past = Punched(RandomModels.Past(shape, seed + 100), share, seed);
            past[^1] = double.NaN;
            PastPattern pattern = new(model, past);
            Assert.Contains(past.Length + channels - 1, pattern.Unknown);
            for (int k = 0; k < 2 && pattern.Observed.Length > 0; k++)
            {
                Conditioned unknown = Condition(model, past, k, byUnknown: true), observed = Condition(model, past, k, byUnknown: false);

                // The prior of a level is wide: what a level is added to has some digits less, most where a channel has nothing else.
                Close.To(observed.LogWeight, unknown.LogWeight, 1e-6);
                Close.To(observed.Offset, unknown.Offset, 1e-6);
                Close.To(observed.Variances, unknown.Variances, 1e-6);
                Close.To(observed.Covariance, unknown.Covariance, 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-9)]
    public void Sides_SmoothWindows_AgreeAsFarAsTheirConditionAllows(double noise)
    {
        const int Past = 40, Future = 8, Size = Past + Future;
        double[] covariance = new double[Size * Size];
        for (int i = 0; i < covariance.Length; i++)
        {
            int lag = (i / Size) - (i % Size);
            covariance[i] = Math.Exp(-lag * lag / 128.0) + (lag == 0 ? noise : 0.0);
        }

        GaussianMixture mixture = GaussianMixture.Create([1.0, 1.0], new double[2 * Size], [.. covariance, .. covariance.Select(value => 2.0 * value)]);
        WindowModel model = new(new WindowShape(Past, Future), Normalisation.None, mixture, RandomModels.Report(2));
        (double[] rows, _) = mixture.Sample(20, 3);
        for (int n = 0; n < 20; n++)
        {
            double[] past = Punched(rows[(n * Size)..((n * Size) + Past)], 0.3, n);
            Conditioned unknown = Condition(model, past, 0, byUnknown: true), observed = Condition(model, past, 0, byUnknown: false);
            double tolerance = 1e-13 / noise;
            Close.To(observed.LogWeight, unknown.LogWeight, tolerance);
            Close.To(observed.Offset, unknown.Offset, tolerance);
            Close.To(observed.Variances, unknown.Variances, tolerance);
        }
    }

    [Fact]
    public void Condition_NegligibleComponent_IsLeftWithoutItsFuture()
    {
        WindowModel model = RandomModels.Member(new WindowShape(6, 2), 2, 4, Normalisation.None);
        double[] past = Punched(RandomModels.Past(model.Shape, 2), 0.3, 1);
        Assert.Equal(Condition(model, past, 0, byUnknown: true).LogWeight, Condition(model, past, 0, byUnknown: true, best: 1e3).LogWeight);
        Assert.All(Condition(model, past, 0, byUnknown: true, best: 1e3).Variances, value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void Predict_LevelTooWideForTheWindowsOwnVariance_IsTheForecastOfNoPast()
    {
        // Beside the variance of an open level, that of the past is less than a rounding error of it. Conditioned, the level would be 6 and the forecast 9.
        double[] covariance = new double[36];
        for (int i = 0; i < 6; i++)
        {
            covariance[i * 7] = i < 5 ? 1e-14 : 1e6;
        }

        GaussianMixture mixture = GaussianMixture.Create([1.0], [1.0, 1.0, 1.0, 1.0, 1.0, 3.0], covariance);
        Forecaster forecaster = new(new ForecastModel(new WindowModel(new WindowShape(5, 1), new Normalisation(Centring.Mean), mixture, RandomModels.Report(1))));
        Forecast forecast = forecaster.Predict([7.0, 7.0, double.NaN, double.NaN, double.NaN]);
        Close.To(10.0, forecast.Mean()[0]);
        Assert.True(forecast.Covariance()[0] > 1e6);
    }

    [Fact]
    public void Predict_MissingValues_HasNoRoomForMatrices()
    {
        WindowShape shape = new(100, 4);
        var forecaster = new Forecaster(RandomModels.Model(shape, 2, 3));
        foreach (double share in new[] { 0.2, 0.8 })
        {
            double[] past = Punched(RandomModels.Past(shape, 1), share, 5);
            forecaster.Predict(past);
            long before = GC.GetAllocatedBytesForCurrentThread();
            forecaster.Predict(past);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * 20 * sizeof(double));
        }
    }

    [Fact]
    public void Sample_MissingValues_HasTheCovarianceOfTheForecast()
    {
        WindowShape shape = new(10, 3);
        double[] past = Punched(RandomModels.Past(shape, 8), 0.4, 2);
        Forecast forecast = new Forecaster(RandomModels.Model(shape, 2, 9)).Predict(past);
        double[] draws = forecast.Sample(40_000, 1), mean = forecast.Mean(), covariance = forecast.Covariance();
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double sum = Enumerable.Range(0, 40_000).Sum(n => (draws[(n * 3) + i] - mean[i]) * (draws[(n * 3) + j] - mean[j]));
                Assert.Equal(covariance[(i * 3) + j], sum / 40_000, 0.05 * Math.Sqrt(covariance[i * 4] * covariance[j * 4]));
            }
        }
    }

    private static double[] Punched(double[] past, double share, int seed)
    {
        var random = new Random(seed);
        double[] punched = [.. past.Select(value => random.NextDouble() < share ? double.NaN : value)];

        // Something is missing, and something is not.
        (punched[0], punched[1]) = (double.NaN, past[1]);
        return punched;
    }

    private static Conditioned Condition(WindowModel model, double[] past, int k, bool byUnknown, double best = double.NegativeInfinity)
    {
        (int size, int future, int channels) = (model.Shape.PastDimension, model.Shape.FutureDimension, model.Shape.Channels);
        ConditionalComponent[] components = [.. Enumerable.Range(0, model.Mixture.Components).Select(i => new ConditionalComponent(model.Mixture, i, size))];
        PreparedComponents prepared = new(components, size, future);
        ForecastWorkspace workspace = ForecastWorkspace.For(prepared, channels, channels);
        PartialWorkspace partial = PartialWorkspace.Current;
        partial.Variances(k, future).Fill(double.NaN);
        past.CopyTo(workspace.Past);
        PastPattern pattern = new(model, past);
        double[] variances = OpenLevel.Variances(model);
        double logWeight;
        double[] factor, deviations;
        if (byUnknown)
        {
            UnknownSide side = new(components[k], prepared, k, variances);
            Assert.True(side.TryCondition(pattern, workspace, partial, best, out logWeight));
            factor = side.FutureFactor(pattern);
        }
        else
        {
            ObservedSide side = new(components[k], prepared, k, variances);
            logWeight = side.Condition(pattern, workspace, partial);
            deviations = [.. partial.Variances(k, future).ToArray().Select(Math.Sqrt)];
            factor = side.FutureFactor(pattern, deviations);
        }

        double[] covariance = new double[future * future];
        for (int i = 0; i < covariance.Length; i++)
        {
            covariance[i] = VectorKernels.Dot(factor.AsSpan(i / future * future, future), factor.AsSpan(i % future * future, future));
        }

        return new Conditioned(logWeight, workspace.FutureOffset(k).Slice(prepared.Lead, future).ToArray(), partial.Variances(k, future).ToArray(), covariance);
    }

    private sealed record Conditioned(double LogWeight, double[] Offset, double[] Variances, double[] Covariance);
}
