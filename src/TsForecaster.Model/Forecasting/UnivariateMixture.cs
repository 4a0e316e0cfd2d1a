namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A mixture of univariate Gaussians Σ w_i N(m_i, s_i²): the predictive distribution of one value. A standard deviation of
/// zero is a point mass (a constant series has one).
/// </summary>
public sealed class UnivariateMixture
{
    /// <param name="weights">w, non-negative, summing to one.</param>
    /// <param name="means">m.</param>
    /// <param name="standardDeviations">s ≥ 0.</param>
    public UnivariateMixture(double[] weights, double[] means, double[] standardDeviations) => throw null!;

    public ReadOnlySpan<double> Weights => throw null!;

    public ReadOnlySpan<double> Means => throw null!;

    public ReadOnlySpan<double> StandardDeviations => throw null!;

    public double Mean => throw null!;

    public double StandardDeviation => throw null!;

    /// <summary>P(Y ≤ y); also the PIT of an observation.</summary>
    public double Cdf(double y) => throw null!;

    /// <summary>P(Y > y).</summary>
    public double ProbabilityAbove(double y) => 1.0 - Cdf(y);

    /// <summary>log of the density at y.</summary>
    public double LogDensity(double y) => throw null!;

    /// <summary>The y with Cdf(y) = probability, by bracketed root finding to the last digits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not within (0, 1).</exception>
    public double Quantile(double probability) => throw null!;

    /// <summary>The continuous ranked probability score of the observation y, in closed form (Grimit et al. 2006).</summary>
    public double Crps(double y) => throw null!;
}
