namespace TsForecaster.Model.Windows;

/// <summary>Missing values filled in, to begin with.</summary>
internal static class FilledHistory
{
    /// <summary>
    /// A copy whose missing values lie on a straight line between the observed neighbours of their channel; before the first and
    /// after the last they repeat it. A channel that was never observed is zero.
    /// </summary>
    /// <param name="history">Step-major, NaN where missing.</param>
    public static double[] Between(ReadOnlySpan<double> history, int channels)
    {
        double[] filled = Bridged(history, channels, history.Length);
        for (int channel = 0; channel < channels; channel++)
        {
            // Only the two ends are left.
            int first = channel;
            while (first < filled.Length && double.IsNaN(filled[first]))
            {
                first += channels;
            }

            double before = first < filled.Length ? filled[first] : 0.0;
            for (int i = channel; i < filled.Length; i += channels)
            {
                before = filled[i] = double.IsNaN(filled[i]) ? before : filled[i];
            }
        }

        return filled;
    }

    /// <summary>The same over gaps much shorter than a forecast: windows with lines in them are better than none.</summary>
    /// <param name="history">Step-major, NaN where missing.</param>
    /// <param name="shape">Of the windows that are cut from it.</param>
    public static double[] Bridged(ReadOnlySpan<double> history, WindowShape shape) => Bridged(history, shape.Channels, Math.Max(4, shape.Future / 4));

    /// <summary>A copy with straight lines over short gaps; longer ones stay.</summary>
    /// <param name="history">Step-major, NaN where missing.</param>
    /// <param name="longest">Steps of a gap that is bridged, at most.</param>
    public static double[] Bridged(ReadOnlySpan<double> history, int channels, int longest)
    {
        double[] filled = history.ToArray();
        for (int channel = 0; channel < channels; channel++)
        {
            int last = -1;
            for (int i = channel; i < filled.Length; i += channels)
            {
                if (!double.IsNaN(filled[i]))
                {
                    if (last >= 0 && (i - last) / channels - 1 <= longest)
                    {
                        Line(filled, last, i, channels);
                    }

                    last = i;
                }
            }
        }

        return filled;
    }

    /// <summary>A copy of a matrix whose missing values are the means of their columns; of one that was never observed, zero.</summary>
    public static double[] ByColumn(ReadOnlySpan<double> rows, int dimension)
    {
        double[] filled = rows.ToArray();
        for (int column = 0; column < dimension; column++)
        {
            double first = 0.0, sum = 0.0;
            int observed = 0;
            for (int i = column; i < filled.Length; i += dimension)
            {
                if (!double.IsNaN(filled[i]))
                {
                    first = observed == 0 ? filled[i] : first;
                    sum += filled[i] - first;
                    observed++;
                }
            }

            for (int i = column; i < filled.Length; i += dimension)
            {
                filled[i] = double.IsNaN(filled[i]) ? first + (sum / Math.Max(1, observed)) : filled[i];
            }
        }

        return filled;
    }

    /// <summary>What lies between two observed values.</summary>
    private static void Line(double[] filled, int from, int to, int channels)
    {
        for (int i = from + channels; i < to; i += channels)
        {
            filled[i] = filled[from] + ((filled[to] - filled[from]) * (i - from) / (to - from));
        }
    }
}
