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
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Forecasts_WithAnInstructionSetSwitchedOff_AreTheSameBits(string setting) =>
        Assert.Equal([Hash(Forecasts())], await Rerun.WithoutAsync(setting, typeof(InstructionSetTests), nameof(Forecasts_OfThisProcess_AreFinite)));

    [Fact]
    public void Forecasts_OfThisProcess_AreFinite()
    {
        double[] forecasts = Forecasts();
        Assert.All(forecasts, number => Assert.True(double.IsFinite(number)));
        Rerun.Note([Hash(forecasts)]);
    }

    private static double[] Forecasts()
    {
        var numbers = new List<double>();
        QuantileLevels levels = new(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95);
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
                double[] quantiles = new double[levels.Count];
                marginal.Quantiles(levels, quantiles);
                numbers.AddRange([.. quantiles, marginal.Quantile(0.99), marginal.Crps(x[0]), marginal.LogDensity(x[0]), marginal.Cdf(x[0])]);
            }
        }

        return [.. numbers];
    }

    private static string Hash(double[] numbers) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<double>(numbers)));
}
