using FsCheck;
using FsCheck.Fluent;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class ShiftInvarianceTests
{
    private static Gen<Case> Cases =>
        from steps in Gen.Choose(1, 12)
        from channels in Gen.Choose(1, 3)
        from components in Gen.Choose(1, 5)
        from shift in Gen.Elements(1e-6, 0.01, 1.0)
        from seed in Gen.Choose(1, 1_000_000)
        select new Case(steps, channels, components, shift, (ulong)seed);

    [Fact]
    public void Project_AnyMixture_HasOneMeanAndACovarianceOfTheLag() => Properties.ForAll(Cases, example =>
    {
        GaussianMixture projected = ShiftInvariance.Project(example.Mixture, example.Channels)!;

        (double[] mean, double[] covariance) = Moments(projected);
        double scale = Math.Sqrt(covariance.Max());
        int d = mean.Length, channels = example.Channels;
        Assert.Equal(Enumerable.Range(0, channels).Select(c => Moments(example.Mixture).Mean.Where((_, i) => i % channels == c).Average()), mean.Take(channels), (a, b) => Math.Abs(a - b) < 1e-9 * scale);
        for (int i = channels; i < d; i++)
        {
            Assert.InRange(mean[i] - mean[i - channels], -1e-9 * scale, 1e-9 * scale);
            for (int j = channels; j < d; j++)
            {
                double along = covariance[(i * d) + j] - covariance[((i - channels) * d) + j - channels];
                Assert.InRange(along, -1e-9 * scale * scale, 1e-9 * scale * scale);
            }
        }
    });

    [Fact]
    public void Project_AnyMixture_IsPositiveDefiniteWithTheFactorsItClaims() => Properties.ForAll(Cases, example =>
    {
        GaussianMixture projected = ShiftInvariance.Project(example.Mixture, example.Channels)!;

        Assert.Equal(example.Mixture.Weights.ToArray(), projected.Weights.ToArray());
        int d = projected.Dimension;
        for (int k = 0; k < projected.Components; k++)
        {
            double[] factor = projected.CholeskyFactor(k).ToArray();
            Assert.All(Enumerable.Range(0, d), i => Assert.True(factor[(i * d) + i] > 0.0));
            double[] square = NaiveMatrix.Multiply(factor, NaiveMatrix.Transpose(factor, d, d), d, d, d);
            NaiveMatrix.AssertClose(square, projected.Covariance(k), 1e-9 * square.Max(Math.Abs));
            Assert.True(Cholesky.TryFactor(projected.Covariance(k).ToArray(), d, out _));
        }
    });

    [Fact]
    public void Project_Twice_ChangesNothingMore() => Properties.ForAll(Cases, example =>
    {
        GaussianMixture once = ShiftInvariance.Project(example.Mixture, example.Channels)!, twice = ShiftInvariance.Project(once, example.Channels)!;
        double scale = Moments(once).Covariance.Max();
        for (int k = 0; k < once.Components; k++)
        {
            NaiveMatrix.AssertClose(once.Mean(k), twice.Mean(k), 1e-7 * Math.Sqrt(scale));
            NaiveMatrix.AssertClose(once.Covariance(k), twice.Covariance(k), 1e-7 * scale);
        }
    });

    [Fact]
    public void Project_AnyMixture_AveragesTheVariancesOfAStep() => Properties.ForAll(Cases.Where(c => c.Shift == 1.0 && c.Components == 1), example =>
    {
        (_, double[] before) = Moments(example.Mixture);
        (_, double[] after) = Moments(ShiftInvariance.Project(example.Mixture, example.Channels)!);
        int d = example.Steps * example.Channels, channels = example.Channels;
        for (int a = 0; a < channels; a++)
        {
            for (int b = 0; b < channels; b++)
            {
                double mean = Enumerable.Range(0, example.Steps).Average(s => before[(((s * channels) + a) * d) + (s * channels) + b]);
                Assert.Equal(mean, after[(a * d) + b], 1e-8 * before.Max());
            }
        }
    });

    [Fact]
    public void Project_OneStep_IsTheMixtureItself() => Properties.ForAll(Cases.Where(c => c.Steps == 1), example =>
    {
        GaussianMixture projected = ShiftInvariance.Project(example.Mixture, example.Channels)!;
        NaiveMatrix.AssertClose(example.Mixture.Mean(0), projected.Mean(0), 1e-8);
        NaiveMatrix.AssertClose(example.Mixture.Covariance(0), projected.Covariance(0), 1e-7);
    });

    /// <summary>
    /// The averages 1, 0.72 and 0 are no covariance of a stationary series: 1 − 2·0.72² is negative. C leaves its third step the variance
    /// 0.109 given the others; 1, 0.72 (1 − s) and 0 leave half of that or more from s = 0.032 on, and the next power of two is 1/16.
    /// </summary>
    [Fact]
    public void Project_AveragesThatAreIndefinite_AreShrunkUntilTheyLeaveEnough()
    {
        GaussianMixture mixture = GaussianMixture.Create([1.0], [0, 0, 0], [0.75, 0.72, 0.0, 0.72, 1.5, 0.72, 0.0, 0.72, 0.75]);

        GaussianMixture projected = ShiftInvariance.Project(mixture, 1)!;

        double first = 0.72 * 15.0 / 16.0;
        NaiveMatrix.AssertClose([1.0, first, 0.0, first, 1.0, first, 0.0, first, 1.0], projected.Covariance(0), 1e-12);
    }

    private static (double[] Mean, double[] Covariance) Moments(GaussianMixture mixture)
    {
        int d = mixture.Dimension;
        double[] mean = new double[d], covariance = new double[d * d];
        for (int k = 0; k < mixture.Components; k++)
        {
            for (int i = 0; i < d; i++)
            {
                mean[i] += mixture.Weights[k] * mixture.Mean(k)[i];
            }
        }

        for (int k = 0; k < mixture.Components; k++)
        {
            for (int at = 0; at < d * d; at++)
            {
                double between = (mixture.Mean(k)[at / d] - mean[at / d]) * (mixture.Mean(k)[at % d] - mean[at % d]);
                covariance[at] += mixture.Weights[k] * (mixture.Covariance(k)[at] + between);
            }
        }

        return (mean, covariance);
    }

    private sealed record Case(int Steps, int Channels, int Components, double Shift, ulong Seed)
    {
        public GaussianMixture Mixture { get; } = Random(Steps * Channels, Components, Shift, Seed);

        private static GaussianMixture Random(int dimension, int components, double shift, ulong seed)
        {
            SeededRandom random = new(seed);
            double[] weights = [.. Enumerable.Range(0, components).Select(_ => random.NextUniform())];
            double[] means = [.. NaiveMatrix.Gaussian(components * dimension, random).Select(value => 50.0 + (2.0 * value))];
            double[] covariances = [.. Enumerable.Range(0, components).SelectMany(_ => NaiveMatrix.PositiveDefinite(dimension, random, shift))];
            return GaussianMixture.Create(weights, means, covariances);
        }
    }
}
