using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class PredictMomentsTests
{
    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 1 },
        { 1, 1, 1, 3 },
        { 7, 9, 1, 2 },
        { 8, 8, 1, 4 },
        { 25, 25, 1, 16 },
        { 48, 12, 1, 8 },
        { 9, 2, 3, 5 },
        { 33, 4, 2, 3 },
        { 70, 5, 1, 6 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void PredictMoments_AnyPast_AreThoseOfTheDensity(int past, int future, int channels, int components)
    {
        WindowShape shape = new(past, future, channels);
        foreach (Normalisation normalisation in new[] { Normalisation.None, new Normalisation(Centring.Mean, Scaling.StandardDeviation) { ScaleFloor = 0.1 } })
        {
            var forecaster = new Forecaster(RandomModels.Model(shape, components, past + 1, normalisation));
            for (int seed = 0; seed < 4; seed++)
            {
                double[] x = RandomModels.Past(shape, seed);
                AssertMoments(forecaster, x);
                x[^1] = double.NaN;
                if (x.Length > channels)
                {
                    AssertMoments(forecaster, x);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void PredictMoments_ManyPasts_AreThoseOfEachAloneToTheBit(int past, int future, int channels, int components)
    {
        WindowShape shape = new(past, future, channels);
        var forecaster = new Forecaster(RandomModels.Model(shape, components, past, new Normalisation(Centring.Last)));
        foreach (int count in new[] { 0, 1, 15, 16, 17, 40 })
        {
            double[] pasts = RandomModels.Gaussians(new Random(count), count * shape.PastDimension);
            if (count == 40 && past > 1)
            {
                // A block with a past that overflows, and one with a missing value.
                pasts[17 * shape.PastDimension] = 1e200;
                pasts[0] = double.NaN;
            }

            double[] means = new double[count * shape.FutureDimension], deviations = new double[means.Length];
            forecaster.PredictMoments(count, pasts, means, deviations);
            for (int n = 0; n < count; n++)
            {
                double[] alone = Moments(forecaster, pasts[(n * shape.PastDimension)..((n + 1) * shape.PastDimension)]);
                Assert.Equal(alone[..shape.FutureDimension], means[(n * shape.FutureDimension)..((n + 1) * shape.FutureDimension)]);
                Assert.Equal(alone[shape.FutureDimension..], deviations[(n * shape.FutureDimension)..((n + 1) * shape.FutureDimension)]);
            }
        }

        Assert.Throws<ArgumentException>(() => forecaster.PredictMoments(2, new double[shape.PastDimension], new double[2 * shape.FutureDimension], new double[2 * shape.FutureDimension]));
        Assert.Throws<ArgumentException>(() => forecaster.PredictMoments(1, new double[shape.PastDimension], new double[shape.FutureDimension], new double[2 * shape.FutureDimension]));
    }

    [Fact]
    public void PredictMoments_OutlierWhoseSquareOverflows_AreThoseOfTheDensity()
    {
        var forecaster = new Forecaster(RandomModels.Model(new WindowShape(11, 3), 3, 4));
        double[] x = RandomModels.Past(new WindowShape(11, 3), 1);
        forecaster.Predict(x);
        x[10] = 1e200;
        double[] mean = new double[3];
        forecaster.PredictMoments(x, mean, new double[3]);
        Close.To(forecaster.Predict(x).Mean(), mean, 1e-12);
        Close.To([1.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0], forecaster.Predict(x).Weights.ToArray(), 1e-14);
    }

    [Fact]
    public void PredictMoments_CompletePast_AllocatesNothing()
    {
        WindowShape shape = new(25, 25);
        var forecaster = new Forecaster(RandomModels.Model(shape, 16, 1, new Normalisation(Centring.Last)));
        double[] x = RandomModels.Past(shape, 2), mean = new double[25], deviation = new double[25];
        forecaster.PredictMoments(x, mean, deviation);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            forecaster.PredictMoments(x, mean, deviation);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void PredictMoments_ModelsInTurnOnOneThread_DoNotMeet()
    {
        (Forecaster Forecaster, double[] Past, double[] Alone)[] cases = [.. new[] { (9, 5, 3), (70, 30, 2), (3, 2, 8), (25, 25, 16), (8, 1, 1) }.Select(size =>
        {
            WindowShape shape = new(size.Item1, size.Item2);
            var forecaster = new Forecaster(RandomModels.Model(shape, size.Item3, size.Item1));
            double[] past = RandomModels.Past(shape, 3);
            return (forecaster, past, OnAnotherThread(() => Moments(forecaster, past)));
        })];
        for (int round = 0; round < 2; round++)
        {
            Assert.All(cases, item => Assert.Equal(item.Alone, Moments(item.Forecaster, item.Past)));
        }
    }

    [Fact]
    public void PredictMoments_WrongLengths_SayWhatIsNeeded()
    {
        var forecaster = new Forecaster(RandomModels.Model(new WindowShape(4, 3), 2, 1));
        Assert.Contains("7 numbers", Assert.Throws<ArgumentException>(() => forecaster.PredictMoments(new double[7], new double[3], new double[3])).Message, StringComparison.Ordinal);
        Assert.Contains("2 numbers", Assert.Throws<ArgumentException>(() => forecaster.PredictMoments(new double[4], new double[2], new double[3])).Message, StringComparison.Ordinal);
        Assert.Contains("hold 3", Assert.Throws<ArgumentException>(() => forecaster.PredictMoments(new double[4], new double[3], new double[4])).Message, StringComparison.Ordinal);
    }

    private static void AssertMoments(Forecaster forecaster, double[] past)
    {
        Forecast density = forecaster.Predict(past);
        double[] covariance = density.Covariance();
        int n = density.Mean().Length;
        double[] moments = Moments(forecaster, past);
        Close.To(density.Mean(), moments[..n], 1e-12);
        Close.To([.. Enumerable.Range(0, n).Select(i => Math.Sqrt(covariance[(i * n) + i]))], moments[n..], 1e-12);
    }

    private static double[] Moments(Forecaster forecaster, double[] past)
    {
        int n = forecaster.Model.Members[0].Shape.FutureDimension;
        double[] moments = new double[2 * n];
        forecaster.PredictMoments(past, moments.AsSpan(0, n), moments.AsSpan(n));
        return moments;
    }

    private static T OnAnotherThread<T>(Func<T> work)
    {
        T? result = default;
        Thread thread = new(() => result = work());
        thread.Start();
        thread.Join();
        return result!;
    }
}
