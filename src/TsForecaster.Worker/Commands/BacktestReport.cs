using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands;

/// <summary>The outcome of a backtest as JSON (the keys are a contract) and as a table.</summary>
internal sealed class BacktestReport(IReadOnlyList<(string Key, object? Value)> settings, BacktestResult result, double fitSeconds, double forecastSeconds)
{
    private const int MostColumnsShown = 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly (string Key, Func<Scores, double?> Of)[] Keys =
    [
        ("mse", scores => scores.Mse),
        ("mae", scores => scores.Mae),
        ("rmse", scores => scores.Rmse),
        ("smape", scores => scores.Smape),
        ("mase", scores => scores.Mase),
        ("crps", scores => scores.Crps),
        ("wql", scores => scores.Wql),
        ("msis", scores => scores.Msis),
        ("coverage80", scores => scores.Coverage80),
        ("coverage95", scores => scores.Coverage95),
    ];

    public string Json()
    {
        JsonObject json = Object(result.Overall);
        json["n_forecasts"] = result.Forecasts;
        json["fit_seconds"] = fitSeconds;
        json["forecast_seconds"] = forecastSeconds;
        JsonObject chosen = [];
        foreach ((string key, object? value) in settings)
        {
            chosen[key] = JsonNumbers.Node(value);
        }

        json["settings"] = chosen;
        JsonArray steps = [];
        foreach (Scores scores in result.PerHorizon)
        {
            JsonObject step = Object(scores);
            step.Insert(0, "horizon", steps.Count + 1);
            steps.Add(step);
        }

        json["per_horizon"] = steps;
        json["seasonal_naive"] = Object(result.SeasonalNaive);
        return json.ToJsonString(Indented) + "\n";
    }

    public void WriteTable(Terminal terminal)
    {
        Table table = Tables.Numbers("", "model", "seasonal naive");
        foreach ((string key, Func<Scores, double?> of) in Keys)
        {
            table.Row(key, Cell(key, of(result.Overall)), Cell(key, of(result.SeasonalNaive)));
        }

        terminal.Screen.Write(table);
        if (result.Columns.Count is > 1 and <= MostColumnsShown)
        {
            WriteColumns(terminal);
        }

        string skipped = result.Skipped > 0 ? $", {result.Skipped} skipped for want of a past" : "";
        terminal.Output.WriteLine($"{result.Forecasts} forecasts{skipped}; fitted in {Tables.Number(fitSeconds, "F2")} s, forecast in {Tables.Number(forecastSeconds, "F2")} s");
    }

    private static JsonObject Object(Scores scores)
    {
        JsonObject json = [];
        foreach ((string key, Func<Scores, double?> of) in Keys)
        {
            json[key] = JsonNumbers.Node(of(scores));
        }

        return json;
    }

    private void WriteColumns(Terminal terminal)
    {
        Table table = Tables.Numbers("", "mse", "mae", "mase", "crps", "coverage80", "naive mse", "naive mae");
        foreach (ColumnScores column in result.Columns)
        {
            (Scores model, Scores naive) = (column.Scores, column.SeasonalNaive);
            table.Row(column.Name, Cell("", model.Mse), Cell("", model.Mae), Cell("", model.Mase), Cell("", model.Crps), Cell("coverage", model.Coverage80), Cell("", naive.Mse), Cell("", naive.Mae));
        }

        terminal.Screen.Write(table);
    }

    private static string Cell(string key, double? score) =>
        key.StartsWith("coverage", StringComparison.Ordinal) ? Tables.Percent(score) : Tables.Number(score, "G4");
}
