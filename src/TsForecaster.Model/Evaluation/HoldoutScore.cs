using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>
/// How well models forecast the end of a history that they were not fitted to: the score by which models of the same series are
/// compared. The caller sees to it that no window of the fits reaches into the held-out part.
/// </summary>
public static class HoldoutScore
{
    /// <summary>
    /// Mean CRPS of each, in the units of the series, over the origins of the last <paramref name="holdout"/> steps and the observed values
    /// of the F steps after each, as far as the history holds them: the last origins see fewer than F. The past of a forecast may lie before
    /// the held-out part; what lies before the history is missing. An origin counts when all of them can forecast from it, so that they are
    /// scored on the same values. NaN for all when nothing was observed there, or there was no such origin.
    /// </summary>
    /// <param name="forecasters">Of the models that are judged, with the same F and C.</param>
    /// <param name="history">Step-major values, oldest first; NaN where missing.</param>
    /// <param name="holdout">Steps held out, at least 1.</param>
    /// <exception cref="ArgumentException">The history is too short, or the models forecast different windows.</exception>
    public static double[] Crps(IReadOnlyList<Forecaster> forecasters, ReadOnlySpan<double> history, int holdout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(holdout, 1);
        (int ahead, int channels) = (forecasters[0].Model.Future, forecasters[0].Model.Channels);
        if (forecasters.Any(forecaster => (forecaster.Model.Future, forecaster.Model.Channels) != (ahead, channels)))
        {
            throw new ArgumentException("models that are compared forecast the same steps of the same channels", nameof(forecasters));
        }

        int steps = history.Length / channels;
        if (steps <= holdout)
        {
            throw new ArgumentException($"a history of {steps} steps is too short to hold out {holdout} and look back");
        }

        double[] sums = new double[forecasters.Count];
        long count = 0;
        for (int origin = steps - holdout; origin < steps; origin++)
        {
            ReadOnlySpan<double> past = history[..(origin * channels)], future = history[(origin * channels)..(Math.Min(origin + ahead, steps) * channels)];
            if (!future.ContainsAnyExcept(double.NaN) || Forecasts(forecasters, past) is not { } forecasts)
            {
                continue;
            }

            for (int i = 0; i < future.Length; i++)
            {
                if (!double.IsNaN(future[i]))
                {
                    for (int j = 0; j < sums.Length; j++)
                    {
                        sums[j] += forecasts[j].Marginal((i / channels) + 1, i % channels).Crps(future[i]);
                    }

                    count++;
                }
            }
        }

        return [.. sums.Select(sum => count > 0 ? sum / count : double.NaN)];
    }

    /// <summary>One a model; null where one of them has none.</summary>
    private static Forecast[]? Forecasts(IReadOnlyList<Forecaster> forecasters, ReadOnlySpan<double> past)
    {
        Forecast[] forecasts = new Forecast[forecasters.Count];
        for (int j = 0; j < forecasts.Length; j++)
        {
            if (!forecasters[j].TryPredict(PaddedHistory.Last(past, forecasters[j].Model.Reach * forecasters[j].Model.Channels), out Forecast? forecast))
            {
                return null;
            }

            forecasts[j] = forecast;
        }

        return forecasts;
    }
}
