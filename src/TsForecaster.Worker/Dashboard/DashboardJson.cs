using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TsForecaster.Worker.Dashboard;

/// <summary>The JSON of /api: snake_case, times as ISO 8601 in UTC, null for a number that does not exist.</summary>
internal static class DashboardJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteOrNull() },
    };

    /// <summary>To 100 ns, without trailing zeros.</summary>
    public static string Time(long nanoseconds) =>
        DateTime.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'");

    private sealed class FiniteOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}

internal sealed record ErrorJson(string Error);

internal sealed record StatusJson(int Series, long Steps, long Forecasts, long RefitsPromoted);

/// <summary>A row of /api/series.</summary>
internal record SeriesJson
{
    public SeriesJson(SeriesSummary summary)
    {
        (Series, Channel) = (summary.Key.Series, summary.Key.Channel);
        IntervalSeconds = summary.Interval / 1e9;
        (LastTime, LastValue) = (DashboardJson.Time(summary.LastStart), summary.LastValue);
        (Model, Components, Windows) = (summary.Model, summary.LastChange?.Components, summary.LastChange?.Windows);
        (LastRefitPromoted, LastRefitReason) = (summary.LastChange?.Promoted, summary.LastChange?.Reason);
        (Mase, SeasonalNaiveMase) = (summary.Live.Mase, summary.Live.SeasonalNaiveMase);
        (Crps, Coverage80, Scored) = (summary.Live.MeanCrps, summary.Live.Coverage80, summary.Live.Scored);
        (Steps, StepsToFirstRefit) = (summary.Status.Steps, summary.Status.StepsToFirstRefit);
        (Late, Missing, Refits) = (summary.Status.Late, summary.Status.Missing, summary.Status.Refits);
    }

    public string Series { get; }

    public string Channel { get; }

    public double IntervalSeconds { get; }

    public long Steps { get; }

    public long StepsToFirstRefit { get; }

    public string LastTime { get; }

    public double LastValue { get; }

    public string? Model { get; }

    public int? Components { get; }

    public int? Windows { get; }

    public bool? LastRefitPromoted { get; }

    public string? LastRefitReason { get; }

    public double Mase { get; }

    public double SeasonalNaiveMase { get; }

    public double Crps { get; }

    public double Coverage80 { get; }

    /// <summary>Values scored so far.</summary>
    public long Scored { get; }

    public long Late { get; }

    public long Missing { get; }

    public long Refits { get; }
}

/// <summary>The answer of /api/series/{id}.</summary>
internal sealed record SeriesDetailJson : SeriesJson
{
    public SeriesDetailJson(SeriesDetail detail)
        : base(detail.Summary)
    {
        long first = detail.Summary.LastStart - ((detail.Recent.Count - 1) * detail.Summary.Interval);
        Observed = [.. detail.Recent.Select((value, i) => new object[] { DashboardJson.Time(first + (i * detail.Summary.Interval)), value })];
        Filled = [.. detail.Filled.Select(cell => new object[] { DashboardJson.Time(cell.Start), cell.Mean, cell.StandardDeviation })];
        Forecast = detail.Fan is { } fan ? new FanJson(fan, above: null) : null;
    }

    /// <summary>Pairs of a cell's start and its value (null: missing), oldest first.</summary>
    public IReadOnlyList<object[]> Observed { get; }

    /// <summary>Of missing cells among them that were filled: start, mean, standard deviation.</summary>
    public IReadOnlyList<object[]> Filled { get; }

    public FanJson? Forecast { get; }
}

/// <summary>The answer of /api/series/{id}/forecast, and the forecast within <see cref="SeriesDetailJson"/>.</summary>
internal sealed record FanJson
{
    // Joint draws cost draws·F²; a long horizon makes do with fewer, so that a question takes no more than about a second.
    private const double DrawBudget = 2e8;
    private const int MostDraws = 4096;
    private const int FewestDraws = 256;

    public FanJson(ForecastFan fan, double? above)
    {
        (Issued, Model, Above) = (DashboardJson.Time(fan.Issued), fan.Model, above);
        Steps = [.. fan.Steps.Select(step => new FanStepJson(step, above is { } x ? fan.Marginal(step.Horizon).ProbabilityAbove(x) : null))];
        if (above is { } threshold)
        {
            double steps = fan.Density.Steps;
            int draws = (int)Math.Clamp(DrawBudget / (steps * steps), FewestDraws, MostDraws);
            AnyAbove = fan.Density.ProbabilityAnyAbove(threshold, draws: draws);
        }
    }

    public string Issued { get; }

    public string Model { get; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Above { get; }

    /// <summary>P(any step is above).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AnyAbove { get; }

    public IReadOnlyList<FanStepJson> Steps { get; }
}

internal sealed record FanStepJson(
    int Horizon, string Time, double Mean, double Sd, double P05, double P10, double P25, double P50, double P75, double P90, double P95)
{
    public FanStepJson(FanStep step, double? probabilityAbove)
        : this(step.Horizon, DashboardJson.Time(step.Start), step.Mean, step.Sd, step.P05, step.P10, step.P25, step.P50, step.P75, step.P90, step.P95) =>
        ProbabilityAbove = probabilityAbove;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ProbabilityAbove { get; }
}
