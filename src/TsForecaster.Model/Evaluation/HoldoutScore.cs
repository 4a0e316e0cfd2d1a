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
    /// scored on the same values. NaN for all when nothing was observed there, or there was no such origin. With several channels it is the first
    /// that is scored, from pasts of which something of it was observed.
    /// </summary>
    /// <param name="forecasters">Of the models that are judged, with the same F.</param>
    /// <param name="history">Step-major values of as many channels as the models have, oldest first; NaN where missing. A model of fewer looks at the first.</param>
    /// <param name="holdout">Steps held out, at least 1.</param>
    /// <param name="covariates">Of the steps of the history and of F after them, (T + F)×q row-major, where a model has covariates.</param>
    /// <exception cref="ArgumentException">The history is too short, or the models forecast different windows.</exception>
    public static double[] Crps(IReadOnlyList<Forecaster> forecasters, ReadOnlySpan<double> history, int holdout, ReadOnlySpan<double> covariates = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(holdout, 1);
        int ahead = forecasters[0].Model.Future, channels = forecasters.Max(forecaster => forecaster.Model.Channels);
        if (forecasters.Any(forecaster => forecaster.Model.Future != ahead))
        {
            throw new ArgumentException("models that are compared forecast the same steps", nameof(forecasters));
        }

        int steps = history.Length / channels;
        if (steps <= holdout)
        {
            throw new ArgumentException($"a history of {steps} steps is too short to hold out {holdout} and look back");
        }

        ReadOnlyMemory<double> all = history.ToArray(), first = JoinedHistory.First(all, channels, 1);
        ReadOnlyMemory<double>[] own = [.. forecasters.Select(forecaster => JoinedHistory.First(all, channels, forecaster.Model.Channels))];
        double[][] effects = new double[forecasters.Count][];
        for (int j = 0; j < effects.Length; j++)
        {
            effects[j] = forecasters[j].Model.Covariates?.Along(covariates) ?? [];
        }

        double[] sums = new double[forecasters.Count];
        long count = 0;
        for (int origin = steps - holdout; origin < steps; origin++)
        {
            ReadOnlySpan<double> future = first.Span[origin..Math.Min(origin + ahead, steps)];
            if (!future.ContainsAnyExcept(double.NaN) || Forecasts(forecasters, own, effects, first.Span, origin) is not { } forecasts)
            {
                continue;
            }

            for (int i = 0; i < future.Length; i++)
            {
                if (!double.IsNaN(future[i]))
                {
                    for (int j = 0; j < sums.Length; j++)
                    {
                        sums[j] += forecasts[j].Marginal(i + 1).Crps(future[i]);
                    }

                    count++;
                }
            }
        }

        return [.. sums.Select(sum => count > 0 ? sum / count : double.NaN)];
    }

    /// <summary>One a model; null where one of them has none.</summary>
    private static Forecast[]? Forecasts(IReadOnlyList<Forecaster> forecasters, ReadOnlyMemory<double>[] own, double[][] effects, ReadOnlySpan<double> first, int origin)
    {
        Forecast[] forecasts = new Forecast[forecasters.Count];
        for (int j = 0; j < forecasts.Length; j++)
        {
            (int reach, int channels, int ahead) = (forecasters[j].Model.Reach, forecasters[j].Model.Channels, forecasters[j].Model.Future);
            ReadOnlySpan<double> moves = effects[j].Length == 0 ? default : PaddedHistory.Last(effects[j].AsSpan(0, origin + ahead), reach + ahead);
            if (!first[Math.Max(0, origin - reach)..origin].ContainsAnyExcept(double.NaN)
                || !forecasters[j].TryPredict(PaddedHistory.Last(own[j].Span[..(origin * channels)], reach * channels), out Forecast? forecast, moves))
            {
                return null;
            }

            forecasts[j] = forecast;
        }

        return forecasts;
    }
}
