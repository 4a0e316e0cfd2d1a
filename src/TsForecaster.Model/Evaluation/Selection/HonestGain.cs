using MathNet.Numerics.Distributions;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// How far to trust a combination over the reference. The logarithms of the ratio of their squared errors, found with weights from other
/// blocks, are taken over stretches of at least a future, which are near enough independent; with mean μ &lt; 0 and standard error s,
/// t = μ/s and the 95 % quantile q of Student's t, the combination gets the share max(0, 1 − q²/t²) (the positive part of James &amp;
/// Stein 1961), and all of the forecast when that is more than half. A gain that may be chance is left alone: on a random walk nothing beats the
/// last value for long.
/// </summary>
internal static class HonestGain
{
    private const double Certain = 0.5;

    /// <param name="gains">log of the combination's mean squared error over the reference's, one a stretch.</param>
    public static double Share(IReadOnlyList<double> gains)
    {
        int n = gains.Count;
        if (n < 2)
        {
            return 0.0;
        }

        double mean = gains.Average();
        double variance = gains.Sum(gain => (gain - mean) * (gain - mean)) / (n - 1) / n;
        if (!(mean < 0.0))
        {
            return 0.0;
        }

        double quantile = StudentT.InvCDF(0.0, 1.0, n - 1, 0.95);
        double share = Math.Max(0.0, 1.0 - (quantile * quantile * variance / (mean * mean)));
        return share >= Certain ? 1.0 : share;
    }
}
