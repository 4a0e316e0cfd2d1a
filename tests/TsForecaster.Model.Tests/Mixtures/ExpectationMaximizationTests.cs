using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Data;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class ExpectationMaximizationTests
{
    private static readonly double[] TruthCovariances = [1.0, 0.5, 0.5, 2.0, 0.5, -0.2, -0.2, 0.3, 3.0, 0.0, 0.0, 0.2];
    private static readonly GaussianMixture Truth = GaussianMixture.Create([0.5, 0.3, 0.2], [0, 0, 8, 8, -8, 8], TruthCovariances);

    [Fact]
    public void Fit_ManyDrawsOfAMixture_RecoversIt()
    {
        WindowSet rows = WindowSet.FromRows(Truth.Sample(20_000, 3).Rows, 2);
        GaussianMixture fitted = ExpectationMaximization.Fit(rows, new FitOptions { Components = 3, Ridge = 0.0 }).Mixture!;

        for (int k = 0; k < 3; k++)
        {
            int match = fitted.Classify(Truth.Mean(k));
            Assert.InRange(fitted.Weights[match], Truth.Weights[k] - 0.015, Truth.Weights[k] + 0.015);
            for (int i = 0; i < 2; i++)
            {
                Assert.InRange(fitted.Mean(match)[i], Truth.Mean(k)[i] - 0.1, Truth.Mean(k)[i] + 0.1);
            }

            for (int i = 0; i < 4; i++)
            {
                Assert.InRange(fitted.Covariance(match)[i], Truth.Covariance(k)[i] - 0.15, Truth.Covariance(k)[i] + 0.15);
            }
        }
    }

    [Theory]
    [InlineData(CovarianceShape.Full)]
    [InlineData(CovarianceShape.Tied)]
    [InlineData(CovarianceShape.Diagonal)]
    [InlineData(CovarianceShape.Spherical)]
    public void Fit_WarmStart_GoesOnWhereTheColdOneStoppedToTheBit(CovarianceShape shape)
    {
        FitOptions options = new() { Components = 3, Shape = shape, Tolerance = 0.0, Ridge = 1e-6, Seed = 4 };
        FitResult cold = ExpectationMaximization.Fit(ReferenceData.Iris, options with { MaxIterations = 9 });
        FitResult half = ExpectationMaximization.Fit(ReferenceData.Iris, options with { MaxIterations = 5 });
        FitResult warm = ExpectationMaximization.Fit(ReferenceData.Iris, options with { MaxIterations = 4, InitialMixture = half.Mixture });

        Assert.Equal(StopReason.MaxIterations, cold.Report.Stop);
        Assert.Equal(cold.Report.LogLikelihood, warm.Report.LogLikelihood);
        Assert.Equal(half.Report.Trace[^1], warm.Report.Trace[0]);
        Assert.Equal(cold.Report.Trace.Skip(4), warm.Report.Trace);
        Assert.Equal(cold.Mixture!.Covariance(1).ToArray(), warm.Mixture!.Covariance(1).ToArray());
    }

    [Fact]
    public void Fit_SameInput_GivesTheSameBits()
    {
        FitOptions options = new() { Components = 4, Starts = 3, Seed = 8 };
        FitResult first = ExpectationMaximization.Fit(ReferenceData.Diabetes, options);
        FitResult second = ExpectationMaximization.Fit(ReferenceData.Diabetes, options);

        Assert.Equal(first.Report.Trace, second.Report.Trace);
        Assert.Equal(first.Mixture!.Covariance(3).ToArray(), second.Mixture!.Covariance(3).ToArray());
    }

    [Fact]
    public void Fit_MoreStarts_NeverEndLower()
    {
        double last = double.NegativeInfinity;
        foreach (int starts in new[] { 1, 2, 4, 8 })
        {
            double logLikelihood = ExpectationMaximization.Fit(ReferenceData.Iris, new FitOptions { Components = 4, Starts = starts, Seed = 2 }).Report.LogLikelihood;
            Assert.True(logLikelihood >= last);
            last = logLikelihood;
        }
    }

    [Fact]
    public void Fit_OneComponent_IsTheSampleMomentsPlusTheRidgeInOneStep()
    {
        WindowSet rows = RandomData.ClusterRows(300, 5, 1, 3.0, 10);
        NaiveMixture sample = NaiveMixture.Maximise(rows, [.. Enumerable.Repeat(new[] { 1.0 }, 300)], CovarianceShape.Full);
        double trace = Enumerable.Range(0, 5).Sum(i => sample.Covariances[0][i * 6]);
        double[] expected = [.. sample.Covariances[0].Select((value, i) => i % 6 == 0 ? value + (0.01 * trace / 5.0) + 0.25 : value)];

        FitResult fit = ExpectationMaximization.Fit(rows, new FitOptions { Ridge = 0.01, AbsoluteRidge = 0.25 });

        Assert.Equal(StopReason.Converged, fit.Report.Stop);
        Assert.Equal(1, fit.Report.Iterations);
        NaiveMatrix.AssertClose(sample.Means[0], fit.Mixture!.Mean(0), 1e-12);
        NaiveMatrix.AssertClose(expected, fit.Mixture.Covariance(0), 1e-12);
        Assert.Equal(NaiveMixture.Of(fit.Mixture).LogLikelihood(rows), fit.Report.LogLikelihood, 8);
    }

    [Fact]
    public void Fit_LargeCommonLevel_LosesNoDigitsOfTheCovariance()
    {
        double[] rows = RandomData.Clusters(500, 2, 1, 0.0, 12);
        double[] lifted = [.. rows.Select(value => Math.ScaleB(Math.Round(Math.ScaleB(value, 20)), -20))];
        double[] high = [.. lifted.Select(value => value + 1e8)];

        GaussianMixture low = ExpectationMaximization.Fit(WindowSet.FromRows(lifted, 2), new FitOptions()).Mixture!;
        GaussianMixture far = ExpectationMaximization.Fit(WindowSet.FromRows(high, 2), new FitOptions()).Mixture!;

        NaiveMatrix.AssertClose(low.Covariance(0), far.Covariance(0), 1e-7);
    }

    [Fact]
    public void Fit_RowOrder_DoesNotMatterFromGivenResponsibilities()
    {
        double[] rows = RandomData.Clusters(120, 3, 2, 2.0, 14), shares = RandomData.Shares(120, 2, 14);
        FitOptions options = new() { Components = 2, MaxIterations = 4, Tolerance = 0.0 };
        FitResult forward = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 3), options with { InitialResponsibilities = shares });
        FitResult backward = ExpectationMaximization.Fit(
            WindowSet.FromRows(rows.Chunk(3).Reverse().SelectMany(row => row).ToArray(), 3),
            options with { InitialResponsibilities = shares.Chunk(2).Reverse().SelectMany(row => row).ToArray() });

        Assert.Equal(forward.Report.LogLikelihood, backward.Report.LogLikelihood, 8);
        NaiveMatrix.AssertClose(forward.Mixture!.Covariance(0), backward.Mixture!.Covariance(0), 1e-10);
    }

    [Fact]
    public void Fit_Cancelled_Stops()
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => ExpectationMaximization.Fit(ReferenceData.Iris, new FitOptions { Components = 2 }, cancelled.Token));
    }
}
