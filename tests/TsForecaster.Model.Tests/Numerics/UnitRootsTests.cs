using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class UnitRootsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(128)]
    [InlineData(2048)]
    public void At_EveryRoot_IsWithinAUnitInTheLastPlaceOfOne(int n)
    {
        for (int j = 0; j < n; j++)
        {
            (double cosine, double minusSine) = UnitRoots.At(j, n);
            double angle = 2.0 * Math.PI * j / n;

            Assert.Equal(Math.Cos(angle), cosine, Math.ScaleB(1.0, -52) + (angle * Math.ScaleB(1.0, -53)));
            Assert.Equal(-Math.Sin(angle), minusSine, Math.ScaleB(1.0, -52) + (angle * Math.ScaleB(1.0, -53)));
        }
    }

    [Fact]
    public void At_QuartersOfTheCircle_AreExact()
    {
        Assert.Equal([(1.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (0.0, 1.0)], Enumerable.Range(0, 4).Select(j => UnitRoots.At(16 * j, 64)));
    }
}
