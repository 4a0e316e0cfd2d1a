using FsCheck;
using FsCheck.Fluent;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class MixturePropertyTests
{
    private static readonly CovarianceShape[] Shapes = Enum.GetValues<CovarianceShape>();

    private static Gen<Case> Cases =>
        from count in Gen.Choose(20, 150)
        from dimension in Gen.Choose(1, 6)
        from components in Gen.Choose(1, 4)
        from shape in Gen.Elements(Shapes)
        from distance in Gen.Choose(0, 6)
        from seed in Gen.Choose(1, 1_000_000)
        select new Case(count, dimension, components, shape, distance, (ulong)seed);

    [Fact]
    public void Responsibilities_AnyFit_SumToOneAndTheLogDensityIsTheScore() => Properties.ForAll(Cases, fit =>
    {
        GaussianMixture mixture = ExpectationMaximization.Fit(fit.Rows, fit.Options with { MaxIterations = 5 }).Mixture!;
        double[] scores = mixture.ScoreSamples(fit.Rows);
        double[] shares = new double[mixture.Components];
        double[][] rows = NaiveMixture.Rows(fit.Rows);
        for (int n = 0; n < rows.Length; n++)
        {
            double logDensity = mixture.Responsibilities(rows[n], shares);

            Assert.Equal(1.0, shares.Sum(), 12);
            Assert.All(shares, share => Assert.InRange(share, 0.0, 1.0));
            Assert.Equal(shares.Max(), shares[mixture.Classify(rows[n])]);
            Assert.InRange(scores[n] - logDensity, -1e-9, 1e-9);
        }
    });

    [Fact]
    public void Likelihood_WithoutRidge_NeverFalls() => Properties.ForAll(Cases, fit =>
    {
        FitReport report = ExpectationMaximization.Fit(fit.Rows, fit.Options with { Ridge = 0.0, Tolerance = 0.0, MaxIterations = 40 }).Report;
        for (int i = 1; i < report.Trace.Count && report.Reseeded + report.Dropped + report.RidgeEscalations == 0; i++)
        {
            Assert.True(report.Trace[i] >= report.Trace[i - 1] - 1e-11, $"iteration {i}: {report.Trace[i - 1]:R} to {report.Trace[i]:R}");
        }
    });

    [Fact]
    public void Fit_PermutedStart_PermutesTheComponents() => Properties.ForAll(Cases, fit =>
    {
        int k = fit.Components;
        double[] shares = RandomData.Shares(fit.Count, k, fit.Seed);
        double[] reversed = [.. shares.Chunk(k).SelectMany(row => row.Reverse())];

        FitResult forward = fit.From(shares);
        FitResult backward = fit.From(reversed);

        Assert.Equal(forward.Report.LogLikelihood, backward.Report.LogLikelihood, 7);
        for (int c = 0; c < k; c++)
        {
            Assert.Equal(forward.Mixture!.Weights[c], backward.Mixture!.Weights[k - 1 - c], 9);
            NaiveMatrix.AssertClose(forward.Mixture.Mean(c), backward.Mixture.Mean(k - 1 - c), 1e-8);
            NaiveMatrix.AssertClose(forward.Mixture.Covariance(c), backward.Mixture.Covariance(k - 1 - c), 1e-8);
        }
    });

    [Fact]
    public void Fit_AffineImageOfTheRows_IsTheAffineImageOfTheFit() => Properties.ForAll(Cases.Where(fit => fit.Shape is CovarianceShape.Full or CovarianceShape.Tied), fit =>
    {
        int d = fit.Dimension;
        double[] map = NaiveMatrix.PositiveDefinite(d, new TsForecaster.Model.Numerics.SeededRandom(fit.Seed), 0.5);
        double[] rows = [.. NaiveMixture.Rows(fit.Rows).SelectMany(row => NaiveMatrix.Multiply(map, row, d, d, 1).Select((value, i) => value + 100.0 + i))];
        double[] shares = RandomData.Shares(fit.Count, fit.Components, fit.Seed);

        FitResult plain = fit.From(shares);
        FitResult image = ExpectationMaximization.Fit(WindowSet.FromRows(rows, d), fit.OptionsFrom(shares));

        double logVolume = fit.Count * Math.Log(NaiveMatrix.Invert(map, d).Determinant);
        Assert.Equal(plain.Report.LogLikelihood - logVolume, image.Report.LogLikelihood, 5);
        for (int c = 0; c < fit.Components; c++)
        {
            double[] mean = [.. NaiveMatrix.Multiply(map, plain.Mixture!.Mean(c).ToArray(), d, d, 1).Select((value, i) => value + 100.0 + i)];
            double[] covariance = NaiveMatrix.Multiply(NaiveMatrix.Multiply(map, plain.Mixture.Covariance(c).ToArray(), d, d, d), map, d, d, d);
            NaiveMatrix.AssertClose(mean, image.Mixture!.Mean(c), 1e-7);
            double size = covariance.Max(Math.Abs);
            NaiveMatrix.AssertClose([.. covariance.Select(value => value / size)], [.. image.Mixture.Covariance(c).ToArray().Select(value => value / size)], 1e-7);
        }
    });

    [Fact]
    public void Fit_AnyShapeAndStart_TakesTheStepsOfTheTextbook() => Properties.ForAll(Cases.Where(fit => fit.Components <= 3), fit =>
    {
        double[] shares = RandomData.Shares(fit.Count, fit.Components, fit.Seed);
        double[][] responsibilities = [.. shares.Chunk(fit.Components)];
        NaiveMixture naive = NaiveMixture.Maximise(fit.Rows, responsibilities, fit.Shape);
        int steps = fit.Components == 1 ? 1 : 3;
        for (int step = 1; step < steps; step++)
        {
            naive = NaiveMixture.Maximise(fit.Rows, naive.Responsibilities(fit.Rows), fit.Shape);
        }

        FitResult result = fit.From(shares);

        Assert.Equal(steps, result.Report.Iterations);
        Assert.Equal(naive.LogLikelihood(fit.Rows), result.Report.LogLikelihood, 6);
        NaiveMatrix.AssertClose(naive.Weights, result.Mixture!.Weights, 1e-9);
        for (int c = 0; c < fit.Components; c++)
        {
            NaiveMatrix.AssertClose(naive.Means[c], result.Mixture.Mean(c), 1e-8);
            NaiveMatrix.AssertClose(naive.Covariances[c], result.Mixture.Covariance(c), 1e-8);
        }
    });

    private sealed record Case(int Count, int Dimension, int Components, CovarianceShape Shape, int Distance, ulong Seed)
    {
        public WindowSet Rows => RandomData.ClusterRows(Count, Dimension, Components, Distance, Seed);

        public FitOptions Options => new() { Components = Components, Shape = Shape, Seed = Seed };

        /// <summary>Three steps of maximum likelihood from given responsibilities.</summary>
        public FitOptions OptionsFrom(double[] shares) =>
            Options with { Ridge = 0.0, Tolerance = 0.0, MaxIterations = 3, InitialResponsibilities = shares };

        public FitResult From(double[] shares) => ExpectationMaximization.Fit(Rows, OptionsFrom(shares));
    }
}
