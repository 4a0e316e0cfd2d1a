using System.Text.Json;
using System.Text.Json.Serialization;
using TsForecaster.Model.Forecasting;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary>What the covariates of a model are: numbers of the calendar, and columns of the file. Kept with the model as JSON, so that later commands need not be told.</summary>
internal sealed record CovariateSource
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { IgnoreReadOnlyProperties = true, RespectNullableAnnotations = true };

    /// <summary>Time of day.</summary>
    public bool Day { get; init; }

    /// <summary>Day of the week.</summary>
    public bool Week { get; init; }

    public IReadOnlyList<DateOnly> Holidays { get; init; } = [];

    /// <summary>The IANA name of the zone that days are of.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary>Columns, as they are.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    [JsonIgnore]
    public bool NeedsTimes => Day || Week || Holidays.Count > 0;

    /// <summary>Nanoseconds from one row to the next, which says what of the calendar can be told; 0 before that is known.</summary>
    public long Interval { get; init; }

    [JsonIgnore]
    public bool IsEmpty => !NeedsTimes && Known.Count == 0;

    /// <summary>What they are called.</summary>
    [JsonIgnore]
    public string[] Names => [.. Day ? ["day"] : Array.Empty<string>(), .. Week ? ["week"] : Array.Empty<string>(), .. Holidays.Count > 0 ? ["holidays"] : Array.Empty<string>(), .. Known];

    public override string ToString() => NeedsTimes ? $"{string.Join(", ", Names)} ({Zone})" : string.Join(", ", Names);

    private CalendarCovariates? Calendar => NeedsTimes ? new(Day, Week, Holidays.ToHashSet(), TimeZoneInfo.FindSystemTimeZoneById(Zone), Interval) : null;

    /// <summary>The same of a table: its rows say how long steps are.</summary>
    /// <exception cref="FailureException">The table has no times.</exception>
    public CovariateSource For(SeriesTable table) => !NeedsTimes ? this
        : table.Times is { Count: > 1 } times ? this with { Interval = times.Zip(times.Skip(1), (before, after) => after - before).Order().ElementAt(times.Count / 2) }
        : throw NeedTimes(table);

    /// <summary>How their effects are found; null where there are none.</summary>
    public CovariateRegression? Regression(int season)
    {
        CalendarCovariates? calendar = Calendar;
        int count = (calendar?.Count ?? 0) + Known.Count;
        return count == 0 ? null : new CovariateRegression(count, season, JsonSerializer.Serialize(this, _options)) { LeastSteps = calendar?.LeastSteps ?? 0 };
    }

    /// <exception cref="FailureException">The model has covariates of another program's.</exception>
    public static CovariateSource Of(ForecastModel model)
    {
        if (model.Covariates is not { } effects)
        {
            return new CovariateSource();
        }

        try
        {
            return JsonSerializer.Deserialize<CovariateSource>(effects.Source, _options) is { } source && (source.Regression(1)?.Count ?? 0) == effects.Count ? source : throw Unknown();
        }
        catch (Exception e) when (e is JsonException or TimeZoneNotFoundException or ArgumentException)
        {
            throw Unknown();
        }

        FailureException Unknown() => new($"the model's {effects.Count} covariates are not of a kind that this command can make: {effects.Source}");
    }

    private static FailureException NeedTimes(SeriesTable table) => new($"{table.File}: a calendar needs the times of two rows or more: --time COL");

    /// <summary>The rows of a table before those of which only known columns are given.</summary>
    /// <param name="steps">Wanted after them.</param>
    /// <exception cref="FailureException">Too little is known ahead.</exception>
    public SeriesTable Observed(SeriesTable table, ForecastModel model, int steps)
    {
        int observed = table.Rows;
        while (table.Columns.All(column => double.IsNaN(column[observed - 1])))
        {
            observed--;
        }

        if (steps > model.Future)
        {
            throw new FailureException($"beyond the model's future of {model.Future} steps there is no forecast that rests on {string.Join(", ", Known)}: --steps {model.Future} at most");
        }

        return table.Rows - observed >= model.Future
            ? table.First(observed)
            : throw new FailureException($"{table.File}: {table.Rows - observed} rows follow the last value; the model needs {string.Join(", ", Known)} of the {model.Future} rows to come, with an empty value");
    }

    /// <summary>The covariates of the rows of a table, and of steps after its last row as far as only the calendar is needed.</summary>
    /// <param name="ahead">Steps after the last row.</param>
    /// <returns>(rows + ahead)×q row-major, NaN where not known.</returns>
    /// <exception cref="FailureException">The table has no times, or a column is missing.</exception>
    public double[] Rows(SeriesTable table, IReadOnlyList<double[]> known, int ahead = 0)
    {
        if (NeedsTimes && table.Times is not { Count: > 1 })
        {
            throw NeedTimes(table);
        }

        CalendarCovariates? calendar = Calendar;
        int first = calendar?.Count ?? 0, count = first + Known.Count;
        double[] rows = new double[(table.Rows + ahead) * count];
        for (int t = 0; t < table.Rows + ahead; t++)
        {
            Span<double> row = rows.AsSpan(t * count, count);
            if (calendar is not null)
            {
                IReadOnlyList<long> times = table.Times!;
                calendar.Write(t < table.Rows ? times[t] : times[^1] + ((t - table.Rows + 1) * (times[^1] - times[^2])), row);
            }

            for (int c = 0; c < known.Count; c++)
            {
                row[first + c] = t < table.Rows ? known[c][t] : double.NaN;
            }
        }

        return rows;
    }
}
