using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class CalibrationDriftTests
{
    [Fact]
    public void Next_Sums_AreThoseOfTheLikelihoodRatios()
    {
        double[] z = RandomModels.Gaussians(new Random(1), 400);
        CalibrationDrift drift = default;
        double low = 0.0, high = 0.0, narrow = 0.0;
        foreach (double value in z)
        {
            double wide = 1.7 * value;
            drift = drift.Next(StandardNormal.Cdf(wide));
            low = Math.Max(0.0, low + Math.Min(3.0, LogNormal(wide, 1.0, 1.0) - LogNormal(wide, 0.0, 1.0)));
            high = Math.Max(0.0, high + Math.Min(3.0, LogNormal(wide, -1.0, 1.0) - LogNormal(wide, 0.0, 1.0)));
            narrow = Math.Max(0.0, narrow + Math.Min(3.0, LogNormal(wide, 0.0, 2.0) - LogNormal(wide, 0.0, 1.0)));
            Assert.Equal(low, drift.Low, 1e-9);
            Assert.Equal(high, drift.High, 1e-9);
            Assert.Equal(narrow, drift.Narrow, 1e-9);
        }

        Assert.Equal(drift, drift.Next(double.NaN));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void Alarm_UniformTransforms_AreAtLeastAsFarApartAsSaid(double steps)
    {
        const int draws = 2_000_000;
        int alarms = Alarms(Uniforms(new Random(7), draws), CalibrationDrift.Threshold(steps));

        // The bound is not tight: the documentation says that alarms are about eight times rarer.
        Assert.InRange((double)draws / alarms, steps, 12.0 * steps);
    }

    [Fact]
    public void Alarm_SeriesDrawnFromTheModelItself_AreAtLeastAsFarApartAsSaid()
    {
        WindowShape shape = new(4, 2);
        Forecaster forecaster = new(RandomModels.Model(shape, 3, seed: 3));
        var random = new Random(11);
        double[] past = RandomModels.Past(shape, 4);
        double[] transforms = new double[20_000];
        for (int t = 0; t < transforms.Length; t++)
        {
            UnivariateMixture next = forecaster.Predict(past).Marginal(1);
            double value = next.Quantile(Math.Max(double.Epsilon, random.NextDouble()));
            transforms[t] = next.Cdf(value);
            past = [.. past[1..], value];
        }

        Assert.InRange(Alarms(transforms, CalibrationDrift.Threshold(200)), 1, transforms.Length / 200);
    }

    [Theory]
    [InlineData(1.0, 1.0, 30, Miscalibration.Low)]
    [InlineData(2.0, 1.0, 10, Miscalibration.Low)]
    [InlineData(-1.0, 1.0, 30, Miscalibration.High)]
    [InlineData(0.0, 2.0, 30, Miscalibration.Narrow)]
    [InlineData(0.0, 3.0, 12, Miscalibration.Narrow)]
    public void Alarm_ShiftedOrWidened_ComesWithinSteps(double shift, double spread, int meanSteps, Miscalibration expected)
    {
        double threshold = CalibrationDrift.Threshold(10_000);
        var random = new Random(5);
        const int runs = 400;
        int steps = 0, right = 0;
        for (int run = 0; run < runs; run++)
        {
            CalibrationDrift drift = default;
            foreach (double before in Uniforms(random, 200))
            {
                drift = drift.Next(before);
            }

            while (drift.Alarm(threshold) is null)
            {
                drift = drift.Next(StandardNormal.Cdf(shift + (spread * RandomModels.Gaussians(random, 1)[0])));
                steps++;
            }

            right += drift.Alarm(threshold) == expected ? 1 : 0;
        }

        Assert.InRange((double)steps / runs, 3.0, meanSteps);
        Assert.InRange(right, 0.8 * runs, runs);
    }

    [Theory]
    [InlineData(0.3, 1.0)]
    [InlineData(0.0, 1.2)]
    [InlineData(0.0, 0.3)]
    public void Alarm_LittleMiscalibrated_IsRare(double shift, double spread)
    {
        double[] z = RandomModels.Gaussians(new Random(9), 5000);
        Assert.InRange(Alarms([.. z.Select(value => StandardNormal.Cdf(shift + (spread * value)))], CalibrationDrift.Threshold(10_000)), 0, 6);
    }

    [Fact]
    public void Alarm_OneOutlier_IsNone()
    {
        CalibrationDrift drift = default;
        for (int i = 0; i < 3; i++)
        {
            drift = drift.Next(0.0).Next(1.0).Next(0.4).Next(0.6);
            Assert.Null(drift.Alarm(CalibrationDrift.Threshold(10_000)));
            drift = drift.Next(0.45).Next(0.55).Next(0.5).Next(0.5).Next(0.48).Next(0.5).Next(0.52);
        }
    }

    private static double LogNormal(double x, double mean, double deviation) =>
        (-0.5 * (x - mean) * (x - mean) / (deviation * deviation)) - Math.Log(deviation);

    private static double[] Uniforms(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];

    /// <summary>Alarms in a run of transforms; the sums begin anew after each.</summary>
    private static int Alarms(double[] transforms, double threshold)
    {
        int alarms = 0;
        CalibrationDrift drift = default;
        foreach (double pit in transforms)
        {
            drift = drift.Next(pit);
            if (drift.Alarm(threshold) is not null)
            {
                alarms++;
                drift = default;
            }
        }

        return alarms;
    }
}
