using System.Collections.Immutable;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Publish;

/// <summary>A measurement: the tags that tell its points apart, in the order they are written, and its fields.</summary>
public sealed record Measurement(string Name, ImmutableArray<MeasurementTag> Tags, ImmutableArray<MeasurementField> Fields);

/// <param name="Whole">The text of the tag is a whole number; tables keep it as one, so that 2 sorts before 10.</param>
public readonly record struct MeasurementTag(string Name, bool Whole = false);

public readonly record struct MeasurementField(string Name, FieldType Type);

/// <summary>
/// Everything that is ever published. Encoders, tables and dashboards take their names from here; a new field is a new line here.
/// </summary>
public static class Measurements
{
    public const string Series = "series";
    public const string Channel = "channel";
    public const string Horizon = "horizon";

    public const string Value = "value";
    public const string Missing = "missing";
    public const string Surprise = "surprise";
    public const string Pit = "pit";
    public const string Filled = "filled";
    public const string FilledSd = "filled_sd";

    public const string Mean = "mean";
    public const string Sd = "sd";
    public const string Issued = "issued";
    public const string ModelId = "model";

    public const string AbsError = "abs_error";
    public const string Crps = "crps";
    public const string NaiveAbsError = "naive_abs_error";
    public const string Covered80 = "covered80";

    public const string Id = "id";
    public const string Components = "components";
    public const string Windows = "windows";
    public const string LogLikelihood = "log_likelihood";
    public const string HoldoutCrps = "holdout_crps";
    public const string Promoted = "promoted";
    public const string Reason = "reason";

    /// <summary>The published quantiles of a forecast, ascending.</summary>
    public static readonly ImmutableArray<(string Field, double Probability)> Quantiles =
        [("p05", 0.05), ("p10", 0.10), ("p25", 0.25), ("p50", 0.50), ("p75", 0.75), ("p90", 0.90), ("p95", 0.95)];

    /// <summary>Their probabilities.</summary>
    public static readonly QuantileLevels Levels = new([.. Quantiles.Select(quantile => quantile.Probability)]);

    /// <summary>A cell of a series, at its start. <c>filled</c> and <c>filled_sd</c> follow later, for missing cells.</summary>
    public static readonly Measurement Observed = new(
        "observed",
        [new(Channel), new(Series)],
        [Number(Value), Boolean(Missing), Number(Surprise), Number(Pit), Number(Filled), Number(FilledSd)]);

    /// <summary>What was forecast for a cell, at the start of that cell; one point for each time it was forecast, told apart by the horizon.</summary>
    public static readonly Measurement Forecast = new(
        "forecast",
        [new(Channel), new(Horizon, Whole: true), new(Series)],
        [Number(Mean), Number(Sd), .. Quantiles.Select(q => Number(q.Field)), Number(Issued), Text(ModelId)]);

    /// <summary>How the forecasts of a cell did, at its start.</summary>
    public static readonly Measurement Score = new(
        "score",
        [new(Channel), new(Horizon, Whole: true), new(Series)],
        [Number(AbsError), Number(Crps), Number(NaiveAbsError), Boolean(Covered80)]);

    /// <summary>A refit that took effect or was passed over, at the cell of its activation. Channels have models of their own.</summary>
    public static readonly Measurement Model = new(
        "model",
        [new(Channel), new(Series)],
        [Text(Id), Number(Components), Number(Windows), Number(LogLikelihood), Number(HoldoutCrps), Boolean(Promoted), Text(Reason)]);

    public static readonly ImmutableArray<Measurement> All = [Observed, Forecast, Score, Model];

    private static MeasurementField Number(string name) => new(name, FieldType.Number);

    private static MeasurementField Boolean(string name) => new(name, FieldType.Boolean);

    private static MeasurementField Text(string name) => new(name, FieldType.Text);
}
