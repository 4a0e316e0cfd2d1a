using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>
/// How well a model forecasts the end of a history that it was not fitted to: the score by which models of the same series are
/// compared. The caller sees to it that no window of the fit reaches into the held-out part.
/// </summary>
public static class HoldoutScore
{
    /// <summary>
    /// Mean CRPS, in the units of the series, over the origins of the last <paramref name="holdout"/> steps and the observed values of
    /// the F steps after each, as far as the history holds them: the last origins see fewer than F. The past of a forecast may lie before
    /// the held-out part; what lies before the history is missing. NaN when nothing was observed there, or no forecast could be made.
    /// </summary>
    /// <param name="forecaster">Of the model that is judged.</param>
    /// <param name="history">Step-major values, oldest first; NaN where missing.</param>
    /// <param name="holdout">Steps held out, at least 1.</param>
    /// <exception cref="ArgumentException">The history is too short.</exception>
    public static double Crps(Forecaster forecaster, ReadOnlySpan<double> history, int holdout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(holdout, 1);
        ForecastModel model = forecaster.Model;
        int steps = history.Length / model.Channels;
        if (steps <= holdout)
        {
            throw new ArgumentException($"a history of {steps} steps is too short to hold out {holdout} and look back");
        }

        double sum = 0.0;
        long count = 0;
        for (int origin = steps - holdout; origin < steps; origin++)
        {
            ReadOnlySpan<double> past = PaddedHistory.Last(history[..(origin * model.Channels)], model.Reach * model.Channels);
            ReadOnlySpan<double> future = history[(origin * model.Channels)..(Math.Min(origin + model.Future, steps) * model.Channels)];
            if (!future.ContainsAnyExcept(double.NaN) || !forecaster.TryPredict(past, out Forecast? forecast))
            {
                continue;
            }

            for (int i = 0; i < future.Length; i++)
            {
                if (!double.IsNaN(future[i]))
                {
                    sum += forecast.Marginal((i / model.Channels) + 1, i % model.Channels).Crps(future[i]);
                    count++;
                }
            }
        }

        return count > 0 ? sum / count : double.NaN;
    }
}
