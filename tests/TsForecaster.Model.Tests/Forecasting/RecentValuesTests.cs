using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class RecentValuesTests
{
    [Theory]
    [InlineData(ValueTransform.None)]
    [InlineData(ValueTransform.Log)]
    public void Of_ContinuousValues_HasTheirDistribution(ValueTransform transform)
    {
        SeededRandom random = new(3);
        double[] values = [.. Enumerable.Range(0, 2000).Select(_ => Math.Exp(2.0 + (0.5 * random.NextGaussian())))];
        UnivariateMixture recent = RecentValues.Of(values, 0.0, transform)!;
        double[] sorted = [.. values.Order()];
        Assert.Equal(transform, recent.Transform);
        Assert.All(new[] { 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95 }, level => Assert.Equal(level, recent.Cdf(sorted[(int)(level * sorted.Length)]), 0.02));
    }

    [Fact]
    public void Of_OneValueOftenRepeated_HasAPeakAsNarrowAsItsRounding()
    {
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? 0.134 : i * 0.002)];
        UnivariateMixture recent = RecentValues.Of(values, 0.002, ValueTransform.None)!;
        // Half of the values, of which a Gaussian of the interval's own variance has 92 % in it.
        Assert.Equal(0.46, recent.Cdf(0.135) - recent.Cdf(0.133), 0.05);
        Assert.Equal(0.002 / Math.Sqrt(12.0), recent.StandardDeviations.ToArray().Min(), 1e-9);
    }

    [Fact]
    public void Of_MissingValues_AreLeftOutAndOfALongHistoryTheEndCounts()
    {
        double[] values = [.. Enumerable.Range(0, 9000).Select(i => i < 5000 ? -1e6 : i % 3 == 0 ? double.NaN : i % 100)];
        Assert.InRange(RecentValues.Of(values, 0.0, ValueTransform.None)!.Mean, 45.0, 54.0);
    }

    [Fact]
    public void Of_TooFewOrNoLogarithm_IsNull()
    {
        double[] values = [.. Enumerable.Range(0, 100).Select(i => (double)i)];
        Assert.Null(RecentValues.Of(values.AsSpan(0, 63), 0.0, ValueTransform.None));
        Assert.Null(RecentValues.Of(values, 0.0, ValueTransform.Log));
        Assert.NotNull(RecentValues.Of(values, 0.0, ValueTransform.None));
        Assert.Null(RecentValues.Of([], 0.0, ValueTransform.None));
    }

    [Fact]
    public void Of_Constant_IsAPointMass()
    {
        double[] constant = [.. Enumerable.Repeat(4.0, 200)];
        UnivariateMixture recent = RecentValues.Of(constant, 0.0, ValueTransform.None)!;
        Assert.All(recent.Means.ToArray(), mean => Assert.Equal(4.0, mean));
        Assert.All(recent.StandardDeviations.ToArray(), deviation => Assert.Equal(0.0, deviation));
        Assert.Equal(1.0, recent.Weights.ToArray().Sum(), 1e-12);
    }
}
