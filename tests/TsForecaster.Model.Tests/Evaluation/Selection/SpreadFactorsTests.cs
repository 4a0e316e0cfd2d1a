using TsForecaster.Model.Evaluation.Selection;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Selection;

public sealed class SpreadFactorsTests
{
    /// <summary>Eight tenths of standard normal draws are smaller.</summary>
    private const double HalfWidth = 1.2815515655446004;

    [Theory]
    [InlineData(10.0, 0.0, 2.0)]
    [InlineData(10.0, 10.0, 1.0)]
    [InlineData(10.0, 30.0, 0.70710678118654757)]
    [InlineData(10.0, 1e9, 0.65975395538644721)]
    public void Of_SeenAndUnseen_WeighsByTheirFutures(double unseen, double seen, double expected)
    {
        // Half as wide as said on seen rows, twice as wide on unseen ones; of the seen futures no more than forty count: 2^(1/5 − 4/5).
        double[] factors = SpreadFactors.Of([Ratios(0.5)], [Ratios(2.0)], [1], (unseen, seen));
        Assert.Equal(expected, Assert.Single(factors), 1e-9);
    }

    [Fact]
    public void Of_NothingSeen_TakesTheUnseen()
    {
        Assert.All(SpreadFactors.Of([[], []], [Ratios(1.5), Ratios(1.5)], [1, 3], (1.0, 0.0)), factor => Assert.Equal(1.5, factor, 1e-9));
        Assert.All(SpreadFactors.Of([[], []], [[], []], [1, 3], (1.0, 0.0)), factor => Assert.Equal(1.0, factor));
    }

    [Fact]
    public void Of_FewHugeErrors_AreNotDenied()
    {
        // Nine in ten are a thousandth, one in ten is three: root mean square 0.95.
        List<double> rare = [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 0 ? 3.0 : 1e-3)];
        Assert.Equal(0.5 * 0.3 * Math.Sqrt(10.0), Assert.Single(SpreadFactors.Of([rare], [rare], [1], (10.0, 10.0))), 1e-3);
    }

    private static List<double> Ratios(double factor) => [.. Enumerable.Range(0, 1000).Select(i => factor * HalfWidth * i / 800.0)];
}
