using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>One component adapted to windows of one series; <see cref="MapAdaptation"/> has the formulas.</summary>
internal static class MapComponent
{
    /// <summary>The share of the background that is added, and raised tenfold, when rounding has eaten a covariance's smallest directions.</summary>
    private const double FirstRescue = 1e-12;

    /// <summary>Component k of a background, adapted to all windows of a series, as a mixture of one. D² operations, and D³/3 to factor it.</summary>
    /// <param name="background">Full covariances.</param>
    /// <param name="k">Which.</param>
    /// <param name="series">Its windows, normalised as the background's were.</param>
    /// <param name="relevance">τ, positive.</param>
    public static GaussianMixture Adapt(GaussianMixture background, int k, SeriesMoments series, double relevance)
    {
        int dimension = background.Dimension;
        double share = series.Count / (series.Count + relevance);
        double[] mean = background.Mean(k).ToArray();
        (double[] covariance, double[] factor) = background.Matrices(k);
        if (series.Count > 0)
        {
            double[] move = new double[dimension];
            VectorKernels.ScaledDifference(1.0, series.Mean, mean, move);
            VectorKernels.AddScaled(share, move, mean);
            covariance = new double[dimension * dimension];
            PackedTriangle.Unpack(series.Scatter, dimension, covariance);
            Blend(background, k, series.Count, relevance, move, covariance);
            factor = Factor(background, k, covariance);
        }

        return new GaussianMixture([1.0], mean, [covariance], [factor], CovarianceShape.Full);
    }

    /// <summary>Turns Σ_n t_nk (x_n − x̄_k)(x_n − x̄_k)ᵀ into Σ_k.</summary>
    /// <param name="background">Full or tied covariances.</param>
    /// <param name="k">Which.</param>
    /// <param name="size">N_k, above zero.</param>
    /// <param name="relevance">τ.</param>
    /// <param name="move">x̄_k − μ_k of the background.</param>
    /// <param name="covariance">D×D, whose lower triangle is read.</param>
    public static void Blend(GaussianMixture background, int k, double size, double relevance, ReadOnlySpan<double> move, Span<double> covariance)
    {
        int dimension = background.Dimension;
        double share = size / (size + relevance), rest = relevance / (size + relevance);
        ReadOnlySpan<double> prior = background.Covariance(k);
        for (int i = 0; i < dimension; i++)
        {
            double between = share * rest * move[i];
            for (int j = 0; j <= i; j++)
            {
                int at = (i * dimension) + j;
                double within = (share * (covariance[at] / size)) + (rest * prior[at]);
                covariance[at] = covariance[(j * dimension) + i] = within + (between * move[j]);
            }
        }
    }

    /// <summary>
    /// L_k. Σ_k is positive definite as (1 − a_k) Σ_k^bg is; where τ is so small that rounding has taken that share away, the background's
    /// share is raised until there is a factor, at the latest when nothing else is left.
    /// </summary>
    public static double[] Factor(GaussianMixture background, int k, double[] covariance)
    {
        int dimension = background.Dimension;
        double[] factor = (double[])covariance.Clone();
        for (double share = FirstRescue; !Cholesky.TryFactor(factor, dimension, out _); share *= 10.0)
        {
            if (share >= 1.0)
            {
                background.Covariance(k).CopyTo(covariance);
                return background.CholeskyFactor(k).ToArray();
            }

            ReadOnlySpan<double> prior = background.Covariance(k);
            for (int i = 0; i < covariance.Length; i++)
            {
                covariance[i] += share * (prior[i] - covariance[i]);
            }

            covariance.CopyTo(factor, 0);
        }

        return factor;
    }
}
