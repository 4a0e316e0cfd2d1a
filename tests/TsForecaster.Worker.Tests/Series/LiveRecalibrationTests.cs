using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class LiveRecalibrationTests
{
    [Fact]
    public void Apply_SeriesThatKeepsReturningToOneValue_LearnsThePeak()
    {
        LiveRecalibration recalibration = Taught();
        UnivariateMixture corrected = recalibration.Apply(1, Raw(0));
        Assert.InRange(corrected.Cdf(0.505) - corrected.Cdf(0.495), 0.3, 0.6);
        Assert.InRange(Raw(0).Cdf(0.505) - Raw(0).Cdf(0.495), 0.0, 0.01);
        Assert.True(corrected.Crps(0.5) < 0.7 * new Recalibration().Apply(Raw(0)).Crps(0.5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Observe_Forecast_IsLearntFromWhenItWasCorrected(bool corrected)
    {
        // What a forecast is made of says nothing: an ensemble may have as many components as a corrected one.
        LiveRecalibration recalibration = new(2);
        UnivariateMixture before = recalibration.Apply(2, Raw(0));
        for (int i = 0; i < 100; i++)
        {
            recalibration.Observe(new(2, Published: true, before, double.NaN, corrected), 2.0, 2.0, 0.0);
        }

        Assert.Equal(before.Weights.ToArray(), recalibration.Apply(1, Raw(0)).Weights.ToArray());
        Assert.Equal(corrected, recalibration.Apply(2, Raw(0)).Mean > 1.2);
    }

    [Fact]
    public void Read_Written_GoesOnAlike()
    {
        LiveRecalibration taught = Taught();
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        LiveRecalibration.Write(writer, taught);
        LiveRecalibration.Write(writer, null);
        bytes.Position = 0;
        using BinaryReader reader = new(bytes);
        LiveRecalibration read = LiveRecalibration.Read(reader)!;
        Assert.Null(LiveRecalibration.Read(reader));
        foreach (int horizon in new[] { 1, 2 })
        {
            Assert.Equal(taught.Apply(horizon, Raw(7)).Weights.ToArray(), read.Apply(horizon, Raw(7)).Weights.ToArray());
            Assert.Equal(taught.Apply(horizon, Raw(7)).Means.ToArray(), read.Apply(horizon, Raw(7)).Means.ToArray());
        }
    }

    /// <summary>Six in ten values are 0.5, the others lie about a forecast that moves.</summary>
    private static LiveRecalibration Taught()
    {
        double[] values = [.. Enumerable.Range(0, 1500).Select(t => t % 5 < 3 ? 0.5 : Math.Round(Centre(t) + Math.Sin(7.0 * t), 2))];
        double rounding = Rounding.Of(values);
        LiveRecalibration recalibration = new(2);
        recalibration.Measure(values.AsSpan(0, 500), rounding, ValueTransform.None);
        for (int t = 500; t < values.Length; t++)
        {
            recalibration.Observe(new(1, Published: true, recalibration.Apply(1, Raw(t)), double.NaN, Corrected: true), values[t], Rounding.Within(values[t], rounding, t), rounding);
        }

        return recalibration;
    }

    private static UnivariateMixture Raw(int t) => new([1.0], [Centre(t)], [0.8]);

    private static double Centre(int t) => 0.5 + Math.Sin(0.1 * t);
}
