namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Values that were rounded before they were recorded. One of them stands for every value that rounds to it, so its place in a continuous
/// forecast is an interval, and the transforms of values that repeat pile up however right the forecasts are. A place drawn from the
/// interval is uniform again (the randomised transform of Smith 1985; Czado, Gneiting &amp; Held 2009).
/// </summary>
public static class Rounding
{
    // Of the gaps between neighbouring values, some may be noise of an earlier computation, and most hold values that are rare.
    private const double Share = 0.1;

    private const double GoldenRatio = 0.61803398874989485;

    /// <summary>What the values were rounded to; 0 where most values are different from all others.</summary>
    /// <param name="values">NaN where missing.</param>
    public static double Of(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);

        // NaN comes first.
        int first = Array.FindIndex(sorted, value => !double.IsNaN(value));
        List<double> gaps = [];
        for (int i = first + 1; i < sorted.Length && first >= 0; i++)
        {
            if (sorted[i] > sorted[i - 1])
            {
                gaps.Add(sorted[i] - sorted[i - 1]);
            }
        }

        if (gaps.Count == 0 || 2 * (gaps.Count + 1) > sorted.Length - first)
        {
            return 0.0;
        }

        gaps.Sort();
        return gaps[(int)(Share * gaps.Count)];
    }

    /// <summary>One of the values that round to <paramref name="value"/>: evenly spread over them from step to step, by a fixed sequence.</summary>
    public static double Within(double value, double rounding, long step) => value + (rounding * ((step * GoldenRatio % 1.0) - 0.5));
}
