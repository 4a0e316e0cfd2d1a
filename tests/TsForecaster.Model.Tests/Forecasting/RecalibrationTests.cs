using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class RecalibrationTests
{
    private static readonly double[] Levels = [0.05, 0.25, 0.5, 0.75, 0.95];

    [Fact]
    public void Apply_NothingObserved_LeavesTheQuantilesNearlyAsTheyAre()
    {
        UnivariateMixture raw = new([0.3, 0.7], [-1.0, 2.0], [0.5, 1.5]);
        UnivariateMixture corrected = new Recalibration().Apply(raw);
        Assert.All(Levels, level => Assert.Equal(raw.Quantile(level), corrected.Quantile(level), 0.04));
        Assert.Equal(raw.Mean, corrected.Mean, 0.02);
        Assert.Equal(raw.StandardDeviation, corrected.StandardDeviation, 0.05);
    }

    [Theory]
    [InlineData(2.5, 0.0)]
    [InlineData(0.2, 0.0)]
    [InlineData(1.0, 0.8)]
    [InlineData(1.6, -0.5)]
    public void Apply_ValuesWiderNarrowerOrShifted_LearnsTheirDistribution(double spread, double shift)
    {
        SeededRandom random = new(7);
        Recalibration recalibration = new();
        for (int i = 0; i < 2000; i++)
        {
            UnivariateMixture raw = new([1.0], [i % 50], [2.0]);
            recalibration.Observe(recalibration.Apply(raw), (i % 50) + (2.0 * (shift + (spread * random.NextGaussian()))));
        }

        UnivariateMixture learnt = recalibration.Apply(new([1.0], [0.0], [2.0])), truth = new([1.0], [2.0 * shift], [2.0 * spread]);
        Assert.All(Levels, level => Assert.Equal(level, truth.Cdf(learnt.Quantile(level)), 0.05));
    }

    [Fact]
    public void Apply_Logarithms_StayLogarithms()
    {
        UnivariateMixture raw = new([1.0], [3.0], [0.4], ValueTransform.Log);
        Recalibration recalibration = new();
        UnivariateMixture corrected = recalibration.Apply(raw);
        Assert.Equal(ValueTransform.Log, corrected.Transform);
        Assert.Equal(raw.Quantile(0.9), corrected.Quantile(0.9), 1.0);
        recalibration.Observe(corrected, 25.0);
        Assert.True(double.IsFinite(recalibration.Apply(raw).Crps(25.0)));

        // Its values go beyond what a number holds; its logarithms do not.
        Assert.Equal(3.0, recalibration.Apply(new([1.0], [3.0], [200.0], ValueTransform.Log)).Means.ToArray().Average(), 6);
    }

    [Fact]
    public void Observe_PointMassOrNoNumber_StaysFinite()
    {
        UnivariateMixture point = new([1.0], [5.0], [0.0]);
        Recalibration recalibration = new();
        recalibration.Observe(recalibration.Apply(point), 5.0);
        recalibration.Observe(recalibration.Apply(point), 6.0);
        recalibration.Observe(recalibration.Apply(point), double.NaN);
        UnivariateMixture corrected = recalibration.Apply(point);
        Assert.Equal(5.0, corrected.Mean, 12);
        Assert.Equal(0.0, corrected.StandardDeviation, 12);
        Assert.Equal(5.0, corrected.Quantile(0.9));
    }

    [Fact]
    public void Read_WhatWasWritten_GivesTheSameBits()
    {
        UnivariateMixture raw = new([1.0], [0.0], [1.0]);
        Recalibration recalibration = new();
        for (int i = 0; i < 20; i++)
        {
            recalibration.Observe(recalibration.Apply(raw), 0.1 * i);
        }

        using MemoryStream stream = new();
        recalibration.Write(new BinaryWriter(stream));
        stream.Position = 0;
        Assert.Equal(recalibration.Apply(raw).Weights.ToArray(), Recalibration.Read(new BinaryReader(stream)).Apply(raw).Weights.ToArray());
    }
}
