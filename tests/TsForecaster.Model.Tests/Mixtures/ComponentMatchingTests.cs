using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class ComponentMatchingTests
{
    [Theory]
    [InlineData(CovarianceShape.Full)]
    [InlineData(CovarianceShape.Diagonal)]
    public void Match_ShuffledMixture_FindsTheShuffle(CovarianceShape shape)
    {
        WindowSet windows = RandomData.ClusterRows(300, 3, 5, 6.0, 3);
        GaussianMixture old = ExpectationMaximization.Fit(windows, new FitOptions { Components = 5, Shape = shape, Seed = 2 }).Mixture!;
        int[] shuffle = [3, 0, 4, 1, 2];

        GaussianMixture shuffled = old.Reordered(shuffle);

        Assert.Equal(shuffle, ComponentMatching.Match(old, shuffled, windows));
        Assert.Equal(old.Weights.ToArray(), ComponentMatching.Relabel(old, shuffled, windows).Weights.ToArray());
    }

    [Fact]
    public void Match_OneOldComponentOverlapsBothNewOnes_TakesTheBestTotal()
    {
        // Old 0 overlaps with both new components, old 1 with the first alone.
        double[] values = [.. Enumerable.Range(0, 400).Select(n => (n * 0.02) - 4.0)];
        WindowSet windows = WindowSet.FromRows(values, 1);
        GaussianMixture old = GaussianMixture.Create([0.5, 0.5], [0.1, -3.0], [1.0, 1.0]);
        GaussianMixture fresh = GaussianMixture.Create([0.7, 0.3], [-0.8, 3.0], [4.0, 0.5]);

        int[] found = ComponentMatching.Match(old, fresh, windows);

        Assert.Equal(BestByTrial(old, fresh, windows), found);
        Assert.Equal([1, 0], found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Match_RandomMixtures_IsTheBestOfAllPermutations(int seed)
    {
        WindowSet windows = RandomData.ClusterRows(120, 2, 4, 2.0, (ulong)seed);
        GaussianMixture Fit(ulong start) => ExpectationMaximization.Fit(windows, new FitOptions { Components = 4, Seed = start, MaxIterations = 3 }).Mixture!;
        GaussianMixture old = Fit(10), fresh = Fit(20);

        Assert.Equal(BestByTrial(old, fresh, windows), ComponentMatching.Match(old, fresh, windows));
    }

    [Fact]
    public void Match_FewerOldComponents_LeavesTheSpareOneUnmatched()
    {
        WindowSet windows = RandomData.ClusterRows(300, 2, 3, 8.0, 3);
        GaussianMixture fresh = ExpectationMaximization.Fit(windows, new FitOptions { Components = 3, Seed = 2 }).Mixture!;
        GaussianMixture old = GaussianMixture.Create(
            [0.5, 0.5], [.. fresh.Mean(2), .. fresh.Mean(0)], [.. fresh.Covariance(2), .. fresh.Covariance(0)]);

        Assert.Equal([1, -1, 0], ComponentMatching.Match(old, fresh, windows));
        Assert.Equal(fresh.Weights[2], ComponentMatching.Relabel(old, fresh, windows).Weights[0]);
    }

    [Fact]
    public void Fit_WarmStartOnASlidHistory_ConvergesSoonerAndKeepsItsLabels()
    {
        SeededRandom random = new(4);
        double[] series = new double[1500];
        for (int i = 1; i < series.Length; i++)
        {
            series[i] = (0.4 * series[i - 1]) + (5.0 * Math.Abs(((i % 24) / 12.0) - 1.0)) + (0.3 * random.NextGaussian());
        }

        WindowSet Slice(int from) => WindowSet.Over(series.AsMemory(from, 1200), new WindowShape(8, 4), Normalisation.None);
        FitOptions options = new() { Components = 4, Seed = 3, Tolerance = 1e-4 };
        FitResult old = ExpectationMaximization.Fit(Slice(0), options);
        FitResult cold = ExpectationMaximization.Fit(Slice(24), options with { Seed = 8 });
        FitResult warm = ExpectationMaximization.Fit(Slice(24), options with { InitialMixture = old.Mixture });

        Assert.InRange(warm.Report.Iterations, 1, Math.Min(8, cold.Report.Iterations - 1));
        Assert.Equal([0, 1, 2, 3], ComponentMatching.Match(old.Mixture!, warm.Mixture!, Slice(24)));
    }

    private static int[] BestByTrial(GaussianMixture old, GaussianMixture fresh, WindowSet windows)
    {
        double[,] overlap = new double[fresh.Components, old.Components];
        double[] x = new double[windows.Dimension], before = new double[old.Components], after = new double[fresh.Components];
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, x);
            old.Responsibilities(x, before);
            fresh.Responsibilities(x, after);
            for (int j = 0; j < after.Length; j++)
            {
                for (int i = 0; i < before.Length; i++)
                {
                    overlap[j, i] += after[j] * before[i];
                }
            }
        }

        return Permutations(old.Components).MaxBy(order => order.Select((i, j) => overlap[j, i]).Sum())!;
    }

    private static IEnumerable<int[]> Permutations(int count) => count == 0
        ? [[]]
        : Permutations(count - 1).SelectMany(shorter => Enumerable.Range(0, count).Select(at => (int[])[.. shorter[..at], count - 1, .. shorter[at..]]));
}
