using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The constraint that windows of a stationary series meet (Eirola and Lendasse 2013): the mixture's mean is the same at every step,
/// Σ_k π_k μ_k = (m, m, …), and its covariance depends on the lag alone: Cov(x_s, x_t) = R(s − t), block-Toeplitz with blocks of C
/// channels.
/// <para>
/// With g and V = L Lᵀ the mixture's mean and covariance, m the mean of g over the steps, R(l) that of the blocks of V along each of its
/// block diagonals, and R = G Gᵀ, the affine map x ↦ m + A (x − g), A = G L⁻¹, takes every component along and meets both exactly. A is lower
/// triangular: a step of the mapped window depends on no later one. So is A L_k, which is the new Cholesky factor as it stands; no
/// component can lose definiteness.
/// </para>
/// <para>
/// R, an average, may be indefinite or nearly so. It is then shrunk toward uncorrelated steps, R(l) ← (1 − s) R(l) for l ≠ 0, with the
/// least s of 2⁻³⁰, 2⁻²⁹, … that leaves every step, given those before it, at least half the variance that V leaves at its most predictable one.
/// </para>
/// </summary>
internal static class ShiftInvariance
{
    private const double FirstShrinkage = 1.0 / (1 << 30);
    private const double LeastShare = 0.5;

    /// <summary>The mixture mapped so; null when its covariance cannot be factored. K·D³ operations.</summary>
    /// <param name="mixture">Full covariances.</param>
    /// <param name="channels">Numbers of a step, which lie side by side.</param>
    public static GaussianMixture? Project(GaussianMixture mixture, int channels)
    {
        int dimension = mixture.Dimension, components = mixture.Components;
        double[] mean = new double[dimension];
        double[] covariance = Moments(mixture, mean);
        double[] common = Means(mean, channels);
        double[] lags = Lags(covariance, dimension, channels);
        if (!Cholesky.TryFactor(covariance, dimension, out _))
        {
            return null;
        }

        if (Target(lags, covariance, dimension, channels) is not { } target)
        {
            return null;
        }

        double[] map = SolveRight(target, covariance, dimension);

        double[] means = new double[components * dimension];
        double[][] covariances = new double[components][], factors = new double[components][];
        double[] offset = new double[dimension];
        for (int k = 0; k < components; k++)
        {
            VectorKernels.ScaledDifference(1.0, mixture.Mean(k), mean, offset);
            Span<double> moved = means.AsSpan(k * dimension, dimension);
            Cholesky.MultiplyLower(map, dimension, offset, moved);
            for (int i = 0; i < dimension; i++)
            {
                moved[i] += common[i % channels];
            }

            factors[k] = MultiplyLower(map, mixture.CholeskyFactor(k), dimension);
            covariances[k] = Square(factors[k], dimension);
        }

        return new GaussianMixture(mixture.Weights.ToArray(), means, covariances, factors, CovarianceShape.Full);
    }

    /// <summary>Writes g and returns V.</summary>
    private static double[] Moments(GaussianMixture mixture, Span<double> mean)
    {
        int dimension = mixture.Dimension;
        for (int k = 0; k < mixture.Components; k++)
        {
            VectorKernels.AddScaled(mixture.Weights[k], mixture.Mean(k), mean);
        }

        double[] covariance = new double[dimension * dimension], offset = new double[dimension];
        for (int k = 0; k < mixture.Components; k++)
        {
            VectorKernels.AddScaled(mixture.Weights[k], mixture.Covariance(k), covariance);
            VectorKernels.ScaledDifference(1.0, mixture.Mean(k), mean, offset);
            for (int i = 0; i < dimension; i++)
            {
                VectorKernels.AddScaled(mixture.Weights[k] * offset[i], offset, covariance.AsSpan(i * dimension, dimension));
            }
        }

        return covariance;
    }

    /// <summary>The mean of each channel over the steps.</summary>
    private static double[] Means(double[] mean, int channels)
    {
        double[] common = new double[channels];
        for (int i = 0; i < mean.Length; i++)
        {
            common[i % channels] += mean[i] * channels / mean.Length;
        }

        return common;
    }

    /// <summary>R(l) for l from 0 on, the means of the blocks with row step − column step = l; C×C row-major each.</summary>
    private static double[] Lags(double[] covariance, int dimension, int channels)
    {
        int steps = dimension / channels;
        double[] lags = new double[dimension * channels];
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < ((i / channels) + 1) * channels; j++)
            {
                int lag = (i / channels) - (j / channels);
                lags[(((lag * channels) + (i % channels)) * channels) + (j % channels)] += covariance[(i * dimension) + j] / (steps - lag);
            }
        }

        return lags;
    }

    /// <summary>G, of R shrunk as far as need be; without correlations between steps R is an average of positive definite blocks.</summary>
    private static double[]? Target(double[] lags, double[] factor, int dimension, int channels)
    {
        double[] least = LeastPivots(factor, dimension, channels);
        double[] target = new double[dimension * dimension];
        for (double shrinkage = 0.0; shrinkage <= 1.0; shrinkage = shrinkage == 0.0 ? FirstShrinkage : 2.0 * shrinkage)
        {
            for (int i = 0; i < dimension; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    int lag = (i / channels) - (j / channels);
                    double value = lags[(((lag * channels) + (i % channels)) * channels) + (j % channels)];
                    target[(i * dimension) + j] = lag == 0 ? value : (1.0 - shrinkage) * value;
                }
            }

            if (Cholesky.TryFactor(target, dimension, out _) && (shrinkage == 1.0 || AreAbove(least, target, dimension, channels)))
            {
                return target;
            }
        }

        return null;
    }

    /// <summary>For each channel the least standard deviation that a step has left, given those before it.</summary>
    private static double[] LeastPivots(double[] factor, int dimension, int channels)
    {
        double[] least = new double[channels];
        Array.Fill(least, double.PositiveInfinity);
        for (int i = 0; i < dimension; i++)
        {
            least[i % channels] = Math.Min(least[i % channels], factor[(i * dimension) + i]);
        }

        return least;
    }

    private static bool AreAbove(double[] least, double[] factor, int dimension, int channels)
    {
        for (int i = 0; i < dimension; i++)
        {
            double pivot = factor[(i * dimension) + i];
            if (pivot * pivot < LeastShare * least[i % channels] * least[i % channels])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A with A L = G, lower triangular: <c>A[i,j] = (G[i,j] − Σ_{j&lt;k≤i} A[i,k]·L[k,j]) / L[j,j]</c>, j from i down.</summary>
    private static double[] SolveRight(double[] g, double[] l, int dimension)
    {
        double[] a = (double[])g.Clone();
        for (int i = 0; i < dimension; i++)
        {
            Span<double> row = a.AsSpan(i * dimension, i + 1);
            for (int j = i; j >= 0; j--)
            {
                row[j] /= l[(j * dimension) + j];
                VectorKernels.AddScaled(-row[j], l.AsSpan(j * dimension, j), row[..j]);
            }
        }

        return a;
    }

    /// <summary>A L, both lower triangular.</summary>
    private static double[] MultiplyLower(double[] a, ReadOnlySpan<double> l, int dimension)
    {
        double[] product = new double[a.Length];
        for (int i = 0; i < dimension; i++)
        {
            Span<double> row = product.AsSpan(i * dimension, i + 1);
            for (int k = 0; k <= i; k++)
            {
                VectorKernels.AddScaled(a[(i * dimension) + k], l.Slice(k * dimension, k + 1), row[..(k + 1)]);
            }
        }

        return product;
    }

    /// <summary>F Fᵀ.</summary>
    private static double[] Square(double[] factor, int dimension)
    {
        double[] square = new double[factor.Length];
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double value = VectorKernels.Dot(factor.AsSpan(i * dimension, j + 1), factor.AsSpan(j * dimension, j + 1));
                square[(i * dimension) + j] = square[(j * dimension) + i] = value;
            }
        }

        return square;
    }
}
