using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TsForecaster.Worker.Dashboard;

namespace TsForecaster.Worker.Commands.Demo;

/// <summary>What a run of the demo came to: as JSON (the keys are a contract) and as a table.</summary>
internal sealed class DemoReport(TimeSpan took, PipelineTotals totals, IReadOnlyList<SeriesSummary> series)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public string Json()
    {
        JsonObject json = new()
        {
            ["seconds"] = took.TotalSeconds,
            ["ticks"] = totals.Ticks,
            ["forecasts"] = totals.Forecasts,
            ["points"] = totals.Points,
            ["refits"] = totals.Refits,
            ["dead_letters"] = totals.DeadLetters,
            ["series"] = new JsonArray([.. series.Select(one => new JsonObject
            {
                ["series"] = one.Key.ToString(),
                ["steps"] = one.Status.Steps,
                ["mase"] = JsonNumbers.Node(one.Live.Mase),
                ["seasonal_naive_mase"] = JsonNumbers.Node(one.Live.SeasonalNaiveMase),
                ["crps"] = JsonNumbers.Node(one.Live.MeanCrps),
                ["coverage80"] = JsonNumbers.Node(one.Live.Coverage80),
            })]),
        };
        return json.ToJsonString(Indented) + "\n";
    }

    public void WriteTable(Terminal terminal)
    {
        Table table = Tables.Numbers("series", "steps", "MASE", "naive", "ratio", "CRPS", "in 80 %");
        foreach (SeriesSummary one in series)
        {
            LiveScore live = one.Live;
            table.Row(
                one.Key.ToString(),
                $"{one.Status.Steps}",
                Tables.Number(live.Mase, "F3"),
                Tables.Number(live.SeasonalNaiveMase, "F3"),
                Tables.Number(live.Mase / live.SeasonalNaiveMase, "F2"),
                Tables.Number(live.MeanCrps, "G4"),
                Tables.Percent(live.Coverage80));
        }

        terminal.Screen.Write(table);
        terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"naive: the value a season ago (a week of demand, a day of prices); in 80 %: values within the central 80 %\n{totals.Ticks} ticks, {totals.Forecasts} forecasts, {totals.Points} points, {totals.Refits} models, {totals.DeadLetters} dead letters in {took.TotalSeconds:F1} s"));
    }
}
