using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>Means and standard deviations of one candidate's forecasts of one series; NaN where the truth, or a forecast, is missing.</summary>
/// <param name="Errors">Truth less mean at the judged origins, origins×steps row-major.</param>
/// <param name="Deviations">Beside them.</param>
/// <param name="LearntErrors">At the origins whose future was fitted.</param>
/// <param name="LearntDeviations">Beside them.</param>
internal sealed record SeriesForecasts(double[] Errors, double[] Deviations, double[] LearntErrors, double[] LearntDeviations);

/// <summary>Fits a candidate to the first rows of all series and forecasts from the origins of each.</summary>
internal static class HeldOutForecasts
{
    /// <param name="candidate">What is tried.</param>
    /// <param name="transform">What its windows are cut from.</param>
    /// <param name="series">NaN where missing.</param>
    /// <param name="bases">Fits to the first rows of the series.</param>
    /// <param name="origins">Where it forecasts.</param>
    /// <param name="units">What errors at each row are to be multiplied by; none for nothing.</param>
    /// <param name="cancellation">Stops between two pieces of work.</param>
    /// <returns>One a series; null when no recipe could be fitted.</returns>
    public static SeriesForecasts[]? Of(
        Candidate candidate, ValueTransform transform, IReadOnlyList<ReadOnlyMemory<double>> series, BaseFits bases, HeldOutOrigins origins, double[] units, CancellationToken cancellation)
    {
        ForecastRecipe recipe = new(candidate.Recipes, [.. candidate.Recipes.Select(_ => 1.0)], [], transform);
        if (recipe.Fit(bases, cancellation) is not { } model)
        {
            return null;
        }

        Forecaster forecaster = new(model);

        // The task's threads are those of its fits.
        return ScoringRun.Score(series.Count, i => Along(forecaster, series[i].Span, origins, units), null, cancellation, candidate.Recipes[0].Fit.Threads);
    }

    private static SeriesForecasts Along(Forecaster forecaster, ReadOnlySpan<double> values, HeldOutOrigins origins, double[] units)
    {
        (double[] errors, double[] deviations) = Along(forecaster, values, origins, origins.Judged, units);
        (double[] learntErrors, double[] learntDeviations) = Along(forecaster, values, origins, origins.Learnt, units);
        return new SeriesForecasts(errors, deviations, learntErrors, learntDeviations);
    }

    private static (double[] Errors, double[] Deviations) Along(Forecaster forecaster, ReadOnlySpan<double> values, HeldOutOrigins origins, int[] places, double[] units)
    {
        int steps = origins.Steps.Length, reach = forecaster.Model.Reach;
        double[] errors = new double[places.Length * steps], deviations = new double[errors.Length];
        double[] mean = new double[origins.Future], deviation = new double[origins.Future];
        for (int n = 0; n < places.Length; n++)
        {
            bool known = forecaster.TryPredictMoments(PaddedHistory.Last(values[..places[n]], reach), mean, deviation);
            for (int s = 0; s < steps; s++)
            {
                int step = origins.Steps[s] - 1;
                double unit = units.Length > 0 ? units[places[n] + step] : 1.0;
                errors[(n * steps) + s] = known ? unit * (values[places[n] + step] - mean[step]) : double.NaN;
                deviations[(n * steps) + s] = known ? unit * deviation[step] : double.NaN;
            }
        }

        return (errors, deviations);
    }
}
