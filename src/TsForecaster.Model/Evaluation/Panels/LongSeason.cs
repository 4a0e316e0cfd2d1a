namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>
/// Finds a season of seasons, such as the week of hourly values with a daily season m. For each series and multiple j, e_j is the mean absolute
/// error of the naive forecast at lag j·m, both sides less the mean of the m values before them. A multiple dips in a series when
/// e_j &lt; 0.9 min(e_{j−1}, e_{j+1}); the long season is the smallest j ≥ 2 that dips in a fifth of the series.
/// </summary>
internal static class LongSeason
{
    private const int MostMultiples = 14;
    private const double Dip = 0.9;
    private const double LeastShare = 0.2;

    /// <summary>The steps in a long season; 0 when there is none.</summary>
    public static int Find(IReadOnlyList<ReadOnlyMemory<double>> series, int season)
    {
        int[] dips = new int[MostMultiples];
        foreach (ReadOnlyMemory<double> history in series)
        {
            double[] errors = Errors(history.Span, season);
            for (int j = 1; j + 1 < errors.Length; j++)
            {
                dips[j] += errors[j] < Dip * Math.Min(errors[j - 1], errors[j + 1]) ? 1 : 0;
            }
        }

        int found = Array.FindIndex(dips, count => count > 0 && count >= LeastShare * series.Count);
        return (found + 1) * season;
    }

    /// <summary>e_1, e_2, …, as far as the history has at least two seasons of pairs.</summary>
    private static double[] Errors(ReadOnlySpan<double> history, int season)
    {
        double[] departures = new double[Math.Max(0, history.Length - season)];
        double level = 0.0;
        for (int t = 0; t < history.Length; t++)
        {
            if (t >= season)
            {
                departures[t - season] = history[t] - (level / season);
                level -= history[t - season];
            }

            level += history[t];
        }

        List<double> errors = [];
        for (int lag = season; errors.Count < MostMultiples && departures.Length - lag >= 2 * season; lag += season)
        {
            double sum = 0.0;
            for (int t = lag; t < departures.Length; t++)
            {
                sum += Math.Abs(departures[t] - departures[t - lag]);
            }

            errors.Add(sum / (departures.Length - lag));
        }

        return [.. errors];
    }
}
