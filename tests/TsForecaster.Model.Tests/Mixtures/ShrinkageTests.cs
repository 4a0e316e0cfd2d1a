using FsCheck;
using FsCheck.Fluent;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Data;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary><see cref="FitOptions.Shrinkage"/> and <see cref="FitOptions.PriorWindows"/>.</summary>
public sealed class ShrinkageTests
{
    [Fact]
    public void Fit_AnyShrinkage_TakesTheStepsOfTheTextbookShrunk() => Properties.ForAll(Cases, fit =>
    {
        double[] shares = RandomData.Shares(fit.Count, fit.Components, fit.Seed);
        NaiveMixture naive = NaiveMixture.Maximise(fit.Rows, [.. shares.Chunk(fit.Components)], CovarianceShape.Full).Shrunk(fit.Shrinkage, fit.PriorWindows, fit.Count);
        for (int step = 1; step < 3; step++)
        {
            naive = NaiveMixture.Maximise(fit.Rows, naive.Responsibilities(fit.Rows), CovarianceShape.Full).Shrunk(fit.Shrinkage, fit.PriorWindows, fit.Count);
        }

        FitResult result = fit.From(shares);

        Assert.Equal(naive.LogLikelihood(fit.Rows), result.Report.LogLikelihood, 6);
        for (int k = 0; k < fit.Components; k++)
        {
            NaiveMatrix.AssertClose(naive.Means[k], result.Mixture!.Mean(k), 1e-8);
            NaiveMatrix.AssertClose(naive.Covariances[k], result.Mixture.Covariance(k), 1e-8);
        }
    });

    [Fact]
    public void Fit_WhollyShrunk_IsTheTiedFit() => Properties.ForAll(Cases, fit =>
    {
        double[] shares = RandomData.Shares(fit.Count, fit.Components, fit.Seed);
        FitResult shrunk = (fit with { Shrinkage = 1.0 }).From(shares);
        FitResult tied = ExpectationMaximization.Fit(fit.Rows, fit.OptionsFrom(shares) with { Shrinkage = 0.0, PriorWindows = 0.0, Shape = CovarianceShape.Tied });

        Assert.Equal(tied.Report.LogLikelihood, shrunk.Report.LogLikelihood, 7);
        for (int k = 0; k < fit.Components; k++)
        {
            NaiveMatrix.AssertClose(tied.Mixture!.Covariance(0), shrunk.Mixture!.Covariance(k), 1e-9);
            Assert.Equal(shrunk.Mixture.Covariance(0).ToArray(), shrunk.Mixture.Covariance(k).ToArray());
        }
    });

    [Fact]
    public void Fit_OneComponent_IsNotChangedToTheBit()
    {
        FitResult plain = ExpectationMaximization.Fit(ReferenceData.Iris, new FitOptions());
        FitResult shrunk = ExpectationMaximization.Fit(ReferenceData.Iris, new FitOptions { Shrinkage = 0.7, PriorWindows = 3.0 });

        Assert.Equal(plain.Report.LogLikelihood, shrunk.Report.LogLikelihood);
        Assert.Equal(plain.Mixture!.Covariance(0).ToArray(), shrunk.Mixture!.Covariance(0).ToArray());
    }

    /// <summary>The likelihood of these falls on the way, so "rises by less" would stop them early.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void Fit_UntilItStops_HasConvergedToAFixedPoint(double shrinkage)
    {
        FitOptions options = new() { Components = 3, Shrinkage = shrinkage, Tolerance = 1e-9, MaxIterations = 2_000, Seed = 2 };
        FitResult fit = ExpectationMaximization.Fit(ReferenceData.Diabetes, options);
        FitResult further = ExpectationMaximization.Fit(ReferenceData.Diabetes, options with { InitialMixture = fit.Mixture, Tolerance = 0.0, MaxIterations = 20 });

        Assert.Equal(StopReason.Converged, fit.Report.Stop);
        Assert.Contains(fit.Report.Trace.Zip(fit.Report.Trace.Skip(1)), pair => pair.Second < pair.First - 1e-6);
        NaiveMatrix.AssertClose([1.0, 1.0, 1.0], [.. Enumerable.Range(0, 3).Select(k => further.Mixture!.Covariance(k)[0] / fit.Mixture!.Covariance(k)[0])], 1e-3);
        Assert.Equal(fit.Report.LogLikelihood, further.Report.LogLikelihood, 1e-3);
    }

    /// <summary>Two components share the first 80 windows; the third has 20, far away.</summary>
    [Fact]
    public void Fit_PriorWindows_ShrinkSmallComponentsMore()
    {
        double[] shares = new double[300];
        for (int n = 0; n < 100; n++)
        {
            shares[(3 * n) + (n < 80 ? n % 2 : 2)] = 1.0;
        }

        double[] rows = RandomData.Clusters(100, 4, 1, 0.0, 5);
        for (int i = 80 * 4; i < rows.Length; i++)
        {
            rows[i] = 100.0 + (3.0 * rows[i]);
        }

        FitOptions options = new() { Components = 3, MaxIterations = 1, InitialResponsibilities = shares };
        GaussianMixture free = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 4), options).Mixture!;
        GaussianMixture shrunk = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 4), options with { PriorWindows = 40.0 }).Mixture!;

        // N = 40, 40, 20: shares of one half, one half and two thirds come from the pooled covariance.
        double pooled = (0.4 * free.Covariance(0)[5]) + (0.4 * free.Covariance(1)[5]) + (0.2 * free.Covariance(2)[5]);
        Assert.Equal((0.5 * free.Covariance(0)[5]) + (0.5 * pooled), shrunk.Covariance(0)[5], 1e-5);
        Assert.Equal((free.Covariance(2)[5] / 3.0) + (2.0 * pooled / 3.0), shrunk.Covariance(2)[5], 1e-5);
    }

    [Fact]
    public void Fit_FewWindowsOfRegimesThatVaryAlike_DescribesOtherWindowsBetter()
    {
        const int Dimension = 12;
        double[] rows = RandomData.Clusters(1_060, Dimension, 3, 3.0, 17);
        WindowSet few = WindowSet.FromRows(rows.AsMemory(0, 60 * Dimension), Dimension), others = WindowSet.FromRows(rows.AsMemory(60 * Dimension), Dimension);
        double[] scores = [.. new[] { 0.0, 0.5, 0.9 }.Select(shrinkage =>
            ExpectationMaximization.Fit(few, new FitOptions { Components = 3, Shrinkage = shrinkage, Seed = 4 }).Mixture!.ScoreSamples(others).Average())];

        Assert.True(scores[1] > scores[0] + 3.0 && scores[2] > scores[1] + 0.3, string.Join(", ", scores));
    }

    /// <summary>Component 1 has fewer windows than dimensions.</summary>
    [Fact]
    public void Fit_FewerWindowsThanDimensionsInAComponent_IsPositiveDefiniteWithoutRidge()
    {
        const int Dimension = 8;
        double[] rows = RandomData.Clusters(44, Dimension, 1, 0.0, 3);
        double[] shares = new double[88];
        for (int n = 0; n < 44; n++)
        {
            shares[(2 * n) + (n < 40 ? 0 : 1)] = 1.0;
            rows[n * Dimension] += n < 40 ? 0.0 : 50.0;
        }

        FitOptions options = new() { Components = 2, Ridge = 0.0, Shrinkage = 0.2, InitialResponsibilities = shares };
        FitReport report = ExpectationMaximization.Fit(WindowSet.FromRows(rows, Dimension), options).Report;

        Assert.Equal(StopReason.Converged, report.Stop);
        Assert.Equal(0, report.RidgeEscalations + report.Reseeded + report.Dropped);
        Assert.NotEqual(0, ExpectationMaximization.Fit(WindowSet.FromRows(rows, Dimension), options with { Shrinkage = 0.0 }).Report.RidgeEscalations);
    }

    private static Gen<Case> Cases =>
        from count in Gen.Choose(20, 120)
        from dimension in Gen.Choose(1, 5)
        from components in Gen.Choose(2, 4)
        from shrinkage in Gen.Elements(0.0, 0.05, 0.3, 0.9, 1.0)
        from priorWindows in Gen.Elements(0.0, 0.5, 4.0, 100.0)
        where shrinkage + priorWindows > 0.0
        from distance in Gen.Choose(0, 6)
        from seed in Gen.Choose(1, 1_000_000)
        select new Case(count, dimension, components, shrinkage, priorWindows, distance, (ulong)seed);

    private sealed record Case(int Count, int Dimension, int Components, double Shrinkage, double PriorWindows, int Distance, ulong Seed)
    {
        public WindowSet Rows => RandomData.ClusterRows(Count, Dimension, Components, Distance, Seed);

        public FitOptions OptionsFrom(double[] shares) => new()
        {
            Components = Components,
            Shrinkage = Shrinkage,
            PriorWindows = PriorWindows,
            Ridge = 0.0,
            Tolerance = 0.0,
            MaxIterations = 3,
            InitialResponsibilities = shares,
        };

        public FitResult From(double[] shares) => ExpectationMaximization.Fit(Rows, OptionsFrom(shares));
    }
}
