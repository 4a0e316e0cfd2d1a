using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The M-step: π_k = N_k / N, μ_k = Σ t_nk x_n / N_k, Σ_k = Σ t_nk (x_n − μ_k)(x_n − μ_k)ᵀ / N_k with N_k = Σ t_nk, then the
/// ridge. Covariances are accumulated around the new mean, a block of rows √t_nk (x_n − μ_k) at a time, lower triangle only.
/// </summary>
internal sealed class MaximizationStep
{
    /// <summary>A responsibility below this changes no digit of a component that has at least one window's worth of them.</summary>
    public const double Negligible = 1e-16;

    private const int BlockRows = 64;

    private readonly WindowSet _windows;
    private readonly CovarianceShape _shape;
    private readonly RidgedCovariance _ridge;
    private readonly int _width;
    private readonly double[] _window;
    private readonly double[] _origin;
    private readonly double[] _rows;
    private readonly double[] _sums;

    public MaximizationStep(WindowSet windows, CovarianceShape shape, RidgedCovariance ridge)
    {
        (_windows, _shape, _ridge) = (windows, shape, ridge);
        int dimension = windows.Dimension;
        bool square = shape is CovarianceShape.Full or CovarianceShape.Tied;
        _width = BlockKernels.Padded(dimension);
        _window = new double[dimension];
        _origin = new double[dimension];
        windows.CopyTo(0, _origin);
        _rows = new double[square ? BlockRows * _width : _width];
        _sums = new double[square ? _width * _width : _width];
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
        _sums.AsSpan().Clear();
        for (int k = 0; k < components; k++)
        {
            Accumulate(responsibilities[k], means.AsSpan(k * _windows.Dimension, _windows.Dimension));
            if (_shape == CovarianceShape.Tied && k < components - 1)
            {
                continue;
            }

            covariances[k] = Covariance(_shape == CovarianceShape.Tied ? total : sizes[k]);
            if (_ridge.Factor(covariances[k], _windows.Dimension, _shape) is not { } factor)
            {
                return null;
            }

            factors[k] = factor;
            _sums.AsSpan().Clear();
        }

        if (_shape == CovarianceShape.Tied)
        {
            Array.Fill(covariances, covariances[^1]);
            Array.Fill(factors, factors[^1]);
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
                if (t >= Negligible)
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

    /// <summary>Adds Σ_n t_n (x_n − μ)(x_n − μ)ᵀ, or its diagonal, to the sums.</summary>
    private void Accumulate(double[] responsibilities, ReadOnlySpan<double> mean)
    {
        bool square = _shape is CovarianceShape.Full or CovarianceShape.Tied;
        int dimension = _windows.Dimension;
        int filled = 0;
        for (int n = 0; n < responsibilities.Length; n++)
        {
            if (responsibilities[n] < Negligible)
            {
                continue;
            }

            _windows.CopyTo(n, _window);
            VectorKernels.ScaledDifference(Math.Sqrt(responsibilities[n]), _window, mean, _rows.AsSpan(filled * _width, dimension));
            if (!square)
            {
                VectorKernels.AddSquares(_rows, _sums);
            }
            else if (++filled == BlockRows)
            {
                BlockKernels.AddOuterProducts(_rows, filled, _width, _sums);
                filled = 0;
            }
        }

        if (filled > 0)
        {
            BlockKernels.AddOuterProducts(_rows, filled, _width, _sums);
        }
    }

    /// <summary>The sums over N_k as a full symmetric matrix of the shape.</summary>
    private double[] Covariance(double size)
    {
        int dimension = _windows.Dimension;
        double[] matrix = new double[dimension * dimension];
        if (_shape is CovarianceShape.Full or CovarianceShape.Tied)
        {
            for (int i = 0; i < dimension; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    matrix[(i * dimension) + j] = matrix[(j * dimension) + i] = _sums[(i * _width) + j] / size;
                }
            }

            return matrix;
        }

        double mean = VectorKernels.Sum(_sums) / dimension;
        for (int i = 0; i < dimension; i++)
        {
            matrix[(i * dimension) + i] = (_shape == CovarianceShape.Spherical ? mean : _sums[i]) / size;
        }

        return matrix;
    }
}
