using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Moments and score of Y = e^X, X a Gaussian mixture Σ w_i N(m_i, s_i²): a mixture of log-normals, whose components have mean
/// E_i = exp(m_i + s_i²/2) and variance E_i² (exp(s_i²) − 1).
/// </summary>
internal static class LogNormalMixture
{
    /// <summary>Σ w_i E_i.</summary>
    public static double Mean(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> deviations)
    {
        double mean = 0.0;
        for (int i = 0; i < weights.Length; i++)
        {
            mean += weights[i] * MeanOf(means[i], deviations[i]);
        }

        return mean;
    }

    /// <summary>√ Σ w_i (variance_i + (E_i − Ē)²).</summary>
    public static double StandardDeviation(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> deviations)
    {
        double mean = Mean(weights, means, deviations), variance = 0.0;
        for (int i = 0; i < weights.Length; i++)
        {
            double component = MeanOf(means[i], deviations[i]);
            double offset = component - mean;
            variance += weights[i] * ((component * component * (Math.Exp(deviations[i] * deviations[i]) - 1.0)) + (offset * offset));
        }

        return Math.Sqrt(variance);
    }

    /// <summary>
    /// CRPS = E|Y − y| − ½ E|Y − Y′|, in closed form: with a = (log y − m)/s, E|Y_i − y| = y(2Φ(a) − 1) + E_i(1 − 2Φ(a − s)); and for
    /// independent log-normals E|Y_i − Y_j| = E_i(2Φ((m_i − m_j + s_i²)/θ) − 1) + E_j(2Φ((m_j − m_i + s_j²)/θ) − 1), θ² = s_i² + s_j²
    /// (Margrabe 1978 gives the expected exchange, Baran &amp; Lerch 2015 the score of one log-normal).
    /// </summary>
    public static double Crps(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> deviations, double y)
    {
        double score = 0.0;
        for (int i = 0; i < weights.Length; i++)
        {
            double spread = 0.5 * weights[i] * Distance(means[i], deviations[i], means[i], deviations[i]);
            for (int j = 0; j < i; j++)
            {
                spread += weights[j] * Distance(means[i], deviations[i], means[j], deviations[j]);
            }

            score += weights[i] * (Distance(means[i], deviations[i], y) - spread);
        }

        return Math.Max(0.0, score);
    }

    private static double MeanOf(double mean, double deviation) => Math.Exp(mean + (0.5 * deviation * deviation));

    /// <summary>E|Y − y|.</summary>
    private static double Distance(double mean, double deviation, double y)
    {
        double expected = MeanOf(mean, deviation);
        if (!(y > 0.0))
        {
            return expected - y;
        }

        if (!(deviation > 0.0))
        {
            return Math.Abs(expected - y);
        }

        double a = (Math.Log(y) - mean) / deviation;
        return (y * Balance(a)) - (expected * Balance(a - deviation));
    }

    /// <summary>E|Y − Y′| of two independent log-normals.</summary>
    private static double Distance(double m1, double s1, double m2, double s2)
    {
        double theta = Math.Sqrt((s1 * s1) + (s2 * s2));
        if (!(theta > 0.0))
        {
            return Math.Abs(Math.Exp(m1) - Math.Exp(m2));
        }

        return (MeanOf(m1, s1) * Balance((m1 - m2 + (s1 * s1)) / theta)) + (MeanOf(m2, s2) * Balance((m2 - m1 + (s2 * s2)) / theta));
    }

    /// <summary>2Φ(z) − 1.</summary>
    private static double Balance(double z) => z < 0.0 ? (2.0 * StandardNormal.Cdf(z)) - 1.0 : 1.0 - (2.0 * StandardNormal.Cdf(-z));
}
