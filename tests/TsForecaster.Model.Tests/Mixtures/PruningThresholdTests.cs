using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>
/// Where components are left early (E-step) and responsibilities skipped (M-step): not before the bound that the code derives, and at
/// it. Windows lie on both sides of it, so that a threshold that is too weak or too strong fails.
/// </summary>
public sealed class PruningThresholdTests
{
    private const double Spacing = 20.0;

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 40)]
    [InlineData(16, 9)]
    [InlineData(64, 3)]
    [InlineData(64, 33)]
    public void Expectation_OwnerIsNearest_LeavesComponentsMoreThanTheBoundBelow(int components, int dimension)
    {
        double bound = Math.Log(components) + (53.0 * Math.Log(2.0)) + 1.0;
        (GaussianMixture mixture, WindowSet windows) = Line(components, dimension, near: 0);

        double[][] found = Expect(mixture, windows), exact = Exact(mixture, windows);

        int left = 0, kept = 0;
        for (int n = 0; n < windows.Count; n++)
        {
            for (int k = 1; k < components; k++)
            {
                double below = Math.Log(exact[n][0] / exact[n][k]);
                if (below > bound + 1e-9)
                {
                    left++;
                    Assert.Equal(0.0, found[k][n]);
                }
                else if (below < bound - 1e-9)
                {
                    kept++;
                    Assert.InRange(found[k][n] / exact[n][k], 1.0 - 1e-9, 1.0 + 1e-9);
                }
            }

            AssertNothingLost(found, exact, n);
        }

        Assert.True(left > 100 && kept > 100, $"{left} left, {kept} kept");
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(16, 9)]
    [InlineData(64, 33)]
    public void Expectation_OwnerIsAWrongGuess_LosesNothing(int components, int dimension)
    {
        (GaussianMixture mixture, WindowSet windows) = Line(components, dimension, near: components - 1);

        double[][] found = Expect(mixture, windows), exact = Exact(mixture, windows);

        for (int n = 0; n < windows.Count; n++)
        {
            AssertNothingLost(found, exact, n);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(36)]
    public void Maximization_ShareAtTheBound_CountsFromItOnAndNotBelow(int window)
    {
        const int Count = 37, Dimension = 3;
        const double Far = 1e9;
        double[] data = new double[Count * Dimension];
        data.AsSpan(window * Dimension, Dimension).Fill(Far);
        WindowRows rows = new(WindowSet.FromRows(data, Dimension));
        using ForkJoin alone = new(1);
        FullMaximization sums = new(rows, 1, alone, null, null);
        double[] atZero = new double[rows.Width];
        for (int i = 0; i < Dimension; i++)
        {
            atZero[i] = -rows.Origin[i];
        }

        double[] Scatter(double share)
        {
            double[] shares = new double[Count], scatter = new double[Dimension * Dimension];
            shares[window] = share;
            sums.Run([shares], [atZero], withProducts: true);
            sums.AddProducts(0, 0.0, new double[Dimension], scatter);
            Assert.Equal(share < 1e-16 ? 0.0 : share, sums.Size(0));
            return scatter;
        }

        Assert.All(Scatter(0.999e-16), number => Assert.Equal(0.0, number));
        Assert.All(Scatter(1.001e-16), number => Assert.Equal(1.001e-16 * Far * Far, number, 1e-9));
    }

    [Theory]
    [InlineData(CovarianceShape.Full)]
    [InlineData(CovarianceShape.Tied)]
    [InlineData(CovarianceShape.Diagonal)]
    [InlineData(CovarianceShape.Spherical)]
    public void Fit_TinyShareOfAFarWindow_CountsAsInTheTextbook(CovarianceShape shape)
    {
        const int Count = 60;
        double[] data = RandomData.Clusters(Count, 2, 1, 0.0, 4);
        (data[0], data[1]) = (1e9, -1e9);
        double[] shares = RandomData.Shares(Count, 2, 5);

        // Worth several times the other windows' scatter.
        (shares[0], shares[1]) = (2e-16, 1.0 - 2e-16);
        WindowSet windows = WindowSet.FromRows(data, 2);
        NaiveMixture expected = NaiveMixture.Maximise(windows, [.. shares.Chunk(2)], shape);

        FitOptions options = new() { Components = 2, Shape = shape, Ridge = 0.0, MaxIterations = 1, InitialResponsibilities = shares };
        GaussianMixture mixture = ExpectationMaximization.Fit(windows, options).Mixture!;

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected.Covariances[0][i], mixture.Covariance(0)[i], 1e-6 * expected.Covariances[0][0]);
        }
    }

    /// <summary>
    /// One component at the origin or the last alone at <see cref="Spacing"/>, all others at the opposite end, and windows between whose
    /// distant components lie from 12 above to 3 below the bound.
    /// </summary>
    private static (GaussianMixture Mixture, WindowSet Windows) Line(int components, int dimension, int near)
    {
        const int Count = 1500;
        double unit = 1.0 / Math.Sqrt(dimension);
        double[] means = new double[components * dimension], covariances = new double[components * dimension * dimension];
        for (int k = 0; k < components; k++)
        {
            means.AsSpan(k * dimension, dimension).Fill(k == near ? 0.0 : Spacing * unit);
            for (int i = 0; i < dimension; i++)
            {
                covariances[(((k * dimension) + i) * dimension) + i] = 1.0;
            }
        }

        double bound = Math.Log(components) + (53.0 * Math.Log(2.0)) + 1.0;
        double[] rows = new double[Count * dimension];
        for (int n = 0; n < Count; n++)
        {
            double below = bound - 12.0 + (0.01 * n);
            rows.AsSpan(n * dimension, dimension).Fill(((0.5 * Spacing) - (below / Spacing)) * unit);
        }

        double[] weights = new double[components];
        Array.Fill(weights, 1.0);
        return (GaussianMixture.Create(weights, means, covariances), WindowSet.FromRows(rows, dimension));
    }

    private static double[][] Expect(GaussianMixture mixture, WindowSet windows)
    {
        FitOptions options = new() { Components = mixture.Components, Threads = 1 };
        using FullSteps steps = new(windows, options, new RidgedCovariance(windows, 0.0, 0.0));
        double[][] responsibilities = new double[mixture.Components][];
        for (int k = 0; k < responsibilities.Length; k++)
        {
            responsibilities[k] = new double[windows.Count];
        }

        steps.Begin(mixture);
        steps.Expect(responsibilities);
        return responsibilities;
    }

    private static double[][] Exact(GaussianMixture mixture, WindowSet windows) => [.. NaiveMixture.Rows(windows).Select(row =>
    {
        double[] shares = new double[mixture.Components];
        mixture.Responsibilities(row, shares);
        return shares;
    })];

    /// <summary>What was left of p(x), all components together, is less than half a unit in its last place.</summary>
    private static void AssertNothingLost(double[][] found, double[][] exact, int n)
    {
        double lost = 0.0;
        for (int k = 0; k < found.Length; k++)
        {
            lost += found[k][n] == 0.0 ? exact[n][k] : 0.0;
        }

        Assert.InRange(lost, 0.0, Math.ScaleB(1.0, -53));
    }
}
