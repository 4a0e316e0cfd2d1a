namespace TsForecaster.Model.Evaluation;

/// <summary>
/// The M4 competition's benchmark: the last value of the seasonally adjusted series, times the seasonal index of the step (Makridakis,
/// Spiliotis and Assimakopoulos 2020). A series is adjusted when its autocorrelation at lag m is outside of what chance makes at 90 %, by
/// classical multiplicative decomposition: indices are the means over seasons of y over its centred moving average, scaled to a mean of one.
/// </summary>
public static class Naive2
{
    private const double Confidence = 1.645;
    private const int LeastSeasons = 3;

    /// <summary>The next <paramref name="steps"/> values; NaN when the history ends in a missing one.</summary>
    /// <param name="history">One channel, oldest first. With a missing value in it, or one that is not above zero, it is not adjusted.</param>
    /// <param name="season">m ≥ 1.</param>
    /// <param name="steps">F.</param>
    public static double[] Forecast(ReadOnlySpan<double> history, int season, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        double[] forecast = new double[steps];
        double[] indices = IsSeasonal(history, season) ? Indices(history, season) : [1.0];
        double adjusted = history[^1] / indices[(history.Length - 1) % indices.Length];
        for (int i = 0; i < steps; i++)
        {
            forecast[i] = adjusted * indices[(history.Length + i) % indices.Length];
        }

        return forecast;
    }

    /// <summary>|r_m| > 1.645 √((1 + 2 Σ_{i&lt;m} r_i²) / n): what Bartlett gives a series without autocorrelation from lag m on.</summary>
    private static bool IsSeasonal(ReadOnlySpan<double> history, int season)
    {
        if (season == 1 || history.Length < LeastSeasons * season)
        {
            return false;
        }

        double mean = 0.0, variance = 0.0, squares = 0.0, last = 0.0;
        foreach (double y in history)
        {
            if (!(y > 0.0))
            {
                return false;
            }

            mean += y / history.Length;
        }

        foreach (double y in history)
        {
            variance += (y - mean) * (y - mean);
        }

        for (int lag = 1; lag <= season && variance > 0.0; lag++)
        {
            squares += last * last;
            double products = 0.0;
            for (int t = lag; t < history.Length; t++)
            {
                products += (history[t] - mean) * (history[t - lag] - mean);
            }

            last = products / variance;
        }

        return Math.Abs(last) > Confidence * Math.Sqrt((1.0 + (2.0 * squares)) / history.Length);
    }

    /// <summary>One a phase, phase 0 being that of the first value.</summary>
    private static double[] Indices(ReadOnlySpan<double> history, int season)
    {
        double[] sums = new double[season];
        int[] counts = new int[season];
        int half = season / 2;
        for (int t = half; t < history.Length - half; t++)
        {
            // Of an even season the two ends count half each.
            double trend = 0.0;
            for (int i = t - half; i <= t + half; i++)
            {
                bool end = season % 2 == 0 && (i == t - half || i == t + half);
                trend += (end ? 0.5 : 1.0) * history[i];
            }

            sums[t % season] += history[t] * season / trend;
            counts[t % season]++;
        }

        double[] indices = [.. sums.Zip(counts, (sum, count) => sum / count)];
        double mean = indices.Average();
        return Array.ConvertAll(indices, index => index / mean);
    }
}
