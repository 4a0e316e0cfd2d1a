using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class LinearPoolTests
{
    private static readonly UnivariateMixture Wide = new([0.5, 0.5], [-1.0, 1.0], [3.0, 3.0]);
    private static readonly UnivariateMixture Peak = new([1.0], [2.0], [0.01]);

    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.3, 0.0)]
    [InlineData(0.8, 0.0)]
    [InlineData(0.8, 0.05)]
    public void Share_ValuesFromBoth_IsTheSharesOfTheSecond(double share, double rounding)
    {
        SeededRandom random = new(5);
        LinearPool pool = new();
        for (int i = 0; i < 3000; i++)
        {
            double value = random.NextUniform() < share ? 2.0 + (0.01 * random.NextGaussian()) : (i % 2 == 0 ? 1.0 : -1.0) + (3.0 * random.NextGaussian());
            value = rounding > 0.0 ? Math.Round(value / rounding) * rounding : value;
            pool.Observe(pool.Apply(Wide, Peak), 2, value, rounding);
        }

        Assert.Equal(share, pool.Share, 0.06);
    }

    [Fact]
    public void Apply_Pool_IsTheSumOfItsParts()
    {
        LinearPool pool = new();
        UnivariateMixture both = pool.Apply(Wide, Peak);
        foreach (double y in new[] { -2.0, 0.5, 1.99, 2.01, 7.0 })
        {
            Assert.Equal(((1.0 - pool.Share) * Wide.Cdf(y)) + (pool.Share * Peak.Cdf(y)), both.Cdf(y), 1e-14);
        }

        Assert.Equal(ValueTransform.Log, pool.Apply(new([1.0], [0.0], [1.0], ValueTransform.Log), new([1.0], [0.0], [1.0], ValueTransform.Log)).Transform);
    }

    [Fact]
    public void Observe_ValueThatNeitherSaysAnythingOf_ChangesNothing()
    {
        LinearPool pool = new();
        double before = pool.Share;
        pool.Observe(pool.Apply(Wide, Peak), 2, double.NaN, 0.0);
        pool.Observe(pool.Apply(Wide, Peak), 2, 1e300, 0.0);
        UnivariateMixture point = new([1.0], [5.0], [0.0]);
        pool.Observe(pool.Apply(point, point), 1, 5.0, 0.0);
        Assert.Equal(before, pool.Share);
    }

    [Theory]
    [InlineData(-50.0)]
    [InlineData(50.0)]
    public void Observe_FarInEitherTail_IsTheWiderOnes(double value)
    {
        LinearPool pool = new();
        double before = pool.Share;
        pool.Observe(pool.Apply(new([1.0], [0.0], [3.0]), new([1.0], [0.0], [4.0])), 1, value, 0.5);
        Assert.True(pool.Share > before);
    }

    [Fact]
    public void Read_Written_GoesOnAlike()
    {
        LinearPool pool = new();
        pool.Observe(pool.Apply(Wide, Peak), 2, 2.0, 0.0);
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        pool.Write(writer);
        bytes.Position = 0;
        using BinaryReader reader = new(bytes);
        Assert.Equal(pool.Share, LinearPool.Read(reader).Share);
    }
}
