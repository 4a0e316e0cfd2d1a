using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class SeriesMixtureTests
{
    private static readonly SeriesMixtureOptions _options = new() { Components = 3, Ridge = 0.0, Overlap = 4.0, LeastSeries = 0.0, MaxIterations = 12, Tolerance = 0.0, Threads = 1 };

    [Fact]
    public void Fit_FromTheSameStart_EqualsTheDefinitionOnWindows()
    {
        WindowSet[] series = Series(15, 3);
        SeriesMixtureOptions options = _options with { MaxIterations = 5 };
        FitResult fit = SeriesMixture.Fit(series, options);
        List<double[]> start = SeriesStart.Responsibilities([.. series.Select(windows => new SeriesSums(windows.Dimension).Of(windows))], 3, options.Seed);
        NaiveSeriesMixture naive = NaiveSeriesMixture.Fit(series, start, options.Overlap, 5);

        Assert.Equal(StopReason.MaxIterations, fit.Report.Stop);
        Assert.All(naive.Trace.Zip(fit.Report.Trace), pair => Close.To(pair.First, pair.Second, 1e-9));
        for (int k = 0; k < 3; k++)
        {
            Close.To(naive.Weights[k], fit.Mixture!.Weights[k], 1e-9);
            Assert.All(naive.Means[k].Zip(fit.Mixture.Mean(k).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
            Assert.All(naive.Covariances[k].Zip(fit.Mixture.Covariance(k).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    [Fact]
    public void Fit_WithoutRidgeOrGivingUp_NeverFalls()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            FitResult fit = SeriesMixture.Fit(Series(24, (int)seed, apart: 0.4), _options with { Seed = seed, MaxIterations = 30, Overlap = 25.0 });
            Assert.True(fit.Report.Trace.Count > 3);
            for (int i = 1; i < fit.Report.Trace.Count; i++)
            {
                Assert.True(fit.Report.Trace[i] >= fit.Report.Trace[i - 1] - 1e-12, $"seed {seed}, iteration {i}: {fit.Report.Trace[i - 1]:R} → {fit.Report.Trace[i]:R}");
            }
        }
    }

    [Fact]
    public void Fit_SeriesInAnotherOrder_IsTheSameMixture()
    {
        // Two groups far apart: every start ends there.
        WindowSet[] series = Series(20, 7, groups: 2, apart: 6.0);
        GaussianMixture one = SeriesMixture.Fit(series, _options with { Components = 2, MaxIterations = 20 }).Mixture!;
        GaussianMixture other = SeriesMixture.Fit([.. series.Reverse()], _options with { Components = 2, MaxIterations = 20 }).Mixture!;
        int match = Math.Abs(one.Mean(0)[0] - other.Mean(0)[0]) < 1.0 ? 0 : 1;
        for (int k = 0; k < 2; k++)
        {
            Assert.Equal(one.Weights[k], other.Weights[k ^ match], 1e-12);
            Assert.All(one.Covariance(k).ToArray().Zip(other.Covariance(k ^ match).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        }
    }

    [Fact]
    public void Fit_TwoGroupsAmongTooManyComponents_GivesTheOthersUp()
    {
        WindowSet[] series = Series(30, 11, groups: 2, apart: 5.0);
        FitResult fit = SeriesMixture.Fit(series, _options with { Components = 10, LeastSeries = 6.0, MaxIterations = 25, Ridge = 1e-6 });
        Assert.InRange(fit.Mixture!.Components, 2, 5);
        Assert.Equal(10, fit.Mixture.Components + fit.Report.Dropped);

        // Every component belongs to one group: no mean lies between.
        double[] truths = [0.0, 5.0];
        for (int k = 0; k < fit.Mixture.Components; k++)
        {
            Assert.True(truths.Min(truth => Math.Abs(fit.Mixture.Mean(k)[0] - truth)) < 0.5, $"component {k} lies at {fit.Mixture.Mean(k)[0]}");
        }
    }

    [Fact]
    public void Fit_AnyNumberOfThreads_GivesTheSameBits()
    {
        string one = Hash(1);
        Assert.Equal(one, Hash(2));
        Assert.Equal(one, Hash(5));
        Rerun.Note([one]);
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Fit_WithAnInstructionSetSwitchedOff_GivesTheSameBits(string setting) =>
        Assert.Equal([Hash(2)], await Rerun.WithoutAsync(setting, typeof(SeriesMixtureTests), nameof(Fit_AnyNumberOfThreads_GivesTheSameBits)));

    [Fact]
    public void Sums_FarFromZero_LoseNoDigits()
    {
        double[] rows = RandomData.Clusters(130, 9, 1, 1.0, 4);
        SeriesMoments near = new SeriesSums(9).Of(WindowSet.FromRows(rows, 9));
        SeriesMoments far = new SeriesSums(9).Of(WindowSet.FromRows(Array.ConvertAll(rows, x => x + 1e6), 9));
        Assert.Equal(130, near.Count);
        Assert.All(near.Scatter.Zip(far.Scatter), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.All(near.Mean.Zip(far.Mean), pair => Assert.Equal(pair.First + 1e6, pair.Second, 1e-8));
    }

    [Fact]
    public void Sums_BeyondTheLimit_CountAsIfTheyLayThere()
    {
        double[] rows = [1.0, -50.0, 9.0, 2.0];
        SeriesMoments moments = new SeriesSums(2, 8.0).Of(WindowSet.FromRows(rows, 2));
        Assert.Equal([4.5, -3.0], moments.Mean);
        Assert.Equal([24.5, 35.0, 50.0], moments.Scatter);
    }

    [Fact]
    public void Adapt_OfMoments_EqualsThatOfWindows()
    {
        GaussianMixture background = RandomModels.Mixture(1, 6, 3);
        WindowSet windows = RandomData.ClusterRows(40, 6, 2, 1.0, 8);
        GaussianMixture expected = MapAdaptation.Adapt(background, windows, 25.0);
        GaussianMixture actual = MapComponent.Adapt(background, 0, new SeriesSums(6).Of(windows), 25.0);
        Assert.All(expected.Mean(0).ToArray().Zip(actual.Mean(0).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.All(expected.Covariance(0).ToArray().Zip(actual.Covariance(0).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        Assert.Equal(background.Covariance(0).ToArray(), MapComponent.Adapt(background, 0, new SeriesSums(6).Of(WindowSet.FromRows(default, 6)), 25.0).Covariance(0).ToArray());
    }

    [Fact]
    public void Fit_NoWindowOrOptionOutOfRange_Throws()
    {
        WindowSet none = WindowSet.FromRows(default, 4);
        Assert.Contains("no series has a whole window", Assert.Throws<ArgumentException>(() => SeriesMixture.Fit([none], _options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SeriesMixture.Fit([], _options));
        Assert.Throws<ArgumentException>(() => SeriesMixture.Fit(Series(4, 1), _options with { Overlap = 0.0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeriesMixture.Fit(Series(4, 1), _options with { Components = 0 }));
    }

    /// <summary>Series of 20 to 60 rows of five numbers; those of a group share a covariance, and lie <paramref name="apart"/> from those of the next.</summary>
    private static WindowSet[] Series(int count, int seed, int groups = 3, double apart = 2.0)
    {
        SeededRandom random = new((ulong)seed);
        double[] mixing = new double[groups * 25];
        random.FillGaussian(mixing);
        return [.. Enumerable.Range(0, count).Select(s =>
        {
            int group = s % groups, length = 20 + ((s * 7) % 41);
            double[] rows = new double[length * 5], standard = new double[5];
            for (int n = 0; n < length; n++)
            {
                random.FillGaussian(standard);
                for (int i = 0; i < 5; i++)
                {
                    rows[(n * 5) + i] = (group * apart) + (0.5 * standard[i]) + (0.3 * VectorKernels.Dot(mixing.AsSpan((group * 25) + (i * 5), 5), standard));
                }
            }

            return WindowSet.FromRows(rows, 5);
        })];
    }

    private static string Hash(int threads)
    {
        GaussianMixture mixture = SeriesMixture.Fit(Series(40, 5, apart: 0.5), _options with { Components = 5, LeastSeries = 3.0, Threads = threads, Ridge = 1e-4 }).Mixture!;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(mixture.Weights));
        for (int k = 0; k < mixture.Components; k++)
        {
            hash.AppendData(MemoryMarshal.AsBytes(mixture.Mean(k)));
            hash.AppendData(MemoryMarshal.AsBytes(mixture.Covariance(k)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
