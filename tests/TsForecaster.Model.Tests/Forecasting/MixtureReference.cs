using MathNet.Numerics;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>Cdf and CRPS of a mixture by naive loops over its components, with another library's erfc; mixtures to try them on.</summary>
internal static class MixtureReference
{
    public static double Cdf(UnivariateMixture mixture, double y)
    {
        double sum = 0.0;
        for (int i = 0; i < mixture.Weights.Length; i++)
        {
            (double offset, double deviation) = (y - mixture.Means[i], mixture.StandardDeviations[i]);
            sum += mixture.Weights[i] * (deviation > 0.0 ? Phi(offset / deviation) : offset >= 0.0 ? 1.0 : 0.0);
        }

        return sum;
    }

    public static double Crps(UnivariateMixture mixture, double y)
    {
        double score = 0.0;
        for (int i = 0; i < mixture.Weights.Length; i++)
        {
            double variance = mixture.StandardDeviations[i] * mixture.StandardDeviations[i];
            score += mixture.Weights[i] * MeanAbsolute(y - mixture.Means[i], variance);
            for (int j = 0; j < mixture.Weights.Length; j++)
            {
                double other = mixture.StandardDeviations[j] * mixture.StandardDeviations[j];
                score -= 0.5 * mixture.Weights[i] * mixture.Weights[j] * MeanAbsolute(mixture.Means[i] - mixture.Means[j], variance + other);
            }
        }

        return score;
    }

    /// <summary>A mixture of so many components; every fifth one is a point mass.</summary>
    public static UnivariateMixture Random(int components, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] shares = [.. Enumerable.Range(0, components).Select(_ => 0.05 + random.NextUniform())];
        return new UnivariateMixture(
            [.. shares.Select(share => share / shares.Sum())],
            [.. shares.Select(_ => 3.0 * random.NextGaussian())],
            [.. shares.Select((_, i) => i % 5 == 4 ? 0.0 : 0.1 + (2.0 * random.NextUniform()))]);
    }

    private static double Phi(double z) => 0.5 * SpecialFunctions.Erfc(-z / Math.Sqrt(2.0));

    private static double MeanAbsolute(double mean, double variance)
    {
        if (variance == 0.0)
        {
            return Math.Abs(mean);
        }

        double z = mean / Math.Sqrt(variance);
        return Math.Sqrt(variance) * ((z * ((2.0 * Phi(z)) - 1.0)) + (2.0 * Math.Exp(-0.5 * z * z) / Math.Sqrt(Math.Tau)));
    }
}
