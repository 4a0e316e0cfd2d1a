using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Adapts a background mixture, fitted to windows of many series, to the windows of one: maximum a posteriori with the background as
/// prior, worth τ windows a component (Reynolds, Quatieri and Dunn 2000, for full covariances: Gauvain and Lee 1994). With t_nk the
/// responsibilities under the background, N_k = Σ_n t_nk, x̄_k and S_k mean and covariance under them, and a_k = N_k / (N_k + τ):
/// <code>
/// μ_k = a_k x̄_k + (1 − a_k) μ_k^bg
/// Σ_k = a_k S_k + (1 − a_k) Σ_k^bg + a_k (1 − a_k) (x̄_k − μ_k^bg)(x̄_k − μ_k^bg)ᵀ
/// π_k = (N_k + τ π_k^bg) / (N + τ)
/// </code>
/// A series without windows has the background itself, one with many its own mixture. Further iterations take responsibilities
/// under the adapted mixture and are steps of EM: the posterior density of the parameters never falls.
/// <para>
/// The background is prepared once and serves any number of series, on several threads at a time. An adaptation works on one thread; the
/// same input gives the same bits.
/// </para>
/// </summary>
public sealed class MapAdaptation
{
    private readonly WhitenedMixture _prepared;

    /// <summary>Prepares a background; K·D³/3 operations.</summary>
    /// <exception cref="ArgumentException">Its covariances are neither full nor tied.</exception>
    public MapAdaptation(GaussianMixture background)
    {
        if (background.Shape is not (CovarianceShape.Full or CovarianceShape.Tied))
        {
            throw new ArgumentException($"the background's covariances have the shape {background.Shape}; only Full and Tied ones are adapted", nameof(background));
        }

        (Background, _prepared) = (background, new WhitenedMixture(background));
    }

    public GaussianMixture Background { get; }

    /// <summary>Adapts a background once; for many series prepare it once.</summary>
    /// <inheritdoc cref="Adapt(WindowSet, double, int, ReadOnlyMemory{double})"/>
    public static GaussianMixture Adapt(GaussianMixture background, WindowSet windows, double relevance, int iterations = 1, ReadOnlyMemory<double> windowWeights = default) =>
        new MapAdaptation(background).Adapt(windows, relevance, iterations, windowWeights);

    /// <summary>
    /// The background adapted to windows of one series, normalised as the background's were. Costs 2·N·D²·K operations an iteration, less
    /// what pruning saves, and K·D³/3 to factor the result, whose covariances are full. Components that no window
    /// belongs to are the background's own and share its memory.
    /// </summary>
    /// <param name="windows">Few, or none: then the background comes back.</param>
    /// <param name="relevance">τ, positive: so many windows move a component half way. Overlapping windows count as windows.</param>
    /// <param name="iterations">Of EM, at least one.</param>
    /// <param name="windowWeights">How often each window counts, finite and not negative, such as less for older ones; one each when left out.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or the dimensions or lengths do not agree.</exception>
    public GaussianMixture Adapt(WindowSet windows, double relevance, int iterations = 1, ReadOnlyMemory<double> windowWeights = default)
    {
        Check(windows, relevance, iterations, windowWeights.Span);
        if (windows.Count == 0)
        {
            return Background;
        }

        WindowRows rows = new(windows);
        using ForkJoin alone = new(1);
        ComponentPrecisions? precisions = ComponentPrecisions.For(rows, Background.Components, alone);
        FullMaximization sums = new(rows, Background.Components, alone, precisions, ridge: null);
        List<double[]> responsibilities = [.. Enumerable.Range(0, Background.Components).Select(_ => new double[windows.Count])];
        GaussianMixture adapted = Background;
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            WhitenedMixture current = iteration == 0 ? _prepared : new WhitenedMixture(adapted);
            current.Expect(rows, alone, responsibilities, null, precisions);
            Weigh(responsibilities, windowWeights.Span);
            adapted = Maximize(rows, sums, responsibilities, relevance);
        }

        return adapted;
    }

    private static void Weigh(List<double[]> responsibilities, ReadOnlySpan<double> weights)
    {
        foreach (double[] component in responsibilities)
        {
            for (int n = 0; n < weights.Length; n++)
            {
                component[n] *= weights[n];
            }
        }
    }

    private void Check(WindowSet windows, double relevance, int iterations, ReadOnlySpan<double> weights)
    {
        if (windows.Dimension != Background.Dimension)
        {
            throw new ArgumentException($"the background has dimension {Background.Dimension}, the windows {windows.Dimension}", nameof(windows));
        }

        if (!(relevance > 0.0) || !double.IsFinite(relevance))
        {
            throw new ArgumentException($"the relevance is {relevance}; it must be positive and finite", nameof(relevance));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        if (weights.Length != 0 && weights.Length != windows.Count)
        {
            throw new ArgumentException($"there are {weights.Length} weights for {windows.Count} windows", nameof(weights));
        }

        for (int n = 0; n < weights.Length; n++)
        {
            if (!double.IsFinite(weights[n]) || weights[n] < 0.0)
            {
                throw new ArgumentException($"the weight of window {n} (counted from 0) is {weights[n]}; weights are finite and not negative", nameof(weights));
            }
        }
    }

    private GaussianMixture Maximize(WindowRows rows, FullMaximization sums, List<double[]> responsibilities, double relevance)
    {
        // Means first: products about them lose no digits, however far a series lies from the background.
        double[][] centres = [.. responsibilities.Select(_ => new double[rows.Width])];
        sums.Means(responsibilities, centres);
        sums.Run(responsibilities, centres, withProducts: true);

        int components = Background.Components, dimension = Background.Dimension;
        double[] weights = new double[components], means = new double[components * dimension];
        double[][] covariances = new double[components][], factors = new double[components][];
        for (int k = 0; k < components; k++)
        {
            Span<double> mean = means.AsSpan(k * dimension, dimension);
            double size = sums.Size(k);
            weights[k] = size + (relevance * Background.Weights[k]);
            if (size > 0.0)
            {
                covariances[k] = Blend(k, sums, rows.Origin.AsSpan(0, dimension), centres[k], relevance, mean);
                factors[k] = MapComponent.Factor(Background, k, covariances[k]);
            }
            else
            {
                Background.Mean(k).CopyTo(mean);
                (covariances[k], factors[k]) = Background.Matrices(k);
            }
        }

        double total = VectorKernels.Sum(weights);
        return new GaussianMixture(Array.ConvertAll(weights, weight => weight / total), means, covariances, factors, CovarianceShape.Full);
    }

    /// <summary>Writes μ_k and returns Σ_k.</summary>
    private double[] Blend(int k, FullMaximization sums, ReadOnlySpan<double> origin, double[] centre, double relevance, Span<double> mean)
    {
        int dimension = Background.Dimension;
        double size = sums.Size(k), share = size / (size + relevance);
        double[] off = new double[centre.Length], move = new double[dimension], covariance = new double[dimension * dimension];
        sums.Sums(k, off);
        for (int i = 0; i < dimension; i++)
        {
            off[i] /= size;
            move[i] = (origin[i] - Background.Mean(k)[i]) + (centre[i] + off[i]);
            mean[i] = Background.Mean(k)[i] + (share * move[i]);
        }

        sums.AddProducts(k, size, off, covariance);
        MapComponent.Blend(Background, k, size, relevance, move, covariance);
        return covariance;
    }
}
