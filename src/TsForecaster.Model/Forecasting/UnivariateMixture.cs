using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A mixture of univariate Gaussians Σ w_i N(m_i, s_i²), of the value or of its logarithm: the predictive distribution of one value. A
/// standard deviation of zero is a point mass (a constant series has one). Sums over components have one order, on every machine.
/// </summary>
public sealed class UnivariateMixture
{
    private const double InverseRootPi = 0.56418958354775628695;

    private readonly ReadOnlyMemory<double> _weights;
    private readonly ReadOnlyMemory<double> _means;
    private readonly ReadOnlyMemory<double> _deviations;

    /// <param name="weights">w, non-negative, summing to one.</param>
    /// <param name="means">m.</param>
    /// <param name="standardDeviations">s ≥ 0.</param>
    /// <param name="transform">What of the value the Gaussians are about.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a number is outside of what is said above.</exception>
    public UnivariateMixture(double[] weights, double[] means, double[] standardDeviations, ValueTransform transform = ValueTransform.None)
    {
        if (weights.Length == 0 || means.Length != weights.Length || standardDeviations.Length != weights.Length)
        {
            throw new ArgumentException($"a mixture needs as many weights ({weights.Length}) as means ({means.Length}) and standard deviations ({standardDeviations.Length}), at least one");
        }

        double total = 0.0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0.0) || !double.IsFinite(means[i]) || !(standardDeviations[i] >= 0.0) || !double.IsFinite(standardDeviations[i]))
            {
                throw new ArgumentException($"component {i} has weight {weights[i]}, mean {means[i]}, standard deviation {standardDeviations[i]}; weights and standard deviations must be non-negative and all of them finite");
            }

            total += weights[i];
        }

        if (!(Math.Abs(total - 1.0) <= 1e-9))
        {
            throw new ArgumentException($"the weights sum to {total}, not to one");
        }

        (_weights, _means, _deviations, Transform) = (weights.AsSpan().ToArray(), means.AsSpan().ToArray(), standardDeviations.AsSpan().ToArray(), transform);
    }

    /// <summary>A mixture that looks at arrays which the caller checked and changes no more, from <paramref name="first"/> on.</summary>
    internal UnivariateMixture(double[] weights, double[] means, double[] standardDeviations, int first, ValueTransform transform)
        : this(weights.AsMemory(), means.AsMemory(first, weights.Length), standardDeviations.AsMemory(first, weights.Length), transform)
    {
    }

    private UnivariateMixture(ReadOnlyMemory<double> weights, ReadOnlyMemory<double> means, ReadOnlyMemory<double> standardDeviations, ValueTransform transform) =>
        (_weights, _means, _deviations, Transform) = (weights, means, standardDeviations, transform);

    /// <summary>
    /// A mixture over numbers that stay where they are, unchecked: those of another mixture, kept elsewhere. Good for as long as they
    /// are not changed.
    /// </summary>
    public static UnivariateMixture Over(
        ReadOnlyMemory<double> weights, ReadOnlyMemory<double> means, ReadOnlyMemory<double> standardDeviations, ValueTransform transform = ValueTransform.None) =>
        new(weights, means, standardDeviations, transform);

    /// <summary>What of the value the components describe.</summary>
    public ValueTransform Transform { get; }

    public ReadOnlySpan<double> Weights => _weights.Span;

    /// <summary>m_i, of the transformed value.</summary>
    public ReadOnlySpan<double> Means => _means.Span;

    /// <summary>s_i, of the transformed value.</summary>
    public ReadOnlySpan<double> StandardDeviations => _deviations.Span;

    public double Mean
    {
        get
        {
            ReadOnlySpan<double> weights = Weights, means = Means;
            if (IsLog)
            {
                return LogNormalMixture.Mean(weights, means, StandardDeviations);
            }

            double mean = 0.0;
            for (int i = 0; i < weights.Length; i++)
            {
                mean += weights[i] * means[i];
            }

            return mean;
        }
    }

    /// <summary>√ Σ w_i (s_i² + (m_i − m̄)²), of the value itself.</summary>
    public double StandardDeviation
    {
        get
        {
            ReadOnlySpan<double> weights = Weights, means = Means, deviations = StandardDeviations;
            if (IsLog)
            {
                return LogNormalMixture.StandardDeviation(weights, means, deviations);
            }

            double mean = Mean;
            double variance = 0.0;
            for (int i = 0; i < weights.Length; i++)
            {
                double offset = means[i] - mean;
                variance += weights[i] * ((deviations[i] * deviations[i]) + (offset * offset));
            }

            return weights.Length == 1 ? deviations[0] : Math.Sqrt(variance);
        }
    }

    /// <summary>P(Y ≤ y); also the PIT of an observation.</summary>
    public double Cdf(double y) => Tail(Inner(y), 1.0);

    /// <summary>Whether y lies between the quantiles of two levels, the ends included; so does the value of a point mass that both are at.</summary>
    public bool LiesBetween(double y, double lower, double upper)
    {
        // Below the upper quantile, or at it: the cdf has not passed the level before y.
        double inner = Inner(y), reached = Tail(inner, 1.0);
        return reached >= lower && (reached <= upper || Tail(Math.BitDecrement(inner), 1.0) < upper);
    }

    /// <summary>P(Y > y), summed from the components' upper tails: precise where it is tiny.</summary>
    public double ProbabilityAbove(double y) => Tail(Inner(y), -1.0);

    /// <summary>log of the density at y: +∞ on a point mass, −∞ where only point masses are and none is at y.</summary>
    public double LogDensity(double y)
    {
        if (IsLog)
        {
            // The density of a logarithm, divided by the value.
            return y > 0.0 ? Inside.LogDensity(Math.Log(y)) - Math.Log(y) : double.NegativeInfinity;
        }

        // Two passes, so that the largest exponent can be taken out before exponentials are summed.
        int count = _weights.Length;
        double largest = double.NegativeInfinity;
        for (int i = 0; i < count; i++)
        {
            largest = Math.Max(largest, LogTerm(i, y));
        }

        if (double.IsInfinity(largest))
        {
            return largest;
        }

        double sum = 0.0;
        for (int i = 0; i < count; i++)
        {
            sum += Math.Exp(LogTerm(i, y) - largest);
        }

        return largest + Math.Log(sum);
    }

    /// <summary>
    /// The y with Cdf(y) = probability, by bracketed root finding to the last digits; on a jump (a point mass) the smallest y
    /// with Cdf(y) ≥ probability.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not within (0, 1).</exception>
    public double Quantile(double probability) => IsLog ? Math.Exp(QuantileSearch.Find(Inside, probability)) : QuantileSearch.Find(this, probability);

    /// <summary>The quantiles of several levels, to the same bits as one by one, in a fraction of the time.</summary>
    /// <param name="quantiles">Receives one number a level.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Quantiles(QuantileLevels levels, Span<double> quantiles)
    {
        if (quantiles.Length != levels.Count)
        {
            throw new ArgumentException($"the destination holds {quantiles.Length} numbers; there are {levels.Count} levels", nameof(quantiles));
        }

        QuantileSearch.Find(Inside, levels, quantiles);
        for (int i = 0; i < quantiles.Length && IsLog; i++)
        {
            quantiles[i] = Math.Exp(quantiles[i]);
        }
    }

    /// <summary>
    /// The continuous ranked probability score of the observation y, in closed form (Grimit et al. 2006):
    /// Σ w_i A(y − m_i, s_i²) − ½ Σ_ij w_i w_j A(m_i − m_j, s_i² + s_j²), A(μ, σ²) = μ(2Φ(μ/σ) − 1) + 2σφ(μ/σ); of logarithms, that
    /// of the mixture of log-normals. Same unit as y.
    /// </summary>
    public double Crps(double y) => IsLog ? LogNormalMixture.Crps(Weights, Means, StandardDeviations, y) : _weights.Length == 1
        ? GaussianCrps(y - Means[0], StandardDeviations[0])
        : Math.Max(0.0, MixtureCrps.Score(Weights, Means, StandardDeviations, y));

    /// <summary>CRPS of N(0, deviation²) at <paramref name="offset"/>.</summary>
    internal static double GaussianCrps(double offset, double deviation)
    {
        if (!(deviation > 0.0))
        {
            return Math.Abs(offset);
        }

        double z = Math.Abs(offset) / deviation;
        return deviation * ((z * (1.0 - (2.0 * StandardNormal.Cdf(-z)))) + (2.0 * StandardNormal.Density(z)) - InverseRootPi);
    }

    private bool IsLog => Transform == ValueTransform.Log;

    /// <summary>Some of the components as they are, whose weights sum to less than one.</summary>
    internal UnivariateMixture Part(int first, int count) => new(_weights.Slice(first, count), _means.Slice(first, count), _deviations.Slice(first, count), Transform);

    /// <summary>The mixture of the transformed value.</summary>
    internal UnivariateMixture Inside => IsLog ? new(_weights, _means, _deviations, ValueTransform.None) : this;

    /// <summary>The value as the components see it: no logarithm is below that of zero.</summary>
    private double Inner(double y) => !IsLog ? y : y > 0.0 ? Math.Log(y) : double.IsNaN(y) ? y : double.NegativeInfinity;

    /// <summary>Σ w_i Φ(±(y − m_i)/s_i), added one after the other.</summary>
    private double Tail(double y, double sign)
    {
        ReadOnlySpan<double> weights = Weights, means = Means, deviations = StandardDeviations;
        double probability = 0.0;
        for (int i = 0; i < weights.Length; i += VectorNormal.Lanes)
        {
            Vector256<double> m = PaddedVector.Load(means, i), s = PaddedVector.Load(deviations, i);
            Vector256<double> terms = PaddedVector.Load(weights, i) * VectorNormal.Cdf(Vector256.Create(sign) * Standardised(Vector256.Create(y) - m, s), out _);
            for (int lane = 0; lane < Math.Min(VectorNormal.Lanes, weights.Length - i); lane++)
            {
                probability += terms[lane];
            }
        }

        return Math.Min(1.0, probability);
    }

    /// <summary>The offset in deviations; from a point mass, infinitely many.</summary>
    private static Vector256<double> Standardised(Vector256<double> offset, Vector256<double> deviation) => Vector256.ConditionalSelect(
        Vector256.GreaterThan(deviation, Vector256<double>.Zero),
        offset / deviation,
        Vector256.ConditionalSelect(
            Vector256.GreaterThanOrEqual(offset, Vector256<double>.Zero),
            Vector256.Create(double.PositiveInfinity),
            Vector256.Create(double.NegativeInfinity)));

    private double LogTerm(int i, double y)
    {
        (double weight, double offset, double deviation) = (Weights[i], y - Means[i], StandardDeviations[i]);
        if (!(deviation > 0.0))
        {
            return offset == 0.0 && weight > 0.0 ? double.PositiveInfinity : double.NegativeInfinity;
        }

        double z = offset / deviation;
        return Math.Log(weight) - (0.5 * z * z) - Math.Log(deviation) - (0.5 * StandardNormal.LogTwoPi);
    }
}
