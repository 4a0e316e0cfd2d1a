using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class StandardNormalTests
{
    [Theory]
    [InlineData(0.0, 0.5)]
    [InlineData(1.0, 0.8413447460685429)]
    [InlineData(1.96, 0.9750021048517795)]
    [InlineData(-3.0, 0.0013498980316300946)]
    [InlineData(-10.0, 7.619853024160527e-24)]
    [InlineData(-37.0, 5.725571222524577e-300)]
    public void Cdf_KnownPoints_HaveFullRelativeAccuracy(double z, double expected) =>
        Assert.InRange(StandardNormal.Cdf(z) / expected, 1.0 - 1e-12, 1.0 + 1e-12);

    [Theory]
    [InlineData(0.5, 0.0)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.05, -1.6448536269514729)]
    [InlineData(1e-10, -6.361340902404056)]
    public void InverseCdf_KnownPoints_AreAccurate(double probability, double expected) =>
        Assert.InRange(StandardNormal.InverseCdf(probability), expected - 1e-11, expected + 1e-11);

    [Fact]
    public void InverseCdf_EndsAndOutside_AreInfiniteOrNaN()
    {
        Assert.Equal(double.NegativeInfinity, StandardNormal.InverseCdf(0.0));
        Assert.Equal(double.PositiveInfinity, StandardNormal.InverseCdf(1.0));
        Assert.True(double.IsNaN(StandardNormal.InverseCdf(-0.1)));
        Assert.True(double.IsNaN(StandardNormal.InverseCdf(1.1)));
    }

    [Fact]
    public void InverseCdf_OfTheCdf_IsTheIdentity()
    {
        for (double z = -8.0; z <= 5.0; z += 0.125)
        {
            Assert.InRange(StandardNormal.InverseCdf(StandardNormal.Cdf(z)), z - 1e-9, z + 1e-9);
        }
    }

    [Fact]
    public void Density_IsTheSlopeOfTheCdf()
    {
        const double Step = 1e-5;
        for (double z = -4.0; z <= 4.0; z += 0.5)
        {
            double slope = (StandardNormal.Cdf(z + Step) - StandardNormal.Cdf(z - Step)) / (2.0 * Step);
            Assert.Equal(slope, StandardNormal.Density(z), 9);
        }
    }
}
