using TsForecaster.Model.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class QuantileLevelsTests
{
    [Fact]
    public void Quantiles_AnyNumberOfLevelsAndComponents_AreThoseOfOneByOne()
    {
        double[] probabilities = [0.5, 0.05, 0.95, 1e-9, 0.25, 0.1, 1.0 - 1e-12, 0.75, 0.9, 0.5, 0.999, 0.3, 0.01];
        for (int count = 1; count <= probabilities.Length; count++)
        {
            QuantileLevels levels = new(probabilities.AsSpan(0, count));
            double[] quantiles = new double[count];
            for (int components = 1; components <= 13; components++)
            {
                UnivariateMixture mixture = MixtureReference.Random(components, (ulong)((100 * count) + components));
                mixture.Quantiles(levels, quantiles);
                Assert.Equal(probabilities[..count].Select(mixture.Quantile), quantiles);
            }
        }
    }

    [Fact]
    public void Probabilities_Given_AreCopied()
    {
        double[] probabilities = [0.1, 0.9];
        QuantileLevels levels = new(probabilities);
        probabilities[0] = 0.5;
        Assert.Equal([0.1, 0.9], levels.Probabilities.ToArray());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Constructor_NotAProbability_Throws(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantileLevels(0.5, probability));

    [Fact]
    public void Constructor_NoLevel_Throws() => Assert.Throws<ArgumentException>(() => new QuantileLevels());

    [Fact]
    public void Quantiles_AnotherLength_Throws() =>
        Assert.Throws<ArgumentException>(() => new UnivariateMixture([1.0], [0.0], [1.0]).Quantiles(new QuantileLevels(0.5, 0.9), new double[3]));
}
