using System.Collections.Immutable;
using System.Runtime.InteropServices;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// Turns what happened at a cell into points: the observation, the gaps it fills, the scores it settles, the model it changes, the forecast it lets out.
/// A pure function of the result, always in that order.
/// </summary>
public static class PointEncoder
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Appends the points of one result.</summary>
    public static void Encode(StepResult result, ICollection<Point> points)
    {
        Step step = result.Step;
        ImmutableArray<PointTag> tags = [new(Measurements.Channel, step.Key.Channel), new(Measurements.Series, step.Key.Series)];
        Add(points, Measurements.Observed, tags, step.Start, Observed(result));
        foreach (FilledCell filled in result.Filled)
        {
            Add(points, Measurements.Observed, tags, filled.Start, [new(Measurements.Filled, filled.Mean), new(Measurements.FilledSd, filled.StandardDeviation)]);
        }

        foreach (HorizonScore score in result.Scores)
        {
            Add(points, Measurements.Score, WithHorizon(step.Key, score.Horizon), step.Start, Scored(score));
        }

        if (result.Model is { } change)
        {
            Add(points, Measurements.Model, tags, step.Start, Changed(change));
        }

        if (result.Forecast is { } forecast)
        {
            double issued = (step.Start + result.Interval) / NanosecondsPerSecond;
            foreach (int horizon in forecast.Horizons)
            {
                long target = step.Start + (horizon * result.Interval);
                Add(points, Measurements.Forecast, WithHorizon(step.Key, horizon), target, Forecast(forecast.Marginal(horizon), issued, forecast.Model));
            }
        }
    }

    private static PointField[] Observed(StepResult result) =>
    [
        new(Measurements.Value, result.Step.Value),
        new(Measurements.Missing, result.Step.Missing),
        new(Measurements.Surprise, result.Surprise),
        new(Measurements.Pit, result.Pit),
    ];

    private static PointField[] Scored(HorizonScore score) =>
    [
        new(Measurements.AbsError, score.AbsError),
        new(Measurements.Crps, score.Crps),
        new(Measurements.NaiveAbsError, score.NaiveAbsError),
        new(Measurements.Covered80, score.Covered80),
    ];

    private static PointField[] Changed(ModelChange change) =>
    [
        new(Measurements.Id, change.Id),
        new(Measurements.Components, change.Components),
        new(Measurements.Windows, change.Windows),
        new(Measurements.LogLikelihood, change.LogLikelihood),
        new(Measurements.HoldoutCrps, change.HoldoutCrps),
        new(Measurements.Promoted, change.Promoted),
        new(Measurements.Reason, change.Reason),
    ];

    /// <param name="issued">End of the issuing cell, seconds since 1970.</param>
    internal static PointField[] Forecast(UnivariateMixture density, double issued, string model)
    {
        var fields = new PointField[Measurements.Forecast.Fields.Length];
        int next = 0;
        fields[next++] = new(Measurements.Mean, density.Mean);
        fields[next++] = new(Measurements.Sd, density.StandardDeviation);
        Span<double> quantiles = stackalloc double[Measurements.Levels.Count];
        density.Quantiles(Measurements.Levels, quantiles);
        for (int i = 0; i < quantiles.Length; i++)
        {
            fields[next++] = new(Measurements.Quantiles[i].Field, quantiles[i]);
        }

        fields[next++] = new(Measurements.Issued, issued);
        fields[next] = new(Measurements.ModelId, model);
        return fields;
    }

    private static ImmutableArray<PointTag> WithHorizon(SeriesKey key, int horizon) =>
        [new(Measurements.Channel, key.Channel), new(Measurements.Horizon, horizon.ToString()), new(Measurements.Series, key.Series)];

    /// <param name="fields">Handed over.</param>
    private static void Add(ICollection<Point> points, Measurement measurement, ImmutableArray<PointTag> tags, long time, PointField[] fields)
    {
        PointField[] writable = Array.TrueForAll(fields, static field => field.Writable) ? fields : Array.FindAll(fields, static field => field.Writable);
        if (writable.Length > 0)
        {
            points.Add(new Point(measurement.Name, tags, ImmutableCollectionsMarshal.AsImmutableArray(writable), time));
        }
    }
}
