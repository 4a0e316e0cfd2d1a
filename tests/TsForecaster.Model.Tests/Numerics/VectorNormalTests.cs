using System.Runtime.Intrinsics;
using MathNet.Numerics;
using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class VectorNormalTests
{
    // In 40 digits, rounded.
    [Theory]
    [InlineData(-37.5, 4.60535300958195484e-308, 4.3320395385144011e-306)]
    [InlineData(-30, 4.90671392714818706e-198, 3.69388306848725622e-196)]
    [InlineData(-20.25, 1.77619986494957003e-91, 9.03773300764096362e-90)]
    [InlineData(-12.5, 3.73256429887771338e-36, 1.1769109439216723e-34)]
    [InlineData(-8, 6.22096057427178412e-16, 1.26641655490941757e-14)]
    [InlineData(-6, 9.86587645037698141e-10, 1.52299797447126284e-8)]
    [InlineData(-4.5, 3.3976731247300604e-6, 0.0000400652973929510675)]
    [InlineData(-3, 0.00134989803163009453, 0.0111089965382423065)]
    [InlineData(-2, 0.0227501319481792072, 0.135335283236612692)]
    [InlineData(-1.5, 0.066807201268858066, 0.32465246735834973)]
    [InlineData(-1, 0.158655253931457051, 0.606530659712633424)]
    [InlineData(-0.5, 0.308537538725986896, 0.882496902584595403)]
    [InlineData(-0.125, 0.450261775169887107, 0.992217938260243512)]
    [InlineData(-1e-5, 0.499996010577196052, 0.99999999995)]
    [InlineData(0.25, 0.598706325682923724, 0.969233234476344082)]
    [InlineData(0.75, 0.773372647623131801, 0.754839601989007337)]
    [InlineData(1.25, 0.894350226333144742, 0.457833361771614261)]
    [InlineData(2.5, 0.993790334674223865, 0.0439369336234074173)]
    [InlineData(4, 0.99996832875816688, 0.000335462627902511839)]
    public void Cdf_KnownPoints_IsWithinUnitsInTheLastPlace(double z, double cdf, double exponential)
    {
        Vector256<double> actual = VectorNormal.Cdf(Vector256.Create(z), out Vector256<double> e);
        Assert.InRange(actual[3], cdf - (6.0 * Ulp(cdf)), cdf + (6.0 * Ulp(cdf)));
        Assert.InRange(e[3], exponential - (2.0 * Ulp(exponential)), exponential + (2.0 * Ulp(exponential)));
    }

    [Fact]
    public void Cdf_WholeRange_AgreesWithTheScalarOne()
    {
        for (double z = -37.4; z < 9.0; z += 1.0 / 512)
        {
            // The reference squares z without the square's rounding error.
            double expected = 0.5 * SpecialFunctions.Erfc(-z / Math.Sqrt(2.0));
            double tolerance = 4e-16 * (4.0 + (z * z));
            Assert.InRange(Cdf(z) / expected, 1.0 - tolerance, 1.0 + tolerance);
        }
    }

    [Theory]
    [InlineData(double.NegativeInfinity, 0.0)]
    [InlineData(-1e300, 0.0)]
    [InlineData(-39.0, 0.0)]
    [InlineData(0.0, 0.5)]
    [InlineData(39.0, 1.0)]
    [InlineData(double.PositiveInfinity, 1.0)]
    [InlineData(double.NaN, double.NaN)]
    public void Cdf_AtTheEdges_IsExact(double z, double expected) => Assert.Equal(expected, Cdf(z));

    [Fact]
    public void Cdf_RisingArguments_Rises()
    {
        double before = 0.0;
        for (double z = -38.0; z < 38.0; z += 1.0 / 64)
        {
            Assert.True(Cdf(z) >= before);
            before = Cdf(z);
        }
    }

    [Fact]
    public void Cdf_FourLanes_EachTheSameAsAlone()
    {
        double[] z = [-30.0, 0.3, double.NaN, 7.0];
        Vector256<double> lanes = VectorNormal.Cdf(Vector256.Create(z), out Vector256<double> exponentials);

        for (int lane = 0; lane < z.Length; lane++)
        {
            Vector256<double> alone = VectorNormal.Cdf(Vector256.Create(z[lane]), out Vector256<double> exponential);
            Assert.Equal((alone[0], exponential[0]), (lanes[lane], exponentials[lane]));
            Assert.Equal(StandardNormal.Cdf(z[lane]), lanes[lane]);
        }
    }

    [Fact]
    public void MeanAbsolute_WholeRange_AgreesWithTheScalarOne()
    {
        for (double z = 0.0; z < 45.0; z += 1.0 / 512)
        {
            double expected = (z * (1.0 - SpecialFunctions.Erfc(z / Math.Sqrt(2.0)))) + (2.0 * Math.Exp(-0.5 * z * z) / Math.Sqrt(Math.Tau));
            Close(expected, VectorNormal.MeanAbsolute(Vector256.Create(z))[1]);
        }

        static void Close(double expected, double actual) => Assert.InRange(actual / expected, 1.0 - 1e-15, 1.0 + 1e-15);
    }

    [Theory]
    [InlineData(1e300, 1e300)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    public void MeanAbsolute_AtTheEdges_IsTheNumberItself(double z, double expected) =>
        Assert.Equal(expected, VectorNormal.MeanAbsolute(Vector256.Create(z)).ToScalar());

    private static double Cdf(double z) => VectorNormal.Cdf(Vector256.Create(z), out _)[2];

    private static double Ulp(double x) => Math.BitIncrement(x) - x;
}
