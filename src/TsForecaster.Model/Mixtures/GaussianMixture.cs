using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A Gaussian mixture p(x) = Σ_k π_k N(x; μ_k, Σ_k), immutable. Covariances are held as full D×D row-major matrices together
/// with their lower Cholesky factors, whatever the <see cref="Shape"/>.
/// </summary>
public sealed class GaussianMixture
{
    private readonly double[] _weights;
    private readonly double[] _means;
    private readonly double[][] _covariances;
    private readonly double[][] _factors;
    private readonly double[] _logScales;

    /// <summary>Takes the arrays over; a tied mixture may hold one matrix K times.</summary>
    internal GaussianMixture(double[] weights, double[] means, double[][] covariances, double[][] factors, CovarianceShape shape)
    {
        (_weights, _means, _covariances, _factors, Shape) = (weights, means, covariances, factors, shape);
        Dimension = means.Length / weights.Length;
        _logScales = new double[weights.Length];
        for (int k = 0; k < weights.Length; k++)
        {
            double logDeterminant = Cholesky.LogDeterminant(factors[k], Dimension);
            _logScales[k] = Math.Log(weights[k]) - (0.5 * ((Dimension * StandardNormal.LogTwoPi) + logDeterminant));
        }
    }

    public int Components => _weights.Length;

    public int Dimension { get; }

    public CovarianceShape Shape { get; }

    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Free parameters of the mixture for its shape, as AIC and BIC count them.</summary>
    public int FreeParameters => CountParameters(Components, Dimension, Shape);

    /// <summary>Builds a mixture from its parameters, which are copied.</summary>
    /// <param name="weights">π, length K, non-negative; scaled to sum to one.</param>
    /// <param name="means">μ, K×D row-major.</param>
    /// <param name="covariances">Σ, K×D×D row-major, symmetric and of the given shape.</param>
    /// <exception cref="ArgumentException">Sizes do not agree, a number is not finite, or a covariance is not positive definite or not of the shape (the message names the component).</exception>
    public static GaussianMixture Create(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> covariances, CovarianceShape shape = CovarianceShape.Full) =>
        MixtureParameters.Check(weights, means, covariances, shape);

    /// <summary>
    /// A mixture with the same weights whose means and covariances are what <paramref name="revise"/> makes of copies of these; null when
    /// a covariance can no longer be factored.
    /// </summary>
    /// <param name="revise">Changes μ_k (length D) and Σ_k (D×D row-major) in place; Σ_k must stay symmetric.</param>
    internal GaussianMixture? Revise(Action<double[], double[]> revise)
    {
        double[] means = new double[_means.Length];
        var covariances = new double[Components][];
        var factors = new double[Components][];
        for (int k = 0; k < Components; k++)
        {
            double[] mean = Mean(k).ToArray();
            covariances[k] = Covariance(k).ToArray();
            revise(mean, covariances[k]);
            mean.CopyTo(means, k * Dimension);
            factors[k] = [.. covariances[k]];
            if (!Cholesky.TryFactor(factors[k], Dimension, out _))
            {
                return null;
            }
        }

        return new GaussianMixture([.. _weights], means, covariances, factors, CovarianceShape.Full);
    }

    /// <summary>μ_k, length D.</summary>
    public ReadOnlySpan<double> Mean(int component) => _means.AsSpan(component * Dimension, Dimension);

    /// <summary>Σ_k, D×D row-major.</summary>
    public ReadOnlySpan<double> Covariance(int component) => _covariances[component];

    /// <summary>L_k with Σ_k = L_k L_kᵀ, D×D row-major, upper triangle zero.</summary>
    public ReadOnlySpan<double> CholeskyFactor(int component) => _factors[component];

    /// <summary>log p(x), natural logarithm.</summary>
    /// <param name="x">Length D.</param>
    public double LogDensity(ReadOnlySpan<double> x)
    {
        double[] logs = new double[Components];
        JointLogDensities(x, logs);
        return LogSumExp.Of(logs);
    }

    /// <summary>Writes t_k = p(k | x), which sum to one, into <paramref name="destination"/> (length K); returns log p(x).</summary>
    public double Responsibilities(ReadOnlySpan<double> x, Span<double> destination)
    {
        JointLogDensities(x, destination);
        return LogSumExp.Normalise(destination);
    }

    /// <summary>The component with the largest responsibility for x; the first of equals.</summary>
    public int Classify(ReadOnlySpan<double> x)
    {
        double[] logs = new double[Components];
        JointLogDensities(x, logs);
        int best = 0;
        for (int k = 1; k < logs.Length; k++)
        {
            best = logs[k] > logs[best] ? k : best;
        }

        return best;
    }

    /// <summary>log p(x_n) of every window, length N.</summary>
    public double[] ScoreSamples(WindowSet windows)
    {
        double[] scores = new double[windows.Count];
        Expect(windows, null, scores);
        return scores;
    }

    /// <summary>Draws <paramref name="count"/> rows (count×D row-major) and the component each came from; the same seed gives the same rows.</summary>
    public (double[] Rows, int[] Components) Sample(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        SeededRandom random = new(seed);
        double[] rows = new double[count * Dimension];
        int[] components = new int[count];
        double[] standard = new double[Dimension];
        for (int n = 0; n < count; n++)
        {
            int k = random.NextChoice(_weights);
            components[n] = k;
            random.FillGaussian(standard);
            Span<double> row = rows.AsSpan(n * Dimension, Dimension);
            Cholesky.MultiplyLower(_factors[k], Dimension, standard, row);
            VectorKernels.AddScaled(1.0, Mean(k), row);
        }

        return (rows, components);
    }

    /// <summary>Fills what is given: responsibilities (K arrays of N) and log p(x_n) (N) of the windows.</summary>
    internal void Expect(WindowSet windows, IReadOnlyList<double[]>? responsibilities, double[]? logDensities)
    {
        if (windows.Dimension != Dimension)
        {
            throw new ArgumentException($"the mixture has dimension {Dimension}, the windows {windows.Dimension}", nameof(windows));
        }

        if (Shape is CovarianceShape.Full or CovarianceShape.Tied || windows.CompleteCount < windows.Count)
        {
            using ForkJoin alone = new(1);
            new WhitenedMixture(this).Expect(new WindowRows(windows), alone, responsibilities, logDensities);
        }
        else
        {
            new DiagonalExpectation(windows, Components).Run(this, responsibilities, logDensities);
        }
    }

    internal static int CountParameters(int components, int dimension, CovarianceShape shape)
    {
        int triangle = dimension * (dimension + 1) / 2;
        int covariance = shape switch
        {
            CovarianceShape.Full => components * triangle,
            CovarianceShape.Tied => triangle,
            CovarianceShape.Diagonal => components * dimension,
            _ => components,
        };
        return components - 1 + (components * dimension) + covariance;
    }

    /// <summary>The same mixture with its components in another order.</summary>
    internal GaussianMixture Reordered(int[] order)
    {
        double[] means = new double[_means.Length];
        for (int k = 0; k < order.Length; k++)
        {
            Mean(order[k]).CopyTo(means.AsSpan(k * Dimension));
        }

        return new GaussianMixture(
            [.. order.Select(k => _weights[k])], means, [.. order.Select(k => _covariances[k])], [.. order.Select(k => _factors[k])], Shape);
    }

    /// <summary>Σ_k and L_k themselves, for a mixture that shares them.</summary>
    internal (double[] Covariance, double[] Factor) Matrices(int component) => (_covariances[component], _factors[component]);

    /// <summary>log π_k − ½(D ln 2π + ln det Σ_k): what is left of log π_k N(x; μ_k, Σ_k) at x = μ_k.</summary>
    internal double LogScale(int component) => _logScales[component];

    /// <summary>Writes log π_k N(x; μ_k, Σ_k), length K.</summary>
    private void JointLogDensities(ReadOnlySpan<double> x, Span<double> logs)
    {
        if (x.Length != Dimension || logs.Length != Components)
        {
            throw new ArgumentException($"x has {x.Length} numbers and the destination {logs.Length}; this mixture needs {Dimension} and {Components}");
        }

        double[] z = new double[Dimension];
        for (int k = 0; k < Components; k++)
        {
            VectorKernels.ScaledDifference(1.0, x, Mean(k), z);
            Cholesky.SolveLower(_factors[k], Dimension, z);
            logs[k] = _logScales[k] - (0.5 * VectorKernels.Dot(z, z));
        }
    }
}
