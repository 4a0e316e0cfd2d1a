using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Benchmarks.Forecasts;

/// <summary>
/// A random mixture and random pasts to condition it on: weights uniform on the simplex, means N(0, 1), covariances AAᵀ/D + I/10
/// with A standard normal, pasts N(0, 1).
/// </summary>
internal sealed class ForecastProblem
{
    private readonly double[] _weights;
    private readonly double[] _means;
    private readonly double[] _covariances;

    public ForecastProblem(int past, int future, int components, int queries, ulong seed = 1)
    {
        (Shape, Components, Queries) = (new WindowShape(past, future), components, queries);
        int d = Shape.Dimension;
        SeededRandom random = new(seed);
        double[] Gaussian(int count)
        {
            double[] values = new double[count];
            random.FillGaussian(values);
            return values;
        }

        _weights = [.. Enumerable.Range(0, components).Select(_ => -Math.Log(random.NextUniform()))];
        double sum = _weights.Sum();
        _weights = Array.ConvertAll(_weights, weight => weight / sum);
        _means = Gaussian(components * d);
        _covariances = new double[components * d * d];
        for (int k = 0; k < components; k++)
        {
            double[] a = Gaussian(d * d);
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    _covariances[(((k * d) + i) * d) + j] = (VectorKernels.Dot(a.AsSpan(i * d, d), a.AsSpan(j * d, d)) / d) + (i == j ? 0.1 : 0.0);
                }
            }
        }

        Pasts = Gaussian(queries * past);
        Forecaster = new Forecaster(new ForecastModel(new WindowModel(
            Shape,
            Normalisation.None,
            GaussianMixture.Create(_weights, _means, _covariances),
            new FitReport { Stop = StopReason.Converged, Iterations = 0, Trace = [], LogLikelihood = 0.0, Windows = 0, FreeParameters = 0 })));
    }

    public WindowShape Shape { get; }

    public int Components { get; }

    public int Queries { get; }

    /// <summary>Queries×P row-major.</summary>
    public double[] Pasts { get; }

    public Forecaster Forecaster { get; }

    public ReadOnlySpan<double> Past(int query) => Pasts.AsSpan(query * Shape.Past, Shape.Past);

    /// <summary>Components that count, averaged over the queries.</summary>
    public double MeanKept() => Enumerable.Range(0, Queries).Average(query => Forecaster.Predict(Past(query)).Weights.Length);

    /// <summary>Weights, means, covariances, pasts as doubles, for a peer to read.</summary>
    public void Write(string path)
    {
        using BinaryWriter writer = new(File.Create(path));
        foreach (double[] numbers in new[] { _weights, _means, _covariances, Pasts })
        {
            foreach (double number in numbers)
            {
                writer.Write(number);
            }
        }
    }
}
