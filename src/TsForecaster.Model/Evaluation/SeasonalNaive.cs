namespace TsForecaster.Model.Evaluation;

/// <summary>
/// The forecast that every other must beat: what was observed one season (m steps) ago. With m = 1 it is the last value.
/// </summary>
public static class SeasonalNaive
{
    /// <summary>
    /// The forecast of the step <paramref name="step"/> after the end of a history t: y_{t + h − m·⌈h/m⌉}, or as many seasons
    /// earlier as it takes to meet an observed value; NaN when there is none.
    /// </summary>
    /// <param name="history">One channel, oldest first; NaN where missing.</param>
    /// <param name="season">m ≥ 1.</param>
    /// <param name="step">h ≥ 1.</param>
    public static double Forecast(ReadOnlySpan<double> history, int season, int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        for (int i = history.Length - season + ((step - 1) % season); i >= 0; i -= season)
        {
            if (!double.IsNaN(history[i]))
            {
                return history[i];
            }
        }

        return double.NaN;
    }

    /// <summary>Mean |y_t − y_{t−m}| over the pairs of which both are observed; NaN when there are none.</summary>
    public static double InSampleError(ReadOnlySpan<double> history, int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        double sum = 0.0;
        int pairs = 0;
        for (int i = season; i < history.Length; i++)
        {
            double error = Math.Abs(history[i] - history[i - season]);
            if (!double.IsNaN(error))
            {
                sum += error;
                pairs++;
            }
        }

        return pairs > 0 ? sum / pairs : double.NaN;
    }
}
