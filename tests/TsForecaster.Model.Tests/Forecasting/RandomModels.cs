using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>Models with well-conditioned random parameters, and numbers to feed them.</summary>
internal static class RandomModels
{
    public static ForecastModel Model(WindowShape shape, int components, int seed, Normalisation? normalisation = null) =>
        new(new WindowModel(shape, normalisation ?? Normalisation.None, Mixture(components, shape.Dimension, seed), Report(components)));

    /// <summary>Three members that look at different parts of the past in different units, weights 0.5, 0.3, 0.2, and a spread; F = 3.</summary>
    public static ForecastModel Ensemble(params double[] spread) => new(
        [
            Member(new WindowShape(4, 3), 2, 1, new Normalisation(Centring.Mean, Scaling.StandardDeviation)),
            Member(WindowShape.OfLags([9, 8, 2, 1], 3), 1, 2, new Normalisation(Centring.Last)),
            Member(new WindowShape(2, 3), 3, 3, new Normalisation(Centring.Mean) { Season = 3, Seasons = 2, Decay = 0.75, MeasuredSteps = 4, LevelSteps = 3 }),
        ],
        [0.5, 0.3, 0.2],
        spread.Length > 0 ? spread : [0.5, 1.0, 2.0]);

    public static WindowModel Member(WindowShape shape, int components, int seed, Normalisation normalisation) =>
        new(shape, normalisation, Mixture(components, shape.Dimension, seed), Report(components));

    /// <summary>Weights 1, 2, … K over their sum; means N(0, 1); covariances AAᵀ/D + I/10 with A standard normal.</summary>
    public static GaussianMixture Mixture(int components, int dimension, int seed)
    {
        var random = new Random(seed);
        double[] weights = [.. Enumerable.Range(1, components).Select(k => (double)k)];
        double[] means = Gaussians(random, components * dimension);
        var covariances = new double[components * dimension * dimension];
        for (int k = 0; k < components; k++)
        {
            double[] a = Gaussians(random, dimension * dimension);
            for (int i = 0; i < dimension; i++)
            {
                for (int j = 0; j < dimension; j++)
                {
                    double sum = i == j ? 0.1 : 0.0;
                    for (int l = 0; l < dimension; l++)
                    {
                        sum += a[(i * dimension) + l] * a[(j * dimension) + l] / dimension;
                    }

                    covariances[(((k * dimension) + i) * dimension) + j] = sum;
                }
            }
        }

        return GaussianMixture.Create(weights, means, covariances);
    }

    public static double[] Gaussians(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()))];

    public static double[] Past(WindowShape shape, int seed) => Gaussians(new Random(seed), shape.PastDimension);

    public static FitReport Report(int components) => new()
    {
        Stop = StopReason.Converged,
        Iterations = 3,
        Trace = [-3.5, -3.25, -3.2],
        LogLikelihood = -320.0,
        Windows = 100,
        FreeParameters = components,
        Reseeded = 1,
        Dropped = 2,
        RidgeEscalations = 4,
    };
}
