using FsCheck;
using FsCheck.Fluent;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>EM on windows of which some values are missing.</summary>
public sealed class MissingValueTests
{
    private static readonly CovarianceShape[] Shapes = Enum.GetValues<CovarianceShape>();

    private static Gen<Case> Cases => Any.Where(fit => fit.Rows.CompleteCount < fit.Rows.Count);

    private static Gen<Case> Any =>
        from count in Gen.Choose(30, 160)
        from dimension in Gen.Choose(2, 7)
        from components in Gen.Choose(1, 3)
        from shape in Gen.Elements(Shapes)
        from share in Gen.Choose(1, 5)
        from patterns in Gen.Elements(3, 1000)
        from seed in Gen.Choose(1, 1_000_000)
        select new Case(count, dimension, components, shape, 0.1 * share, patterns, (ulong)seed);

    [Fact]
    public void Fit_RandomPatterns_TakesTheStepsOfTheTextbook() => Properties.ForAll(Cases, fit =>
    {
        const int Steps = 3;
        GaussianMixture start = fit.Start();
        NaiveMixture naive = NaiveMixture.Of(start);
        List<double> trace = [NaiveIncomplete.LogLikelihood(naive, fit.Rows)];
        for (int step = 0; step < Steps; step++)
        {
            naive = NaiveIncomplete.Step(naive, fit.Rows, fit.Shape);
            trace.Add(NaiveIncomplete.LogLikelihood(naive, fit.Rows));
        }

        FitResult result = ExpectationMaximization.Fit(fit.Rows, fit.Exact(Steps) with { InitialMixture = start });

        Assert.Equal(Steps, result.Report.Iterations);
        Assert.Equal(fit.Rows.Count, result.Report.Windows);
        NaiveMatrix.AssertClose([.. trace.Select(total => total / fit.Rows.Count)], [.. result.Report.Trace], 1e-9);
        NaiveMatrix.AssertClose(naive.Weights, result.Mixture!.Weights, 1e-9);
        for (int k = 0; k < fit.Components; k++)
        {
            NaiveMatrix.AssertClose(naive.Means[k], result.Mixture.Mean(k), 1e-8);
            NaiveMatrix.AssertClose(naive.Covariances[k], result.Mixture.Covariance(k), 1e-8);
        }
    });

    [Theory]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(35)]
    public void Fit_WindowsOfSeveralPanels_TakesTheStepOfTheTextbook(int dimension)
    {
        Case fit = new(150, dimension, 2, CovarianceShape.Full, 0.2, 1000, 5);
        GaussianMixture start = fit.Start();
        NaiveMixture naive = NaiveIncomplete.Step(NaiveMixture.Of(start), fit.Rows, fit.Shape).WithRidge(1e-3);

        FitResult result = ExpectationMaximization.Fit(fit.Rows, fit.Exact(1) with { InitialMixture = start, Ridge = 1e-3 });

        Assert.Equal(0, result.Report.RidgeEscalations);
        NaiveMatrix.AssertClose(naive.Means[1], result.Mixture!.Mean(1), 1e-8);
        NaiveMatrix.AssertClose(naive.Covariances[1], result.Mixture.Covariance(1), 1e-8);
    }

    [Fact]
    public void Likelihood_WithoutRidge_NeverFalls() => Properties.ForAll(Cases, fit =>
    {
        FitReport report = ExpectationMaximization.Fit(fit.Rows, fit.Exact(30) with { Tolerance = 0.0 }).Report;
        for (int i = 1; i < report.Trace.Count && report.Reseeded + report.Dropped + report.RidgeEscalations == 0; i++)
        {
            Assert.True(report.Trace[i] >= report.Trace[i - 1] - 1e-11, $"iteration {i}: {report.Trace[i - 1]:R} to {report.Trace[i]:R}");
        }
    });

    [Theory]
    [InlineData(Centring.Last, Scaling.None, 1)]
    [InlineData(Centring.Mean, Scaling.None, 1)]
    [InlineData(Centring.Mean, Scaling.None, 2)]
    [InlineData(Centring.Mean, Scaling.StandardDeviation, 2)]
    public void Fit_CentredWindows_TakeTheirLevelForUnknown(Centring centring, Scaling scaling, int channels)
    {
        WindowShape shape = new(4, 2, channels);
        double[] history = Punch(Walk(300 * channels, 3), 0.1 / channels, 4);
        WindowSet windows = WindowSet.Over(history, shape, new Normalisation(centring, scaling), missing: new MissingValues());
        FitOptions options = new() { Components = 2, Ridge = 1e-3, MaxMissingIterations = 1 };
        GaussianMixture start = ExpectationMaximization.Fit(windows.Filled, options with { MaxIterations = 2 }).Mixture!;
        NaiveMixture naive = NaiveIncomplete.Step(NaiveMixture.Of(start), windows, CovarianceShape.Full).WithRidge(options.Ridge);

        FitResult result = ExpectationMaximization.Fit(windows, options with { InitialMixture = start });

        Assert.InRange(windows.CompleteCount, 20, windows.Count - 50);
        Assert.Equal(0, result.Report.RidgeEscalations);
        Assert.Equal(NaiveIncomplete.LogLikelihood(naive, windows), result.Report.LogLikelihood, 1e-3);
        for (int k = 0; k < 2; k++)
        {
            NaiveMatrix.AssertClose(naive.Means[k], result.Mixture!.Mean(k), 1e-5);
            NaiveMatrix.AssertClose(naive.Covariances[k], result.Mixture.Covariance(k), 1e-5);
        }
    }

    [Fact]
    public void Fit_NothingMissing_IsTheFitToTheBit()
    {
        double[] history = Walk(300, 5);
        FitOptions options = new() { Components = 3, MaxIterations = 6, Tolerance = 0.0 };
        WindowShape shape = new(6, 2);

        FitResult plain = ExpectationMaximization.Fit(WindowSet.Over(history, shape, Normalisation.None), options);
        FitResult keeping = ExpectationMaximization.Fit(WindowSet.Over(history, shape, Normalisation.None, missing: new MissingValues()), options);

        Assert.Equal(plain.Report.Trace, keeping.Report.Trace);
        Assert.Equal(plain.Mixture!.Covariance(2).ToArray(), keeping.Mixture!.Covariance(2).ToArray());
    }

    [Fact]
    public void ScoreSamples_CompleteWindowsBesideOthers_KeepTheirBits()
    {
        double[] history = Punch(Walk(500, 6), 0.02, 7);
        WindowShape shape = new(6, 2);
        GaussianMixture mixture = ExpectationMaximization.Fit(WindowSet.Over(history, shape, Normalisation.None), new FitOptions { Components = 2 }).Mixture!;
        WindowSet windows = WindowSet.Over(history, shape, Normalisation.None, missing: new MissingValues());

        double[] scores = mixture.ScoreSamples(windows);

        Assert.InRange(windows.CompleteCount, 100, windows.Count - 20);
        Assert.Equal(mixture.ScoreSamples(WindowSet.Over(history, shape, Normalisation.None)), scores[..windows.CompleteCount]);
        NaiveMixture naive = NaiveMixture.Of(mixture);
        double[] expected = [.. NaiveMixture.Rows(windows).Select(x => Math.Log(NaiveIncomplete.Condition(naive, x, 0).Sum(component => component.Joint)))];
        NaiveMatrix.AssertClose(expected, scores, 1e-9);
    }

    [Fact]
    public void Fit_FifthOfTheNumbersMissing_RecoversTheMixture()
    {
        const int Count = 6000, Dimension = 4;
        SeededRandom random = new(8);
        double[] covariances = [.. NaiveMatrix.PositiveDefinite(Dimension, random, 0.2), .. NaiveMatrix.PositiveDefinite(Dimension, random, 0.2)];
        GaussianMixture truth = GaussianMixture.Create([0.3, 0.7], [0, 0, 0, 0, 6, -4, 5, 3], covariances);
        WindowSet rows = WindowSet.FromRows(Punch(truth.Sample(Count, 9).Rows, 0.2, 10), Dimension, new MissingValues { MinimumObserved = 0.25 });
        FitOptions options = new() { Components = 2, Starts = 4, MaxMissingIterations = 60, Ridge = 0.0 };

        GaussianMixture fit = ExpectationMaximization.Fit(rows, options).Mixture!;
        GaussianMixture filled = ExpectationMaximization.Fit(rows, options with { MaxMissingIterations = 0 }).Mixture!;

        int light = fit.Weights[0] < fit.Weights[1] ? 0 : 1;
        Assert.InRange(fit.Weights[light], 0.28, 0.32);
        Assert.InRange(Error(truth, fit, light), 0.0, 0.05);

        // Filling in alone is far from it: the test would notice.
        Assert.True(Error(truth, filled, filled.Weights[0] < filled.Weights[1] ? 0 : 1) > 0.2);
    }

    [Fact]
    public void Fit_ComponentThatHasNoWindows_IsSeededAgain()
    {
        double[] data = Punch(RandomData.Clusters(300, 3, 2, 8.0, 4), 0.1, 5);
        WindowSet rows = WindowSet.FromRows(data, 3, new MissingValues { MinimumObserved = 0.3 });
        double[] identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        GaussianMixture start = GaussianMixture.Create([0.5, 0.5], [0, 0, 0, 1e4, 1e4, 1e4], [.. identity, .. identity]);

        FitResult fit = ExpectationMaximization.Fit(rows, new FitOptions { Components = 2, InitialMixture = start, MaxMissingIterations = 60 });

        Assert.Equal(1, fit.Report.Reseeded);
        Assert.All(fit.Mixture!.Weights.ToArray(), weight => Assert.InRange(weight, 0.45, 0.55));
    }

    [Fact]
    public void Adapt_HardlyAnyPrior_IsAStepOfEm()
    {
        WindowSet rows = new Case(120, 4, 2, CovarianceShape.Full, 0.2, 1000, 12).Rows;
        GaussianMixture background = new Case(120, 4, 2, CovarianceShape.Full, 0.2, 1000, 13).Start();

        GaussianMixture adapted = MapAdaptation.Adapt(background, rows, 1e-9);

        NaiveMixture expected = NaiveIncomplete.Step(NaiveMixture.Of(background), rows, CovarianceShape.Full);
        NaiveMatrix.AssertClose(expected.Means[1], adapted.Mean(1), 1e-7);
        NaiveMatrix.AssertClose(expected.Covariances[1], adapted.Covariance(1), 1e-7);
    }

    [Fact]
    public void SubspaceFit_MissingValues_AreRefused() => Assert.Throws<ArgumentException>(() =>
        SubspaceMixture.Fit(new Case(20, 7, 1, CovarianceShape.Full, 0.2, 1000, 3).Rows, new FitOptions()));

    /// <summary>The same numbers, some of them missing.</summary>
    internal static double[] Punch(double[] values, double share, ulong seed)
    {
        SeededRandom random = new(seed);
        return Array.ConvertAll(values, value => random.NextUniform() < share ? double.NaN : value);
    }

    private static double[] Walk(int length, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] walk = new double[length];
        for (int i = 1; i < length; i++)
        {
            walk[i] = walk[i - 1] + random.NextGaussian();
        }

        return walk;
    }

    /// <summary>The largest error of a covariance, as a share of the truth's largest entry.</summary>
    private static double Error(GaussianMixture truth, GaussianMixture fit, int light)
    {
        double worst = 0.0;
        for (int k = 0; k < 2; k++)
        {
            double[] expected = truth.Covariance(k).ToArray(), found = fit.Covariance(k == 0 ? light : 1 - light).ToArray();
            worst = Math.Max(worst, expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max());
        }

        return worst;
    }

    private sealed record Case(int Count, int Dimension, int Components, CovarianceShape Shape, double Share, int Patterns, ulong Seed)
    {
        /// <summary>Rows in clusters; which numbers are missing is drawn from so many patterns, one of them none.</summary>
        public WindowSet Rows
        {
            get
            {
                double[] rows = RandomData.Clusters(Count, Dimension, Components, 2.0, Seed);
                double[] mask = [.. new double[Dimension], .. Punch(new double[(Patterns - 1) * Dimension], Share, Seed + 1)];
                SeededRandom random = new(Seed + 2);
                for (int n = 0; n < Count; n++)
                {
                    int pattern = random.NextIndex(Patterns);
                    for (int i = 0; i < Dimension; i++)
                    {
                        rows[(n * Dimension) + i] += mask[(pattern * Dimension) + i];
                    }
                }

                return WindowSet.FromRows(rows, Dimension, new MissingValues { MinimumObserved = 0.01 });
            }
        }

        /// <summary>A fit to rows without missing values.</summary>
        public GaussianMixture Start() => ExpectationMaximization.Fit(
            RandomData.ClusterRows(4 * Count, Dimension, Components, 2.0, Seed), new FitOptions { Components = Components, Shape = Shape, MaxIterations = 1 }).Mixture!;

        public FitOptions Exact(int iterations) =>
            new() { Components = Components, Shape = Shape, Seed = Seed, Ridge = 0.0, Tolerance = double.Epsilon, MaxMissingIterations = iterations };
    }
}
