using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class VectorExpTests
{
    [Fact]
    public void Exp_WholeRange_IsWithinOneUnitInTheLastPlace()
    {
        SeededRandom random = new(2);
        for (int i = 0; i < 20000; i++)
        {
            double x = i % 2 == 0 ? -708.0 * random.NextUniform() : -2.0 * random.NextUniform();
            double expected = Math.Exp(x);

            // The reference is itself within one unit.
            Assert.InRange(Exp(x), expected - (2.0 * Ulp(expected)), expected + (2.0 * Ulp(expected)));
        }
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(-708.5, 0.0)]
    [InlineData(double.NegativeInfinity, 0.0)]
    [InlineData(double.NaN, double.NaN)]
    public void Exp_AtTheEdges_IsExact(double x, double expected) => Assert.Equal(expected, Exp(x));

    [Fact]
    public void Exp_FourLanes_EachTheSameAsAlone()
    {
        Vector256<double> lanes = VectorExp.Exp(Vector256.Create(-0.1, -30.0, -800.0, -2.5));

        Assert.Equal([Exp(-0.1), Exp(-30.0), 0.0, Exp(-2.5)], [lanes[0], lanes[1], lanes[2], lanes[3]]);
    }

    private static double Exp(double x) => VectorExp.Exp(Vector256.Create(x))[2];

    private static double Ulp(double x) => Math.BitIncrement(x) - x;
}
