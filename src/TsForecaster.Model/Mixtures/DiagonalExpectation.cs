using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The E-step for diagonal and spherical covariances: t_nk = π_k N(x_n; μ_k, Σ_k) / p(x_n), in log space, on a block of windows at a
/// time. Working memory is two blocks, whatever N is. In the blocks windows are columns: D×<see cref="Width"/>.
/// </summary>
internal sealed class DiagonalExpectation(WindowSet windows, int components)
{
    private const int Width = 64;

    private readonly double[] _window = new double[windows.Dimension];
    private readonly double[] _block = new double[windows.Dimension * Width];
    private readonly double[] _centred = new double[windows.Dimension * Width];
    private readonly double[] _squares = new double[Width];
    private readonly double[] _logs = new double[components * Width];

    /// <summary>Fills what is given: responsibilities (K arrays of N) and log-densities (N). K may be smaller than at construction.</summary>
    /// <returns>Σ_n log p(x_n), added in the order of the windows.</returns>
    public double Run(GaussianMixture mixture, IReadOnlyList<double[]>? responsibilities, double[]? logDensities)
    {
        double total = 0.0;
        Span<double> shares = new double[mixture.Components];
        for (int start = 0; start < windows.Count; start += Width)
        {
            int count = Math.Min(Width, windows.Count - start);
            Load(start, count);
            for (int k = 0; k < mixture.Components; k++)
            {
                JointLogDensities(mixture, k, _logs.AsSpan(k * Width, Width));
            }

            for (int n = 0; n < count; n++)
            {
                for (int k = 0; k < shares.Length; k++)
                {
                    shares[k] = _logs[(k * Width) + n];
                }

                double logDensity = LogSumExp.Normalise(shares);
                total += logDensity;
                logDensities?[start + n] = logDensity;
                for (int k = 0; k < shares.Length && responsibilities is not null; k++)
                {
                    responsibilities[k][start + n] = shares[k];
                }
            }
        }

        return total;
    }

    private void Load(int start, int count)
    {
        for (int n = 0; n < count; n++)
        {
            windows.CopyTo(start + n, _window);
            for (int i = 0; i < _window.Length; i++)
            {
                _block[(i * Width) + n] = _window[i];
            }
        }
    }

    /// <summary>log π_k N(x_n; μ_k, Σ_k) of the block's windows.</summary>
    private void JointLogDensities(GaussianMixture mixture, int k, Span<double> logs)
    {
        int dimension = mixture.Dimension;
        ReadOnlySpan<double> mean = mixture.Mean(k);
        for (int i = 0; i < dimension; i++)
        {
            VectorKernels.Shift(_block.AsSpan(i * Width, Width), -mean[i], _centred.AsSpan(i * Width, Width));
        }

        DivideByDiagonal(mixture.CholeskyFactor(k), dimension);
        _squares.AsSpan().Clear();
        for (int i = 0; i < dimension; i++)
        {
            VectorKernels.AddSquares(_centred.AsSpan(i * Width, Width), _squares);
        }

        double scale = mixture.LogScale(k);
        for (int n = 0; n < Width; n++)
        {
            logs[n] = scale - (0.5 * _squares[n]);
        }
    }

    private void DivideByDiagonal(ReadOnlySpan<double> factor, int dimension)
    {
        for (int i = 0; i < dimension; i++)
        {
            double deviation = factor[(i * dimension) + i];
            foreach (ref double value in _centred.AsSpan(i * Width, Width))
            {
                value /= deviation;
            }
        }
    }
}
