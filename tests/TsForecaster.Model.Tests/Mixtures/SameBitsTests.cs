using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>A fit has the same bits for any number of threads and with vectors of any width, or none.</summary>
public sealed class SameBitsTests
{
    private const string HashFile = "TSFORECASTER_TEST_HASH_FILE";

    [Theory]
    [InlineData(CovarianceShape.Full, 0.0)]
    [InlineData(CovarianceShape.Full, 0.4)]
    [InlineData(CovarianceShape.Tied, 0.0)]
    public void Fit_OneTwoOrThreeThreads_GiveTheSameBits(CovarianceShape shape, double shrinkage)
    {
        string[] hashes = [.. new[] { 1, 2, 3 }.Select(threads => Hash(shape, shrinkage, threads))];

        Assert.Equal(hashes[0], hashes[1]);
        Assert.Equal(hashes[0], hashes[2]);
        if (Environment.GetEnvironmentVariable(HashFile) is { Length: > 0 } file)
        {
            File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{shape} {shrinkage} {hashes[0]}\n"));
        }
    }

    [Theory]
    [InlineData("EnableAVX512")]
    [InlineData("EnableAVX2")]
    [InlineData("EnableHWIntrinsic")]
    public async Task Fit_ProcessWithoutAnInstructionSet_GivesTheSameBits(string instructions)
    {
        string file = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add(typeof(SameBitsTests).Assembly.Location);
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"*{nameof(SameBitsTests)}.{nameof(Fit_OneTwoOrThreeThreads_GiveTheSameBits)}");
            start.Environment[$"DOTNET_{instructions}"] = "0";
            start.Environment[HashFile] = file;
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{await output}{await errors}");

            string[] expected = [$"Full 0 {Hash(CovarianceShape.Full, 0.0, 2)}", $"Full 0.4 {Hash(CovarianceShape.Full, 0.4, 2)}", $"Tied 0 {Hash(CovarianceShape.Tied, 0.0, 2)}"];
            Assert.Equal(expected, (await File.ReadAllLinesAsync(file)).Order(StringComparer.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Weights, means, covariances and trace of a fit large enough for several threads.</summary>
    private static string Hash(CovarianceShape shape, double shrinkage, int threads)
    {
        FitOptions options = new() { Components = 5, Shape = shape, Shrinkage = shrinkage, MaxIterations = 4, Tolerance = 0.0, Seed = 3, Threads = threads };
        FitResult result = ExpectationMaximization.Fit(WindowSet.Over(Series(), new WindowShape(20, 9), Normalisation.None), options);
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

    private static double[] Series()
    {
        SeededRandom random = new(9);
        double[] series = new double[2700];
        for (int i = 1; i < series.Length; i++)
        {
            // A triangle wave and noise: no function of the C library, whose last bit is its own.
            series[i] = (0.5 * series[i - 1]) + Math.Abs((i % 24) - 12) + (((i / 100) % 3) * 4.0) + (0.3 * ((2.0 * random.NextUniform()) - 1.0));
        }

        return series;
    }
}
