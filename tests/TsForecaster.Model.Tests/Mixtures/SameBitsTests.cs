using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>
/// A fit has the same bits for any number of threads and with vectors of any width, or none, whichever way its windows are read: as
/// slices of a history, normalised, or as rows of a matrix, with one channel or several.
/// </summary>
public sealed class SameBitsTests
{
    private const int Past = 20, Future = 9;

    private static readonly WindowShape OneChannel = new(Past, Future), ThreeChannels = new(Past / 2, Future / 2, 3);

    private static readonly FitOptions Full = new() { Components = 5, MaxIterations = 4, Tolerance = 0.0, Seed = 3 };

    private static readonly Dictionary<string, (FitOptions Options, Func<WindowSet> Windows)> Fits = new()
    {
        ["full, slices"] = (Full, () => Over(OneChannel, Normalisation.None)),
        ["full and shrunk, slices"] = (Full with { Shrinkage = 0.4 }, () => Over(OneChannel, Normalisation.None)),
        ["tied, slices"] = (Full with { Shape = CovarianceShape.Tied }, () => Over(OneChannel, Normalisation.None)),
        ["full, slices of three channels"] = (Full, () => Over(ThreeChannels, Normalisation.None)),
        ["full, less the last"] = (Full, () => Over(OneChannel, new Normalisation(Centring.Last))),
        ["full, mean and scale"] = (Full, () => Over(OneChannel, new Normalisation(Centring.Mean, Scaling.StandardDeviation))),
        ["full, mean and scale of three channels"] = (Full, () => Over(ThreeChannels, new Normalisation(Centring.Mean, Scaling.StandardDeviation))),
        ["full, slices with gaps"] = (Full, () => WithGaps(OneChannel, Normalisation.None)),
        ["full, mean and scale of three channels with gaps"] = (Full, () => WithGaps(ThreeChannels, new Normalisation(Centring.Mean, Scaling.StandardDeviation))),
        ["full, slices whose components share lag products"] = (Full with { Components = 12 }, () => Over(new WindowShape(50, 10), Normalisation.None)),
        ["full, rows of a matrix"] = (Full, Rows),
        ["tied, rows of a matrix"] = (Full with { Shape = CovarianceShape.Tied }, Rows),
        ["diagonal, rows of a matrix"] = (Full with { Shape = CovarianceShape.Diagonal }, Rows),
    };

    [Fact]
    public void Fits_OneTwoOrThreeThreads_GiveTheSameBits()
    {
        string[] hashes = Hashes(1);

        Assert.Equal(hashes, Hashes(2));
        Assert.Equal(hashes, Hashes(3));
        Assert.Equal(Fits.Count, hashes.Distinct().Count());
        Rerun.Note(hashes);
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Fits_WithAnInstructionSetSwitchedOff_GiveTheSameBits(string setting) =>
        Assert.Equal(Hashes(2), await Rerun.WithoutAsync(setting, typeof(SameBitsTests), nameof(Fits_OneTwoOrThreeThreads_GiveTheSameBits)));

    private static string[] Hashes(int threads) => [.. Fits.Select(fit => $"{fit.Key}: {Hash(fit.Value.Windows(), fit.Value.Options with { Threads = threads })}")];

    /// <summary>Weights, means, covariances and trace of a fit large enough for several threads.</summary>
    private static string Hash(WindowSet windows, FitOptions options)
    {
        FitResult result = ExpectationMaximization.Fit(windows, options);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<double>([.. result.Report.Trace]));
        hash.AppendData(MemoryMarshal.AsBytes(result.Mixture!.Weights));
        for (int k = 0; k < result.Mixture.Components; k++)
        {
            hash.AppendData(MemoryMarshal.AsBytes(result.Mixture.Mean(k)));
            hash.AppendData(MemoryMarshal.AsBytes(result.Mixture.Covariance(k)));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static WindowSet Over(WindowShape shape, Normalisation normalisation) =>
        WindowSet.Over(Series(2700 * shape.Channels), shape, normalisation);

    /// <summary>Single values missing, and a gap with the same pattern every 24 steps in part of the history.</summary>
    private static WindowSet WithGaps(WindowShape shape, Normalisation normalisation)
    {
        double[] history = MissingValueTests.Punch(Series(1500 * shape.Channels), 0.01, 6);
        for (int step = 0; step < 600; step += 24)
        {
            history.AsSpan(step * shape.Channels, 3 * shape.Channels).Fill(double.NaN);
        }

        return WindowSet.Over(history, shape, normalisation, missing: new MissingValues());
    }

    private static WindowSet Rows()
    {
        const int Dimension = 27;
        return WindowSet.FromRows(Series(2603 * Dimension), Dimension);
    }

    private static double[] Series(int length)
    {
        SeededRandom random = new(9);
        double[] series = new double[length];
        for (int i = 1; i < series.Length; i++)
        {
            // A triangle wave and noise: no function of the C library, whose last bit is its own.
            series[i] = (0.5 * series[i - 1]) + Math.Abs((i % 24) - 12) + (((i / 100) % 3) * 4.0) + (0.3 * ((2.0 * random.NextUniform()) - 1.0));
        }

        return series;
    }
}
