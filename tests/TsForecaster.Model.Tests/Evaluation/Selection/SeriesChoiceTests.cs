using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Selection;

public sealed class SeriesChoiceTests
{
    [Fact]
    public void Weights_FewerFutures_AreNearerToEqualOnes()
    {
        // Independent errors of variances 1 and 1.5: shares 0.6 and 0.4 when there is no end of futures, and equal ones without any.
        double previous = 0.5;
        foreach (double futures in new[] { 0.01, 1.0, 10.0, 1e6 })
        {
            double better = Choice(futures, (CandidateKind.Levelled, 1.0), (CandidateKind.Levelled, Math.Sqrt(1.5))).Weights[1];
            Assert.InRange(better, previous, 0.65);
            previous = better;
        }

        Assert.Equal(0.5, Choice(0.01, (CandidateKind.Levelled, 1.0), (CandidateKind.Levelled, Math.Sqrt(1.5))).Weights[1], 0.01);
        Assert.Equal(0.6, previous, 0.03);
    }

    [Fact]
    public void Admitted_RevertingBetterInOneHalfOnly_IsNot()
    {
        Assert.Contains(2, Choice(10.0, (CandidateKind.Levelled, 1.0), (CandidateKind.Reverting, 0.5)).Admitted);
        SeriesChoice choice = Choice(10.0, (CandidateKind.Levelled, 1.0), (CandidateKind.Reverting, 0.5), laterTimes: 3.0);
        Assert.True(choice.Mse[2] < 2.0 * choice.Mse[1]);
        Assert.Equal([1], choice.Admitted);
    }

    [Fact]
    public void HonestGains_OriginsWhoseFutureABlockHasAPartIn_DoNotDecideItsWeights()
    {
        // The better candidate is told by other blocks; where every other origin overlaps, nothing tells it, and the pool is that of equal weights.
        double told = Ratio(overlap: 800), untold = Ratio(overlap: 4000);
        Assert.Equal(0.36, told * 81.0, 0.05);
        Assert.Equal(0.5 * 0.5 * (1.0 + 0.5625), untold * 81.0, 0.01);
        Assert.True(told < untold);

        static double Ratio(int overlap) => Choice(1e6, (CandidateKind.Levelled, 1.0), (CandidateKind.Levelled, 0.75), overlap: overlap).HonestGains(10, 1).Ratio;
    }

    /// <summary>A hopeless reference, then candidates with independent errors of these sizes, the last one's times a factor in the second half.</summary>
    private static SeriesChoice Choice(double futures, (CandidateKind Kind, double Size) a, (CandidateKind Kind, double Size) b, double laterTimes = 1.0, int overlap = 0)
    {
        const int Origins = 4000;
        Random random = new(1);
        double[] Errors(double size, double later) => [.. Enumerable.Range(0, Origins).Select(n => (n < Origins / 2 ? size : later * size) * (random.Next(2) - 0.5) * 2.0)];
        DensityRecipe recipe = new() { Name = "any", Shape = new WindowShape(1, 1) };
        return new SeriesChoice(
            [new(CandidateKind.Reference, recipe), new(a.Kind, recipe), new(b.Kind, recipe)], [Errors(9.0, 1.0), Errors(a.Size, 1.0), Errors(b.Size, laterTimes)], 1, futures, overlap);
    }
}
