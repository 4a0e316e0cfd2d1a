using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A mixture of univariate Gaussians Σ w_i N(m_i, s_i²): the predictive distribution of one value. A standard deviation of
/// zero is a point mass (a constant series has one).
/// </summary>
public sealed class UnivariateMixture
{
    private const double InverseRootPi = 0.56418958354775628695;

    private readonly double[] _weights;
    private readonly double[] _allMeans;
    private readonly double[] _allDeviations;
    private readonly int _first;

    /// <param name="weights">w, non-negative, summing to one.</param>
    /// <param name="means">m.</param>
    /// <param name="standardDeviations">s ≥ 0.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a number is outside of what is said above.</exception>
    public UnivariateMixture(double[] weights, double[] means, double[] standardDeviations)
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

        (_weights, _allMeans, _allDeviations) = ([.. weights], [.. means], [.. standardDeviations]);
    }

    /// <summary>A mixture that looks at arrays which the caller checked and changes no more, from <paramref name="first"/> on.</summary>
    internal UnivariateMixture(double[] weights, double[] means, double[] standardDeviations, int first) =>
        (_weights, _allMeans, _allDeviations, _first) = (weights, means, standardDeviations, first);

    public ReadOnlySpan<double> Weights => _weights;

    public ReadOnlySpan<double> Means => _allMeans.AsSpan(_first, _weights.Length);

    public ReadOnlySpan<double> StandardDeviations => _allDeviations.AsSpan(_first, _weights.Length);

    public double Mean
    {
        get
        {
            double mean = 0.0;
            for (int i = 0; i < _weights.Length; i++)
            {
                mean += _weights[i] * Means[i];
            }

            return mean;
        }
    }

    /// <summary>√ Σ w_i (s_i² + (m_i − m̄)²).</summary>
    public double StandardDeviation
    {
        get
        {
            double mean = Mean;
            double variance = 0.0;
            for (int i = 0; i < _weights.Length; i++)
            {
                double offset = Means[i] - mean;
                variance += _weights[i] * ((StandardDeviations[i] * StandardDeviations[i]) + (offset * offset));
            }

            return _weights.Length == 1 ? StandardDeviations[0] : Math.Sqrt(variance);
        }
    }

    /// <summary>P(Y ≤ y); also the PIT of an observation.</summary>
    public double Cdf(double y)
    {
        double probability = 0.0;
        for (int i = 0; i < _weights.Length; i++)
        {
            double offset = y - Means[i];
            probability += _weights[i] * (StandardDeviations[i] > 0.0 ? StandardNormal.Cdf(offset / StandardDeviations[i]) : offset >= 0.0 ? 1.0 : 0.0);
        }

        return Math.Min(1.0, probability);
    }

    /// <summary>P(Y > y), summed from the components' upper tails: precise where it is tiny.</summary>
    public double ProbabilityAbove(double y)
    {
        double probability = 0.0;
        for (int i = 0; i < _weights.Length; i++)
        {
            double offset = y - Means[i];
            probability += _weights[i] * (StandardDeviations[i] > 0.0 ? StandardNormal.Cdf(-offset / StandardDeviations[i]) : offset >= 0.0 ? 0.0 : 1.0);
        }

        return Math.Min(1.0, probability);
    }

    /// <summary>log of the density at y: +∞ on a point mass, −∞ where only point masses are and none is at y.</summary>
    public double LogDensity(double y)
    {
        // Two passes, so that the largest exponent can be taken out before exponentials are summed.
        double largest = double.NegativeInfinity;
        for (int i = 0; i < _weights.Length; i++)
        {
            largest = Math.Max(largest, LogTerm(i, y));
        }

        if (double.IsInfinity(largest))
        {
            return largest;
        }

        double sum = 0.0;
        for (int i = 0; i < _weights.Length; i++)
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
    public double Quantile(double probability)
    {
        if (!(probability > 0.0 && probability < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "a quantile's probability lies between 0 and 1, both excluded");
        }

        return QuantileSearch.Find(this, probability, StandardNormal.InverseCdf(probability));
    }

    /// <summary>
    /// The continuous ranked probability score of the observation y, in closed form (Grimit et al. 2006):
    /// Σ w_i A(y − m_i, s_i²) − ½ Σ_ij w_i w_j A(m_i − m_j, s_i² + s_j²), A(μ, σ²) = μ(2Φ(μ/σ) − 1) + 2σφ(μ/σ). Same unit as y.
    /// </summary>
    public double Crps(double y)
    {
        if (_weights.Length == 1)
        {
            return GaussianCrps(y - Means[0], StandardDeviations[0]);
        }

        double score = 0.0;
        for (int i = 0; i < _weights.Length; i++)
        {
            double variance = StandardDeviations[i] * StandardDeviations[i];
            double spread = 0.5 * _weights[i] * MeanAbsolute(0.0, 2.0 * variance);
            for (int j = 0; j < i; j++)
            {
                spread += _weights[j] * MeanAbsolute(Means[i] - Means[j], variance + (StandardDeviations[j] * StandardDeviations[j]));
            }

            score += _weights[i] * (MeanAbsolute(y - Means[i], variance) - spread);
        }

        return Math.Max(0.0, score);
    }

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

    /// <summary>The density at y of the components that have one; the derivative of the cdf between its jumps.</summary>
    internal double Slope(double y)
    {
        double density = 0.0;
        for (int i = 0; i < _weights.Length; i++)
        {
            if (StandardDeviations[i] > 0.0)
            {
                density += _weights[i] * StandardNormal.Density((y - Means[i]) / StandardDeviations[i]) / StandardDeviations[i];
            }
        }

        return density;
    }

    /// <summary>A(μ, σ²) = E|X| for X ~ N(μ, σ²).</summary>
    private static double MeanAbsolute(double mean, double variance)
    {
        if (!(variance > 0.0))
        {
            return Math.Abs(mean);
        }

        double deviation = Math.Sqrt(variance);
        double z = Math.Abs(mean) / deviation;
        return deviation * ((z * (1.0 - (2.0 * StandardNormal.Cdf(-z)))) + (2.0 * StandardNormal.Density(z)));
    }

    private double LogTerm(int i, double y)
    {
        double offset = y - Means[i];
        if (!(StandardDeviations[i] > 0.0))
        {
            return offset == 0.0 && _weights[i] > 0.0 ? double.PositiveInfinity : double.NegativeInfinity;
        }

        double z = offset / StandardDeviations[i];
        return Math.Log(_weights[i]) - (0.5 * z * z) - Math.Log(StandardDeviations[i]) - (0.5 * StandardNormal.LogTwoPi);
    }
}
