using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A Gaussian mixture p(x) = Σ_k π_k N(x; μ_k, Σ_k), immutable. Covariances are held as full D×D row-major matrices together
/// with their lower Cholesky factors, whatever the <see cref="Shape"/>.
/// </summary>
public sealed class GaussianMixture
{
    /// <summary>Builds a mixture from its parameters, which are copied.</summary>
    /// <param name="weights">π, length K, non-negative; scaled to sum to one.</param>
    /// <param name="means">μ, K×D row-major.</param>
    /// <param name="covariances">Σ, K×D×D row-major, symmetric.</param>
    /// <exception cref="ArgumentException">Sizes do not agree, a number is not finite, or a covariance is not positive definite (the message names the component).</exception>
    public static GaussianMixture Create(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> covariances, CovarianceShape shape = CovarianceShape.Full) =>
        throw null!;

    public int Components => throw null!;

    public int Dimension => throw null!;

    public CovarianceShape Shape => throw null!;

    public ReadOnlySpan<double> Weights => throw null!;

    /// <summary>μ_k, length D.</summary>
    public ReadOnlySpan<double> Mean(int component) => throw null!;

    /// <summary>Σ_k, D×D row-major.</summary>
    public ReadOnlySpan<double> Covariance(int component) => throw null!;

    /// <summary>L_k with Σ_k = L_k L_kᵀ, D×D row-major, upper triangle zero.</summary>
    public ReadOnlySpan<double> CholeskyFactor(int component) => throw null!;

    /// <summary>Free parameters of the mixture for its shape, as AIC and BIC count them.</summary>
    public int FreeParameters => throw null!;

    /// <summary>log p(x), natural logarithm.</summary>
    public double LogDensity(ReadOnlySpan<double> x) => throw null!;

    /// <summary>Writes t_k = p(k | x), which sum to one, into <paramref name="destination"/> (length K); returns log p(x).</summary>
    public double Responsibilities(ReadOnlySpan<double> x, Span<double> destination) => throw null!;

    /// <summary>The component with the largest responsibility for x.</summary>
    public int Classify(ReadOnlySpan<double> x) => throw null!;

    /// <summary>log p(x_n) of every window, length N.</summary>
    public double[] ScoreSamples(WindowSet windows) => throw null!;

    /// <summary>Draws <paramref name="count"/> rows (count×D row-major) and the component each came from; the same seed gives the same rows.</summary>
    public (double[] Rows, int[] Components) Sample(int count, ulong seed) => throw null!;
}
