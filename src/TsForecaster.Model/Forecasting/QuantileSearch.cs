namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The root of Cdf(y) − p: Newton's method kept inside a bracket by bisection. The bracket is exact: with z = Φ⁻¹(p), every
/// component's own p-quantile m_i + s_i z lies between the smallest and the largest of them, and so does the mixture's.
/// </summary>
internal static class QuantileSearch
{
    // Bisection alone halves the bracket; from any finite bracket a few hundred halvings reach neighbouring doubles.
    private const int MaxSteps = 400;

    public static double Find(UnivariateMixture mixture, double probability, double z)
    {
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        for (int i = 0; i < mixture.Weights.Length; i++)
        {
            double quantile = mixture.Means[i] + (mixture.StandardDeviations[i] * z);
            (low, high) = (Math.Min(low, quantile), Math.Max(high, quantile));
        }

        return low < high ? Within(low, high, mixture, probability, z) : low;
    }

    private static double Within(double low, double high, UnivariateMixture mixture, double probability, double z)
    {
        double y = mixture.Mean + (mixture.StandardDeviation * z);
        y = y > low && y < high ? y : low + (0.5 * (high - low));
        double noise = 4.4e-16 * Math.Min(probability, 1.0 - probability);
        double before = high - low;
        for (int step = 0; step < MaxSteps; step++)
        {
            double excess = Excess(mixture, y, probability);
            if (Math.Abs(excess) <= noise)
            {
                return y;
            }

            (low, high) = excess < 0.0 ? (y, high) : (low, y);
            double newton = y - (excess / mixture.Slope(y));
            bool converges = newton >= low && newton <= high && Math.Abs(newton - y) <= 0.5 * before;
            double next = converges ? newton : low + (0.5 * (high - low));
            before = Math.Abs(next - y);
            if (next == y || (!converges && (next <= low || next >= high)))
            {
                // No double is left between the ends; the cdf reaches p at the upper one.
                return converges ? y : high;
            }

            y = next;
        }

        return y;
    }

    /// <summary>Cdf(y) − p, taken on the smaller tail: 1 − p is exact there, and so are the digits of the upper tail.</summary>
    private static double Excess(UnivariateMixture mixture, double y, double probability) =>
        probability <= 0.5 ? mixture.Cdf(y) - probability : (1.0 - probability) - mixture.ProbabilityAbove(y);
}
