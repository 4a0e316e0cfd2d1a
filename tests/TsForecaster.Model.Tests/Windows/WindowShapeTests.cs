using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class WindowShapeTests
{
    [Fact]
    public void Contiguous_Lags_AreTheLastSteps()
    {
        WindowShape shape = new(3, 2, 2);
        Assert.Equal([3, 2, 1], shape.Lags);
        Assert.Equal((3, 3, 5, 10, 6, 4, true), (shape.Past, shape.Reach, shape.Steps, shape.Dimension, shape.PastDimension, shape.FutureDimension, shape.IsContiguous));
    }

    [Fact]
    public void OfLags_AnyOrder_FallAndReachToTheFirst()
    {
        WindowShape shape = WindowShape.OfLags([1, 24, 2, 25], 4);
        Assert.Equal([25, 24, 2, 1], shape.Lags);
        Assert.Equal((4, 25, 8, false), (shape.Past, shape.Reach, shape.Dimension, shape.IsContiguous));
    }

    [Fact]
    public void Equals_SameLags_IsTrueHoweverTheyWereGiven()
    {
        Assert.Equal(new WindowShape(3, 2), WindowShape.OfLags([1, 2, 3], 2));
        Assert.Equal(new WindowShape(3, 2).GetHashCode(), WindowShape.OfLags([1, 2, 3], 2).GetHashCode());
        Assert.NotEqual(new WindowShape(3, 2), WindowShape.OfLags([1, 2, 4], 2));
        Assert.NotEqual(new WindowShape(3, 2), new WindowShape(3, 1));
    }

    [Theory]
    [InlineData(new int[0], "at least one lag")]
    [InlineData(new[] { 1, 0 }, "the lag 0 is below 1")]
    [InlineData(new[] { 4, 2, 4 }, "the lag 4 is there twice")]
    public void OfLags_Impossible_IsRefused(int[] lags, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => WindowShape.OfLags(lags, 1)).Message, StringComparison.Ordinal);
}
