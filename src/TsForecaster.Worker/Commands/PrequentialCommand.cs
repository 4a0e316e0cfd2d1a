using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Worker.Commands.Csv;
using TsForecaster.Worker.Commands.Prequential;
using TsForecaster.Worker.Commands.Settings;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Refit;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>prequential</c>: the rows of a CSV file, one after another, through the service's own pipeline with the service's settings; every
/// forecast is issued before its value is seen (Dawid 1984), models are fitted and replaced as they would be, and what is published is
/// scored beside simple methods.
/// </summary>
internal static class PrequentialCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create(Terminal terminal)
    {
        TableArguments source = new(order: "rows go through the service in their order, and a value whose cell has closed by then is left out and counted (Grid:Grace keeps cells open longer). When left out, each row is a cell");
        Option<string?> series = new("--series") { Description = "One series, the columns being its channels; when left out, each column is a series of its own name", HelpName = "NAME" };
        Option<string?> file = new("--settings") { Description = "Settings file of the service, as run reads it", HelpName = "FILE" };
        Option<string[]> set = new("--set") { Description = "A setting of the service, such as Grid:Interval=5m; repeat it for more", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        Option<string?> report = new("--report") { Description = "JSON file to write the scores to", HelpName = "FILE" };
        Command command = new("prequential", "Send the rows of a CSV file through the service's pipeline and score what it publishes")
        {
            source, series, file, set, report,
        };
        command.SetAction((parsed, stop) =>
        {
            // No broker is asked, so none need be set.
            ForecasterSettings settings = SettingsReader.Read(SettingsSources.Load(parsed.GetValue(file), ["Kafka:Topics=rows", .. parsed.GetValue(set)!]));
            TableRequest request = source.Of(parsed);
            AtomicFile.Check(parsed.GetValue(report), parsed.GetValue(source.Data));
            return RunAsync(terminal, request.Read(RowOrder.Any), parsed.GetValue(series), settings, parsed.GetValue(report), stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, SeriesTable table, string? series, ForecasterSettings settings, string? report, CancellationToken stop)
    {
        // Nothing is gone on with, so nothing is kept on the way.
        PipelineSettings flow = settings.Flow with { CheckpointEvery = TimeSpan.FromDays(1) };
        SeriesKey[] keys = [.. table.Names.Select(name => series is null ? new SeriesKey(name, SeriesKey.DefaultChannel) : new SeriesKey(series, table.Names.Count == 1 ? SeriesKey.DefaultChannel : name))];
        RowTimes times = RowTimes.Of(table, keys, flow.SeriesOf, settings.Kafka.MaxLead);
        ScoreBook book = new(flow.SeriesOf);
        long begun = terminal.Time.GetTimestamp();
        long late = await terminal.WithProgressAsync(
            "forecasting",
            share => PipelineAsync(table, keys, times, settings, flow, book, share, terminal.Time, stop).GetAwaiter().GetResult(),
            stop);
        double seconds = terminal.Time.GetElapsedTime(begun).TotalSeconds;
        foreach (SeriesKey key in keys)
        {
            if (book.Find(key) is not { Scored: > 0 })
            {
                throw new FailureException($"{table.File}: no forecast of {key} could be scored: {times.Why(flow.SeriesOf(key.Series), book.Find(key), late)}");
            }
        }

        SeriesReport[] reports = [.. book.Series.Select(one => new SeriesReport(one, Rivals(one, flow.SeriesOf(one.Key.Series))))];
        int shared = times.Shared(flow.SeriesOf(keys[0].Series));
        if (report is not null)
        {
            JsonObject json = new() { ["data"] = Path.GetFileName(table.File), ["seconds"] = seconds, ["late"] = late, ["shared_cells"] = shared, ["series"] = new JsonArray([.. reports.Select(Json)]) };
            AtomicFile.WriteText(report, json.ToJsonString(Indented) + "\n");
        }

        Table shown = Tables.Numbers(["series", "cells", "scored", "models", "MAE", "CRPS", "80 % holds", "PIT KS", .. reports.SelectMany(one => one.Rivals.Select(rival => rival.Name)).Distinct(StringComparer.Ordinal).Select(name => $"/ {ScoreKeys.Title(name)}")]);
        foreach (SeriesReport one in reports)
        {
            shown.Row([
                one.Scores.Key.ToString(),
                $"{one.Scores.Cells}",
                $"{one.Scores.Scored}",
                $"{one.Scores.Models.Count}",
                Tables.Number(one.Scores.Overall.Mae, "G4"),
                Tables.Number(one.Scores.Overall.MeanCrps, "G4"),
                Tables.Percent(one.Scores.Overall.Coverage80),
                Tables.Number(one.Scores.Pit.KolmogorovSmirnov(), "F3"),
                .. one.Rivals.Select(rival => Tables.Number(one.Scores.Overall.MeanCrps / rival.Crps, "F3")),
            ]);
        }

        terminal.Screen.Write(shown);
        terminal.Output.WriteLine("/ method: CRPS over that of the method, on the same cells and horizons");
        if (late > 0)
        {
            terminal.Output.WriteLine($"late: {late} values came after their cell had closed and were left out; Grid:Grace keeps cells open longer");
        }

        if (shared > 0)
        {
            terminal.Output.WriteLine($"shared: {shared} rows fall into the cell of an earlier row; Grid:Aggregate makes one value of them");
        }

        return CommandLine.Ok;
    }

    /// <returns>Values that came late.</returns>
    private static async Task<long> PipelineAsync(SeriesTable table, IReadOnlyList<SeriesKey> keys, RowTimes times, ForecasterSettings settings, PipelineSettings flow, ScoreBook book, IProgress<double> share, TimeProvider time, CancellationToken stop)
    {
        RowSource source = new(table, keys, times.Times, share);
        using RefitPool refits = new(settings.RefitsAtOnce);
        Pipeline pipeline = new(flow, source, new TickDecoder(RowSource.Records), refits, book, new NoCheckpoints(), new SeriesBoard(), time);
        source.Totals = pipeline.Totals;
        await pipeline.RunAsync(stop);
        return pipeline.Totals.Late;
    }

    private static (string Name, double Crps)[] Rivals(SeriesScores scores, SeriesSettings settings) =>
        [.. BaselineMethod.All(settings.Model.Season).Where(method => method.Name is "seasonal_naive" or "random_walk").Select(method => (method.Name, scores.BaselineCrps(method)))];

    private static JsonNode Json(SeriesReport one)
    {
        JsonObject json = new()
        {
            ["series"] = one.Scores.Key.ToString(),
            ["cells"] = one.Scores.Cells,
            ["scored"] = one.Scores.Scored,
            ["models"] = one.Scores.Models.Count,
            ["mae"] = JsonNumbers.Node(one.Scores.Overall.Mae),
            ["crps"] = JsonNumbers.Node(one.Scores.Overall.MeanCrps),
            ["coverage80"] = JsonNumbers.Node(one.Scores.Overall.Coverage80),
            ["pit_ks"] = JsonNumbers.Node(one.Scores.Pit.KolmogorovSmirnov()),
            ["per_horizon"] = new JsonArray([.. one.Scores.PerHorizon.Select((step, i) => new JsonObject
            {
                ["horizon"] = i + 1,
                ["mae"] = JsonNumbers.Node(step.Mae),
                ["crps"] = JsonNumbers.Node(step.MeanCrps),
                ["coverage80"] = JsonNumbers.Node(step.Coverage80),
            })]),
        };
        foreach ((string name, double crps) in one.Rivals)
        {
            json[name] = new JsonObject { ["crps"] = JsonNumbers.Node(crps) };
        }

        json["last_models"] = new JsonArray([.. one.Scores.Models.TakeLast(3).Select(model => JsonValue.Create($"{model.Components} components, {model.Reason}"))]);
        return json;
    }

    private sealed record SeriesReport(SeriesScores Scores, IReadOnlyList<(string Name, double Crps)> Rivals);
}
