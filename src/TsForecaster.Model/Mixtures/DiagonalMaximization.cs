using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The M-step for diagonal and spherical covariances: π_k = N_k / N, μ_k = Σ t_nk x_n / N_k, variances Σ t_nk (x_n − μ_k)² / N_k with
/// N_k = Σ t_nk, then the ridge. Variances are accumulated around the new mean.
/// </summary>
internal sealed class DiagonalMaximization
{
    private readonly WindowSet _windows;
    private readonly CovarianceShape _shape;
    private readonly RidgedCovariance _ridge;
    private readonly double[] _window;
    private readonly double[] _origin;
    private readonly double[] _sums;

    public DiagonalMaximization(WindowSet windows, CovarianceShape shape, RidgedCovariance ridge)
    {
        (_windows, _shape, _ridge) = (windows, shape, ridge);
        _window = new double[windows.Dimension];
        _origin = new double[windows.Dimension];
        _sums = new double[windows.Dimension];
        windows.CopyTo(0, _origin);
    }

    /// <summary>The mixture that maximises the expected log-likelihood, or null when a covariance stays singular.</summary>
    /// <param name="responsibilities">K arrays of N; none of them empty.</param>
    public GaussianMixture? Run(IReadOnlyList<double[]> responsibilities)
    {
        int components = responsibilities.Count;
        double[] sizes = new double[components];
        double total = 0.0;
        for (int k = 0; k < components; k++)
        {
            sizes[k] = VectorKernels.Sum(responsibilities[k]);
            total += sizes[k];
        }

        double[] means = Means(responsibilities, sizes);
        double[][] covariances = new double[components][];
        double[][] factors = new double[components][];
        for (int k = 0; k < components; k++)
        {
            Accumulate(responsibilities[k], means.AsSpan(k * _windows.Dimension, _windows.Dimension));
            covariances[k] = Covariance(sizes[k]);
            if (_ridge.Factor(covariances[k], _windows.Dimension) is not { } factor)
            {
                return null;
            }

            factors[k] = factor;
        }

        double[] weights = Array.ConvertAll(sizes, size => size / total);
        return new GaussianMixture(weights, means, covariances, factors, _shape);
    }

    /// <summary>Summed relative to the first window: exact for constants, and no digits are lost to a large common level.</summary>
    private double[] Means(IReadOnlyList<double[]> responsibilities, double[] sizes)
    {
        int dimension = _windows.Dimension;
        double[] means = new double[sizes.Length * dimension];
        for (int n = 0; n < _windows.Count; n++)
        {
            _windows.CopyTo(n, _window);
            VectorKernels.AddScaled(-1.0, _origin, _window);
            for (int k = 0; k < sizes.Length; k++)
            {
                double t = responsibilities[k][n];
                if (t >= FullMaximization.Negligible)
                {
                    VectorKernels.AddScaled(t, _window, means.AsSpan(k * dimension, dimension));
                }
            }
        }

        for (int i = 0; i < means.Length; i++)
        {
            means[i] = _origin[i % dimension] + (means[i] / sizes[i / dimension]);
        }

        return means;
    }

    /// <summary>Sums t_n (x_n − μ)² number by number.</summary>
    private void Accumulate(double[] responsibilities, ReadOnlySpan<double> mean)
    {
        Array.Clear(_sums);
        for (int n = 0; n < responsibilities.Length; n++)
        {
            if (responsibilities[n] < FullMaximization.Negligible)
            {
                continue;
            }

            _windows.CopyTo(n, _window);
            VectorKernels.ScaledDifference(Math.Sqrt(responsibilities[n]), _window, mean, _window);
            VectorKernels.AddSquares(_window, _sums);
        }
    }

    /// <summary>The sums over N_k as a diagonal matrix of the shape.</summary>
    private double[] Covariance(double size)
    {
        int dimension = _windows.Dimension;
        double[] matrix = new double[dimension * dimension];
        double mean = VectorKernels.Sum(_sums) / dimension;
        for (int i = 0; i < dimension; i++)
        {
            matrix[(i * dimension) + i] = (_shape == CovarianceShape.Spherical ? mean : _sums[i]) / size;
        }

        return matrix;
    }
}
