using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class GaussianMixtureTests
{
    private static readonly GaussianMixture Pair = GaussianMixture.Create(
        [0.3, 0.7], [0.0, 1.0, 4.0, -2.0], [2.0, 0.6, 0.6, 1.0, 1.0, -0.4, -0.4, 0.5]);

    [Fact]
    public void LogDensity_AnyPoint_IsTheNaiveFormula()
    {
        foreach (double[] x in NaiveMixture.Rows(RandomData.ClusterRows(50, 2, 2, 2.0, 1)))
        {
            Assert.Equal(Math.Log(NaiveMixture.Of(Pair).JointDensities(x).Sum()), Pair.LogDensity(x), 10);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void ScoreSamples_WholeAndPartBlocks_AreTheNaiveLogSumOfComponentDensities(int count)
    {
        WindowSet rows = RandomData.ClusterRows(count, 2, 2, 2.0, (ulong)count);
        NaiveMixture naive = NaiveMixture.Of(Pair);

        double[] scores = Pair.ScoreSamples(rows);

        NaiveMatrix.AssertClose([.. NaiveMixture.Rows(rows).Select(x => Math.Log(naive.JointDensities(x).Sum()))], scores, 1e-11);
    }

    [Fact]
    public void ScoreSamples_NormalisedWindows_ScoreWhatCopyToGives()
    {
        double[] history = RandomData.Clusters(300, 1, 3, 5.0, 2);
        WindowSet windows = WindowSet.Over(history, new WindowShape(4, 3), new Normalisation(Centring.Mean, Scaling.StandardDeviation));
        GaussianMixture mixture = ExpectationMaximization.Fit(windows, new FitOptions { Components = 3, MaxIterations = 5 }).Mixture!;

        NaiveMatrix.AssertClose([.. NaiveMixture.Rows(windows).Select(x => mixture.LogDensity(x))], mixture.ScoreSamples(windows), 1e-11);
    }

    [Fact]
    public void Responsibilities_AnyPoint_SumToOneAndFollowBayes()
    {
        double[] shares = new double[2];
        foreach (double[] x in NaiveMixture.Rows(RandomData.ClusterRows(50, 2, 2, 2.0, 3)))
        {
            double logDensity = Pair.Responsibilities(x, shares);
            double[] joint = NaiveMixture.Of(Pair).JointDensities(x);

            Assert.Equal(1.0, shares.Sum(), 14);
            Assert.Equal(joint[0] / joint.Sum(), shares[0], 11);
            Assert.Equal(Pair.LogDensity(x), logDensity, 13);
            Assert.Equal(shares[0] >= shares[1] ? 0 : 1, Pair.Classify(x));
        }
    }

    [Fact]
    public void Responsibilities_PointWhereEveryDensityUnderflows_StillSumToOne()
    {
        double[] shares = new double[2];

        double logDensity = Pair.Responsibilities([1e4, 1e4], shares);

        Assert.True(double.IsFinite(logDensity) && logDensity < -1e6);
        Assert.Equal(1.0, shares.Sum());
    }

    [Fact]
    public void Sample_ManyDraws_HaveTheMomentsOfEachComponent()
    {
        const int Count = 100_000;
        (double[] rows, int[] components) = Pair.Sample(Count, 21);

        for (int k = 0; k < 2; k++)
        {
            int[] own = [.. Enumerable.Range(0, Count).Where(n => components[n] == k)];
            Assert.Equal(Pair.Weights[k], own.Length / (double)Count, 2);
            for (int i = 0; i < 2; i++)
            {
                double mean = own.Average(n => rows[(2 * n) + i]);
                Assert.InRange(mean, Pair.Mean(k)[i] - 0.03, Pair.Mean(k)[i] + 0.03);
                for (int j = 0; j < 2; j++)
                {
                    double covariance = own.Average(n => (rows[(2 * n) + i] - Pair.Mean(k)[i]) * (rows[(2 * n) + j] - Pair.Mean(k)[j]));
                    Assert.InRange(covariance, Pair.Covariance(k)[(2 * i) + j] - 0.04, Pair.Covariance(k)[(2 * i) + j] + 0.04);
                }
            }
        }
    }

    [Fact]
    public void Sample_SameSeed_GivesTheSameRows()
    {
        (double[] rows, int[] components) = Pair.Sample(20, 5);
        (double[] again, int[] componentsAgain) = Pair.Sample(20, 5);

        Assert.Equal(rows, again);
        Assert.Equal(components, componentsAgain);
        Assert.NotEqual(rows, Pair.Sample(20, 6).Rows);
    }

    [Fact]
    public void Create_Arguments_AreCopiedAndWeightsScaled()
    {
        double[] weights = [2.0, 6.0], means = [0.0, 5.0], covariances = [1.0, 4.0];
        GaussianMixture mixture = GaussianMixture.Create(weights, means, covariances);
        (weights[0], means[0], covariances[0]) = (9.0, 9.0, 9.0);

        Assert.Equal([0.25, 0.75], mixture.Weights.ToArray());
        Assert.Equal(0.0, mixture.Mean(0)[0]);
        Assert.Equal(1.0, mixture.Covariance(0)[0]);
        Assert.Equal(2.0, mixture.CholeskyFactor(1)[0]);
    }

    [Fact]
    public void Create_FromTheParametersOfAFit_KeepsEveryBit()
    {
        GaussianMixture fitted = ExpectationMaximization.Fit(RandomData.ClusterRows(200, 3, 3, 3.0, 9), new FitOptions { Components = 3 }).Mixture!;
        double[] means = [.. Enumerable.Range(0, 3).SelectMany(k => fitted.Mean(k).ToArray())];
        double[] covariances = [.. Enumerable.Range(0, 3).SelectMany(k => fitted.Covariance(k).ToArray())];

        GaussianMixture copy = GaussianMixture.Create(fitted.Weights, means, covariances);

        Assert.Equal(fitted.Weights.ToArray(), copy.Weights.ToArray());
        Assert.Equal(fitted.CholeskyFactor(2).ToArray(), copy.CholeskyFactor(2).ToArray());
        Assert.Equal(fitted.LogDensity([1.0, 2.0, 3.0]), copy.LogDensity([1.0, 2.0, 3.0]));
    }

    [Fact]
    public void Create_WeightZero_IsAComponentThatNeverOwnsAnything()
    {
        GaussianMixture mixture = GaussianMixture.Create([0.0, 1.0], [0.0, 5.0], [1.0, 1.0]);
        double[] shares = new double[2];

        mixture.Responsibilities([0.0], shares);

        Assert.Equal([0.0, 1.0], shares);
    }

    [Theory]
    [InlineData(CovarianceShape.Full, (3 - 1) + (3 * 4) + (3 * 10))]
    [InlineData(CovarianceShape.Tied, (3 - 1) + (3 * 4) + 10)]
    [InlineData(CovarianceShape.Diagonal, (3 - 1) + (3 * 4) + (3 * 4))]
    [InlineData(CovarianceShape.Spherical, (3 - 1) + (3 * 4) + 3)]
    public void FreeParameters_EachShape_CountsWhatCanMove(CovarianceShape shape, int expected)
    {
        WindowSet rows = RandomData.ClusterRows(100, 4, 3, 4.0, 6);
        FitResult fit = ExpectationMaximization.Fit(rows, new FitOptions { Components = 3, Shape = shape });

        Assert.Equal(expected, fit.Mixture!.FreeParameters);
        Assert.Equal(expected, fit.Report.FreeParameters);
    }
}
