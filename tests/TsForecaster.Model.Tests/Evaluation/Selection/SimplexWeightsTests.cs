using TsForecaster.Model.Evaluation.Selection;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Selection;

public sealed class SimplexWeightsTests
{
    [Fact]
    public void Minimise_IndependentErrors_WeighsByInverseVariance()
    {
        double[] weights = SimplexWeights.Minimise([1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 4.0], 3, 0.0);
        Assert.Equal(4.0 / 7.0, weights[0], 1e-6);
        Assert.Equal(2.0 / 7.0, weights[1], 1e-6);
        Assert.Equal(1.0 / 7.0, weights[2], 1e-6);
    }

    [Fact]
    public void Minimise_OneWorseAndCorrelated_LeavesItOut() =>
        Assert.Equal([1.0, 0.0], SimplexWeights.Minimise([1.0, 1.1, 1.1, 2.0], 2, 0.0).Select(weight => Math.Round(weight, 6)));

    [Fact]
    public void Minimise_StrongShrinkage_TendsToEqual() =>
        Assert.All(SimplexWeights.Minimise([1.0, 0.0, 0.0, 9.0], 2, 1e6), weight => Assert.Equal(0.5, weight, 1e-4));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void Minimise_AnyGram_IsOnTheSimplexAndNotWorseThanEqualOrSingle(int n)
    {
        Random random = new(n);
        double[] factors = [.. Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.3)], gram = new double[n * n];
        for (int i = 0; i < n * n; i++)
        {
            gram[i] = Enumerable.Range(0, n).Sum(k => factors[(i / n * n) + k] * factors[(i % n * n) + k]);
        }

        double[] weights = SimplexWeights.Minimise(gram, n, 0.0);
        Assert.All(weights, weight => Assert.InRange(weight, 0.0, 1.0));
        Assert.Equal(1.0, weights.Sum(), 1e-9);
        double Loss(double[] w) => Enumerable.Range(0, n * n).Sum(i => gram[i] * w[i / n] * w[i % n]);
        Assert.True(Loss(weights) <= Loss([.. Enumerable.Repeat(1.0 / n, n)]) + 1e-9);
        Assert.True(Loss(weights) <= Enumerable.Range(0, n).Min(i => gram[(i * n) + i]) + 1e-6);
    }
}
