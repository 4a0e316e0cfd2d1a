using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands;

/// <summary>The outcome of a backtest as JSON (the keys are a contract) and as a table.</summary>
internal sealed class BacktestReport(IReadOnlyList<(string Key, object? Value)> settings, BacktestResult result, double fitSeconds, double forecastSeconds)
{
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
        Table table = Tables.Numbers(["", .. Keys.Select(score => score.Key)]);
        Row(table, "model", result.Overall);
        Row(table, "seasonal naive", result.SeasonalNaive);
        if (result.Columns.Count is > 1 and <= 20)
        {
            foreach (ColumnScores column in result.Columns)
            {
                Row(table, column.Name, column.Scores);
                Row(table, $"{column.Name}, naive", column.SeasonalNaive);
            }
        }

        terminal.Screen.Write(table);
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

    private static void Row(Table table, string name, Scores scores) =>
        table.Row([name, .. Keys.Select(score => score.Key.StartsWith("coverage", StringComparison.Ordinal) ? Tables.Percent(score.Of(scores)) : Tables.Number(score.Of(scores), "G4"))]);
}
