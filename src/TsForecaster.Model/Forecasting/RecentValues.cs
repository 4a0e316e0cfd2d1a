using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// How a series' values were distributed lately, whatever came before them, as a mixture: the values in order are cut into parts of equal number, each
/// overlapping half of the next (those at the ends are the halves that are left), with a Gaussian of its mean and variance for each. A value that is repeated often becomes a narrow peak.
/// </summary>
public static class RecentValues
{
    /// <summary>Components.</summary>
    public const int Parts = 32;

    private const int Most = 2000;
    private const double LeastShare = 1e-6;

    /// <param name="history">NaN where missing; of a long one the end counts.</param>
    /// <param name="rounding">What values were rounded to, 0 for not at all: no component is narrower.</param>
    /// <param name="transform">Of the values.</param>
    /// <returns>Null with fewer than two values a part, and where a value has no transform.</returns>
    public static UnivariateMixture? Of(ReadOnlySpan<double> history, double rounding, ValueTransform transform)
    {
        double[] values = [.. history[^Math.Min(Most, history.Length)..].ToArray().Where(value => !double.IsNaN(value)).Order()];
        if (values.Length < 2 * Parts || (transform == ValueTransform.Log && values[0] <= 0.0))
        {
            return null;
        }

        ReadOnlySpan<double> transformed = transform.Apply((ReadOnlyMemory<double>)values).Span;
        double[] weights = new double[Parts], means = new double[Parts], deviations = new double[Parts];
        double range = transformed[^1] - transformed[0];
        for (int i = 0; i < Parts; i++)
        {
            // The parts at the ends are half as large and weigh half as much: every value is in two.
            int first = Cut(Math.Max(i - 1, 0)), end = Cut(Math.Min(i + 1, Parts - 1));
            double origin = transformed[first], sum = 0.0, squares = 0.0;
            foreach (double value in transformed[first..end])
            {
                double above = value - origin;
                sum += above;
                squares += above * above;
            }

            double mean = sum / (end - first), width = transform == ValueTransform.Log ? rounding / values[first] : rounding;
            double least = Math.Max(width * width / 12.0, LeastShare * LeastShare * range * range);
            (weights[i], means[i]) = ((i is 0 or Parts - 1 ? 0.5 : 1.0) / (Parts - 1), origin + mean);
            deviations[i] = Math.Sqrt(Math.Max(0.0, (squares / (end - first)) - (mean * mean)) + least);
        }

        return new UnivariateMixture(weights, means, deviations, transform);

        int Cut(int part) => (int)((long)part * values.Length / (Parts - 1));
    }
}
