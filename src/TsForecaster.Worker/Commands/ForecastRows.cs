using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary>The forecasts of the columns of a table, and their three ways of being written.</summary>
internal sealed class ForecastRows
{
    private static readonly (string Name, double Probability)[] Quantiles =
        [("p05", 0.05), ("p10", 0.10), ("p25", 0.25), ("p50", 0.50), ("p75", 0.75), ("p90", 0.90), ("p95", 0.95)];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<(string Series, double? AnyAbove, List<Row> Rows)> _series = [];
    private readonly string _model;
    private readonly bool _timed;
    private readonly double? _above;
    private readonly double[] _effects;

    private ForecastRows(string model, bool timed, double? above, double[] effects) => (_model, _timed, _above, _effects) = (model, timed, above, effects);

    /// <param name="Rolled">Beyond the model's future: what its own medians say, whose uncertainty it does not carry.</param>
    private sealed record Row(int Step, string? Time, double Mean, double Deviation, double[] Quantiles, double? Above, bool Rolled);

    /// <summary>Forecasts each column by itself; the columns are the channels of one series when the model has channels.</summary>
    /// <param name="covariates">Of the table's rows and of as many steps after them as are looked at, where the model has covariates.</param>
    /// <exception cref="FailureException">The table is shorter than the model's past, or has not as many columns as the model channels.</exception>
    public static ForecastRows Of(ForecastModel model, SeriesTable table, int steps, double? above, double[] covariates)
    {
        int channels = model.Channels;
        Models.CheckChannels(model, table.Columns.Count);
        if (table.Rows < model.Reach)
        {
            throw new FailureException($"{table.File}: the model's past needs {model.Reach} rows, and there are {table.Rows}");
        }

        ForecastRows rows = new(model.Id, table.Times is not null, above, model.Covariates?.Along(covariates) ?? []);
        Forecaster forecaster = new(model);
        for (int first = 0; first < table.Columns.Count; first += channels)
        {
            rows.Add(forecaster, table, first, steps);
        }

        return rows;
    }

    public void Write(Terminal terminal, string format)
    {
        switch (format)
        {
            case "json":
                terminal.Output.WriteLine(Json().ToJsonString(Indented));
                break;
            case "csv":
                terminal.Output.WriteLine(string.Join(',', Headers()));
                foreach (string[] cells in Cells())
                {
                    terminal.Output.WriteLine(string.Join(',', cells.Select(Quote)));
                }

                break;
            default:
                WriteTable(terminal);
                break;
        }
    }

    private void Add(Forecaster forecaster, SeriesTable table, int first, int steps)
    {
        int channels = forecaster.Model.Channels;
        int past = forecaster.Model.Reach;
        double[] window = JoinedHistory.Of([.. table.Columns.Skip(first).Take(channels).Select(column => new ReadOnlyMemory<double>(column)[^past..])]).ToArray();
        List<Row>[] rows = [.. Enumerable.Range(0, channels).Select(_ => new List<Row>())];
        double?[] any = new double?[channels];
        // What the window takes in is of the pool as it is: drawn together by a spread, its median would be near its mean.
        ForecastModel model = forecaster.Model;
        Forecaster path = model.Spread.IsEmpty ? forecaster : new Forecaster(new ForecastModel(model.Members, model.Weights.ToArray(), null, model.Transform, model.Covariates));
        int taken = (model.Future + 1) / 2;
        for (int done = 0, moved = 0; done < steps; moved += taken)
        {
            ReadOnlySpan<double> effects = EffectsOf(model, table.Rows + moved);
            // Beyond its future the window moves forward by half of it, and each forecast adds its further half.
            Forecast forecast = Predict(forecaster, window, effects, table, first);
            int from = done == 0 ? 1 : model.Future - taken + 1, to = Math.Min(model.Future, steps - done + from - 1);
            for (int channel = 0; channel < channels; channel++)
            {
                for (int step = from; step <= to; step++)
                {
                    rows[channel].Add(Describe(forecast.Marginal(step, channel), done + step - from + 1, table, first + channel, rolled: done > 0));
                }

                any[channel] ??= _above is { } threshold ? forecast.ProbabilityAnyAbove(threshold, channel) : null;
            }

            done += to - from + 1;
            if (done < steps)
            {
                Forecast next = path == forecaster ? forecast : Predict(path, window, effects, table, first);
                double[] longer = [.. window, .. Enumerable.Range(0, taken * channels).Select(i => next.Marginal((i / channels) + 1, i % channels).Quantile(0.5))];
                window = longer[^window.Length..];
            }
        }

        for (int channel = 0; channel < channels; channel++)
        {
            _series.Add((table.Names[first + channel], any[channel], rows[channel]));
        }
    }

    /// <param name="origin">Rows before the first step to come.</param>
    private ReadOnlySpan<double> EffectsOf(ForecastModel model, int origin) =>
        model.Covariates is null ? default : _effects.AsSpan(origin - model.Reach, model.Reach + model.Future);

    /// <exception cref="FailureException">No member of the model looks at a row with a value of a channel.</exception>
    private static Forecast Predict(Forecaster forecaster, double[] window, ReadOnlySpan<double> effects, SeriesTable table, int first)
    {
        int channels = forecaster.Model.Channels;
        int empty = Enumerable.Range(0, channels).FirstOrDefault(channel => !window.Where((value, i) => i % channels == channel && !double.IsNaN(value)).Any(), -1);
        if (effects.Length > 0 && effects[^forecaster.Model.Future..].IndexOf(double.NaN) is >= 0 and var unknown)
        {
            throw new FailureException($"{table.File}: {CovariateSource.Of(forecaster.Model)} of step {unknown + 1} after the last value is not known; a forecast needs that of {forecaster.Model.Future} steps");
        }

        return empty < 0 && forecaster.TryPredict(window, out Forecast? forecast, effects)
            ? forecast
            : throw new FailureException($"{table.File}: column \"{table.Names[first + Math.Max(0, empty)]}\" has no value in what the model looks at of its last {forecaster.Model.Reach} rows, nothing to forecast from");
    }

    /// <exception cref="FailureException">The forecast is no number.</exception>
    private Row Describe(UnivariateMixture density, int step, SeriesTable table, int column, bool rolled)
    {
        double[] quantiles = [.. Quantiles.Select(quantile => density.Quantile(quantile.Probability))];
        if (!quantiles.Append(density.Mean).Append(density.StandardDeviation).All(double.IsFinite))
        {
            throw new FailureException($"{table.File}: column \"{table.Names[column]}\" has no forecast of step {step} that a number holds: its last rows lie too far from what the model was fitted to");
        }

        return new Row(step, Time(table, step), density.Mean, density.StandardDeviation, quantiles, _above is { } threshold ? density.ProbabilityAbove(threshold) : null, rolled);
    }

    /// <summary>The last time, carried on by the distance of the last two.</summary>
    private static string? Time(SeriesTable table, int step)
    {
        if (table.Times is not { Count: > 1 } times)
        {
            return null;
        }

        long time = times[^1] + (step * (times[^1] - times[^2]));
        return DateTimeOffset.UnixEpoch.AddTicks(time / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
    }

    private void WriteTable(Terminal terminal)
    {
        foreach ((string series, double? any, List<Row> rows) in _series)
        {
            terminal.Output.WriteLine(series);
            Table table = Tables.Numbers([.. Headers().Skip(1).Where(header => header != "rolled")]);
            foreach (Row row in rows)
            {
                double[] numbers = [row.Mean, row.Deviation, .. row.Quantiles];
                table.Row([$"{row.Step}{(row.Rolled ? "*" : "")}", .. Time(row), .. numbers.Select(number => Tables.Number(number, "G6")), .. row.Above is { } above ? [Tables.Number(above, "F4")] : Array.Empty<string>()]);
            }

            terminal.Screen.Write(table);
            if (rows.Exists(row => row.Rolled))
            {
                terminal.Output.WriteLine("* beyond the model's future: given its own medians for the steps before, whose uncertainty sd and quantiles do not carry");
            }

            if (any is { } probability)
            {
                terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"P(any step within the model's future > {_above}) = {probability:F4}"));
            }
        }
    }

    private string[] Time(Row row) => _timed ? [row.Time ?? ""] : [];

    /// <summary>Whether steps beyond the model's future are among them, which a column of a CSV file then tells.</summary>
    private bool Rolls => _series.Exists(series => series.Rows.Exists(row => row.Rolled));

    private IEnumerable<string> Headers() =>
        ["series", "step", .. _timed ? ["time"] : Array.Empty<string>(), "mean", "sd", .. Quantiles.Select(quantile => quantile.Name), .. _above is null ? Array.Empty<string>() : ["above"], .. Rolls ? ["rolled"] : Array.Empty<string>()];

    private IEnumerable<string[]> Cells()
    {
        foreach ((string series, _, List<Row> rows) in _series)
        {
            foreach (Row row in rows)
            {
                double[] numbers = [row.Mean, row.Deviation, .. row.Quantiles, .. row.Above is { } above ? [above] : Array.Empty<double>()];
                yield return [series, $"{row.Step}", .. Time(row), .. numbers.Select(number => number.ToString("R", CultureInfo.InvariantCulture)), .. Rolls ? [row.Rolled ? "1" : "0"] : Array.Empty<string>()];
            }
        }
    }

    private JsonObject Json() => new()
    {
        ["model"] = _model,
        ["series"] = new JsonArray([.. _series.Select(series => new JsonObject
        {
            ["series"] = series.Series,
            ["p_any_above"] = JsonNumbers.Node(series.AnyAbove),
            ["steps"] = new JsonArray([.. series.Rows.Select(Json)]),
        })]),
    };

    private static JsonObject Json(Row row)
    {
        JsonObject json = new() { ["step"] = row.Step, ["time"] = row.Time, ["mean"] = JsonNumbers.Node(row.Mean), ["sd"] = JsonNumbers.Node(row.Deviation) };
        for (int i = 0; i < Quantiles.Length; i++)
        {
            json[Quantiles[i].Name] = JsonNumbers.Node(row.Quantiles[i]);
        }

        json["p_above"] = JsonNumbers.Node(row.Above);
        json["rolled"] = row.Rolled;
        return json;
    }

    internal static string Quote(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
