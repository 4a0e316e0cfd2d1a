using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary><see cref="FitOptions.ShiftInvariant"/> and <see cref="FitOptions.HeldOutScore"/>.</summary>
public sealed class ShiftInvariantFitTests
{
    private const int Dimension = 16;

    /// <summary>Forty separate stretches of a window's length: their covariance is far from that of the process.</summary>
    [Fact]
    public void Fit_FewWindowsOfAnAutoregression_DescribesItBetterThanTheFreeFit()
    {
        WindowSet later = Stretches(2_000, 99);
        double truth = 0.0, free = 0.0, invariant = 0.0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            WindowSet few = Stretches(40, seed);
            free += ExpectationMaximization.Fit(few, new FitOptions()).Mixture!.ScoreSamples(later).Average() / 10.0;
            invariant += ExpectationMaximization.Fit(few, new FitOptions { ShiftInvariant = true }).Mixture!.ScoreSamples(later).Average() / 10.0;
            truth += ExpectationMaximization.Fit(Stretches(20_000, seed), new FitOptions()).Mixture!.ScoreSamples(later).Average() / 10.0;
        }

        // What the free fit loses against the process itself, the invariant one loses less than half of.
        Assert.True(truth - invariant < 0.5 * (truth - free), $"{truth}, {invariant}, {free}");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    public void Fit_Any_MeetsTheConstraint(int components, int channels)
    {
        double[] series = Series(900, 4);
        WindowSet windows = WindowSet.Over(series, new WindowShape(5, 2, channels), Normalisation.None);
        GaussianMixture mixture = ExpectationMaximization.Fit(windows, new FitOptions { Components = components, ShiftInvariant = true, PriorWindows = 5.0, Seed = 2 }).Mixture!;

        GaussianMixture projected = ShiftInvariance.Project(mixture, channels)!;
        for (int k = 0; k < components; k++)
        {
            NaiveMatrix.AssertClose(projected.Mean(k), mixture.Mean(k), 1e-7);
            NaiveMatrix.AssertClose(projected.Covariance(k), mixture.Covariance(k), 1e-7);
        }
    }

    /// <summary>The likelihood of some of these falls in the end.</summary>
    [Fact]
    public void Fit_ShiftInvariant_ReturnsTheIterateOfHighestLikelihood()
    {
        FitOptions options = new() { Components = 2, ShiftInvariant = true, PriorWindows = 10.0, Tolerance = 1e-7, MaxIterations = 300, Seed = 5 };
        int falls = 0;
        for (ulong seed = 1; seed <= 8; seed++)
        {
            WindowSet windows = Stretches(80, seed);
            FitResult fit = ExpectationMaximization.Fit(windows, options);
            falls += fit.Report.Trace[^1] < fit.Report.Trace.Max() - 1e-6 ? 1 : 0;

            Assert.Equal(fit.Report.Trace.Max(), fit.Report.LogLikelihood / fit.Report.Windows, 1e-12);
            Assert.Equal(fit.Report.LogLikelihood, fit.Mixture!.ScoreSamples(windows).Sum(), 1e-6);
        }

        Assert.InRange(falls, 1, 8);
    }

    [Fact]
    public void Fit_WithAHeldOutScore_ReturnsTheIterateThatScoresBest()
    {
        WindowSet windows = WindowSet.Over(Series(300, 3), new WindowShape(8, 4), Normalisation.None);
        WindowSet heldOut = WindowSet.Over(Series(600, 30), new WindowShape(8, 4), Normalisation.None);
        List<double> scores = [];
        FitOptions options = new()
        {
            Components = 5,
            Seed = 7,
            Tolerance = 1e-6,
            HeldOutScore = mixture =>
            {
                scores.Add(mixture.ScoreSamples(heldOut).Average());
                return scores.Count == 1 ? double.NaN : scores[^1];
            },
        };
        FitResult fit = ExpectationMaximization.Fit(windows, options);

        Assert.Equal(fit.Report.Iterations, scores.Count);
        Assert.Equal(scores.Skip(1).Max(), fit.Report.HeldOutScore);
        Assert.Equal(fit.Report.HeldOutScore, fit.Mixture!.ScoreSamples(heldOut).Average());
        Assert.True(fit.Report.HeldOutScore > scores[^1] + 0.01, "this fit goes on to follow its windows too closely");
    }

    [Fact]
    public void Fit_SeveralStartsWithAHeldOutScore_KeepsTheStartThatScoresBest()
    {
        WindowSet windows = WindowSet.Over(Series(300, 3), new WindowShape(8, 4), Normalisation.None);
        List<double> scores = [];
        FitOptions options = new()
        {
            Components = 3,
            Starts = 4,
            HeldOutScore = mixture =>
            {
                scores.Add(-mixture.Weights.ToArray().Max());
                return scores[^1];
            },
        };

        Assert.Equal(ExpectationMaximization.Fit(windows, options).Report.HeldOutScore, scores.Max());
    }

    [Fact]
    public void Fit_WithoutAHeldOutScore_HasNone() =>
        Assert.Null(ExpectationMaximization.Fit(Stretches(40, 1), new FitOptions { ShiftInvariant = true }).Report.HeldOutScore);

    [Fact]
    public void Fit_ShiftInvariantOnSeveralThreads_GivesTheSameBits()
    {
        WindowSet windows = WindowSet.Over(Series(3_000, 6), new WindowShape(20, 9), Normalisation.None);
        FitOptions options = new() { Components = 4, ShiftInvariant = true, MaxIterations = 4, Seed = 3 };
        FitResult one = ExpectationMaximization.Fit(windows, options with { Threads = 1 }), three = ExpectationMaximization.Fit(windows, options with { Threads = 3 });

        Assert.Equal(one.Report.Trace, three.Report.Trace);
        Assert.Equal(one.Mixture!.Covariance(2).ToArray(), three.Mixture!.Covariance(2).ToArray());
    }

    /// <summary>x_t = 1.2 x_{t−1} − 0.6 x_{t−2} + noise, stretches of one window each.</summary>
    private static WindowSet Stretches(int count, ulong seed)
    {
        double[] rows = new double[count * Dimension];
        SeededRandom random = new(seed);
        for (int n = 0; n < count; n++)
        {
            double[] stretch = Autoregression(100 + Dimension, random);
            stretch.AsSpan(100).CopyTo(rows.AsSpan(n * Dimension));
        }

        return WindowSet.FromRows(rows, Dimension);
    }

    private static double[] Autoregression(int count, SeededRandom random)
    {
        double[] series = new double[count];
        for (int t = 2; t < count; t++)
        {
            series[t] = (1.2 * series[t - 1]) - (0.6 * series[t - 2]) + random.NextGaussian();
        }

        return series;
    }

    /// <summary>The process at two speeds, in turn.</summary>
    private static double[] Series(int count, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] series = Autoregression(count, random);
        for (int t = 0; t < count; t++)
        {
            series[t] *= (t / 50) % 2 == 0 ? 1.0 : 3.0;
        }

        return series;
    }
}
