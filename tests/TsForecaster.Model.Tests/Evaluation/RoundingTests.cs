using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class RoundingTests
{
    [Theory]
    [InlineData(0.002)]
    [InlineData(1.0)]
    [InlineData(25.0)]
    public void Of_RoundedValues_IsTheirStep(double step)
    {
        SeededRandom random = new(1);
        double[] values = [double.NaN, .. Enumerable.Range(0, 500).Select(_ => step * Math.Round(10.0 * random.NextGaussian()))];
        Assert.Equal(step, Rounding.Of(values), 9);
    }

    [Fact]
    public void Of_ContinuousFewOrNoValues_IsZero()
    {
        SeededRandom random = new(1);
        Assert.Equal(0.0, Rounding.Of([.. Enumerable.Range(0, 500).Select(_ => random.NextGaussian())]));
        Assert.Equal(0.0, Rounding.Of([5.0, 5.0, 5.0]));
        Assert.Equal(0.0, Rounding.Of([double.NaN]));
        Assert.Equal(0.0, Rounding.Of([]));
    }

    [Fact]
    public void Within_OfMostlyTheSameValue_MakesItsTransformUniform()
    {
        PitHistogram raw = new(), spread = new();
        SeededRandom random = new(3);
        for (int step = 0; step < 4000; step++)
        {
            double value = Math.Round(0.6 * random.NextGaussian());
            raw.Add(StandardNormal.Cdf(value / 0.6));
            spread.Add(StandardNormal.Cdf(Rounding.Within(value, 1.0, step) / 0.6));
        }

        Assert.True(raw.KolmogorovSmirnov() > 0.25);
        Assert.True(spread.KolmogorovSmirnov() < 0.06, $"{spread.KolmogorovSmirnov()}");
    }
}
