using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class LogSumExpTests
{
    [Fact]
    public void Of_ModerateValues_IsTheNaiveFormula() =>
        Assert.Equal(Math.Log(Math.Exp(0.3) + Math.Exp(-1.2) + Math.Exp(2.0)), LogSumExp.Of([0.3, -1.2, 2.0]), 14);

    [Theory]
    [InlineData(-1e5)]
    [InlineData(1e5)]
    public void Of_ValuesFarOutsideTheRangeOfExp_NeitherOverflowsNorUnderflows(double level) =>
        Assert.Equal(level + Math.Log(2.0), LogSumExp.Of([level, level]), 9);

    [Fact]
    public void Of_NothingOrNoMass_IsMinusInfinity()
    {
        Assert.Equal(double.NegativeInfinity, LogSumExp.Of([]));
        Assert.Equal(double.NegativeInfinity, LogSumExp.Of([double.NegativeInfinity, double.NegativeInfinity]));
        Assert.True(double.IsNaN(LogSumExp.Of([0.0, double.NaN])));
    }

    [Fact]
    public void Normalise_AnyValues_GivesSharesAndReturnsTheSum()
    {
        double[] values = [-1000.0, -1001.0, double.NegativeInfinity];
        double expected = LogSumExp.Of(values);

        double sum = LogSumExp.Normalise(values);

        Assert.Equal(expected, sum);
        Assert.Equal(1.0, values.Sum(), 15);
        Assert.Equal(Math.E, values[0] / values[1], 12);
        Assert.Equal(0.0, values[2]);
    }

    [Fact]
    public void Normalise_NoMassAnywhere_SharesEqually()
    {
        double[] values = [double.NegativeInfinity, double.NegativeInfinity];

        Assert.Equal(double.NegativeInfinity, LogSumExp.Normalise(values));
        Assert.Equal([0.5, 0.5], values);
    }
}
