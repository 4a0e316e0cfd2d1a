using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests;

/// <summary>
/// The same bits with vectors of 512, 256 and 128 bits and with none: this program runs itself again with instruction sets switched
/// off, and compares a hash of results.
/// </summary>
public sealed class InstructionSetTests
{
    private const string HashFile = "TSFORECASTER_TEST_HASH_FILE";

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Forecasts_WithAnInstructionSetSwitchedOff_AreTheSameBits(string setting)
    {
        string file = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(typeof(InstructionSetTests).Assembly.Location);
            }

            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"{typeof(InstructionSetTests).FullName}.{nameof(Forecasts_OfThisProcess_AreFinite)}");
            start.Environment[setting] = "0";
            start.Environment[HashFile] = file;
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();

            Assert.True(process.ExitCode == 0, await output + await errors);
            Assert.Equal(Hash(Forecasts()), File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Forecasts_OfThisProcess_AreFinite()
    {
        double[] forecasts = Forecasts();
        Assert.All(forecasts, number => Assert.True(double.IsFinite(number)));
        if (Environment.GetEnvironmentVariable(HashFile) is { } file)
        {
            File.WriteAllText(file, Hash(forecasts));
        }
    }

    private static double[] Forecasts()
    {
        var numbers = new List<double>();
        foreach ((int past, int future, int components) in new[] { (25, 25, 16), (48, 12, 8), (13, 3, 5), (70, 9, 3), (6, 6, 1) })
        {
            WindowShape shape = new(past, future);
            var forecaster = new Forecaster(RandomModels.Model(shape, components, past, new Normalisation(Centring.Last, Scaling.StandardDeviation)));
            for (int seed = 0; seed < 5; seed++)
            {
                double[] x = RandomModels.Past(shape, seed), mean = new double[future], deviation = new double[future];
                forecaster.PredictMoments(x, mean, deviation);
                numbers.AddRange([.. mean, .. deviation]);
                Forecast density = forecaster.Predict(x);
                numbers.AddRange([.. density.Mean(), .. density.Covariance(), .. density.Weights]);
                x[past / 2] = double.NaN;
                numbers.AddRange(forecaster.Predict(x).Mean());
                UnivariateMixture marginal = density.Marginal(1 + (seed % future));
                numbers.AddRange([marginal.Quantile(0.05), marginal.Quantile(0.5), marginal.Quantile(0.99), marginal.Crps(x[0]), marginal.LogDensity(x[0]), marginal.Cdf(x[0])]);
            }
        }

        return [.. numbers];
    }

    private static string Hash(double[] numbers) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<double>(numbers)));
}
