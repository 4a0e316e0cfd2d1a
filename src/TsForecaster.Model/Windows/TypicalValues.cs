namespace TsForecaster.Model.Windows;

/// <summary>
/// Medians of a few values spread evenly: an origin that lies among most of them, however far away a spike is, and that is met to the
/// bit by constants.
/// </summary>
internal static class TypicalValues
{
    private const int Windows = 9;
    private const int Values = 255;

    /// <summary>Number by number the median of nine windows, D numbers.</summary>
    /// <param name="windows">Complete, at least one.</param>
    public static double[] OfWindows(WindowSet windows)
    {
        int taken = Math.Min(Windows, windows.Count), dimension = windows.Dimension;
        double[] rows = new double[taken * dimension], typical = new double[dimension], column = new double[taken];
        for (int r = 0; r < taken; r++)
        {
            windows.CopyTo((int)((long)r * windows.Count / taken), rows.AsSpan(r * dimension, dimension));
        }

        for (int i = 0; i < dimension; i++)
        {
            for (int r = 0; r < taken; r++)
            {
                column[r] = rows[(r * dimension) + i];
            }

            Array.Sort(column);
            typical[i] = column[taken / 2];
        }

        return typical;
    }

    /// <summary>The median of 255 or so observed values of a channel; NaN when none was observed.</summary>
    /// <param name="values">Step-major, NaN where missing.</param>
    public static double OfChannel(ReadOnlySpan<double> values, int channel, int channels)
    {
        List<double> taken = Observed(values, channel, channels * Math.Max(1, values.Length / channels / Values));
        if (taken.Count == 0)
        {
            taken = Observed(values, channel, channels);
        }

        taken.Sort();
        return taken.Count == 0 ? double.NaN : taken[taken.Count / 2];
    }

    private static List<double> Observed(ReadOnlySpan<double> values, int from, int step)
    {
        List<double> observed = [];
        for (int i = from; i < values.Length; i += step)
        {
            if (!double.IsNaN(values[i]))
            {
                observed.Add(values[i]);
            }
        }

        return observed;
    }
}
