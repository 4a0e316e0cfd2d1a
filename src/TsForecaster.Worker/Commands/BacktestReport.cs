using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Commands;

/// <summary>The outcome of a backtest as JSON (the keys are a contract) and as a table.</summary>
internal sealed class BacktestReport(BacktestOutcome outcome)
{
    private const int MostColumnsShown = 20;
    private const int PitBins = 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly double[] Levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

    private readonly BacktestResult _result = outcome.Result;

    public string Json()
    {
        JsonObject json = Object(_result.Overall);
        json["n_forecasts"] = _result.Forecasts;
        json["fit_seconds"] = outcome.FitSeconds;
        json["forecast_seconds"] = outcome.ForecastSeconds;
        json["settings"] = new JsonObject(outcome.Settings.Select(setting => KeyValuePair.Create(setting.Key, JsonNumbers.Node(setting.Value))));
        if (outcome.Selection is { } selection)
        {
            AddSelection(json, selection);
        }

        if (outcome.Choices.Count > 0)
        {
            json["settings"]!["chosen"] = new JsonArray([.. outcome.Choices.SelectMany(choice => choice.Recipes).Select(Chosen)]);
        }

        JsonArray steps = [];
        foreach (Scores scores in _result.PerHorizon)
        {
            JsonObject step = Object(scores);
            step.Insert(0, "horizon", steps.Count + 1);
            steps.Add(step);
        }

        json["per_horizon"] = steps;
        json["seasonal_naive"] = Object(_result.SeasonalNaive);
        if (_result.Naive2 is { } naive2)
        {
            json["owa"] = JsonNumbers.Node(_result.Owa);
            json["naive2"] = Object(naive2);
        }

        json["n_skipped"] = _result.Skipped;
        json["n_refits"] = _result.Refits;
        json["pit_ks"] = JsonNumbers.Node(_result.Overall.PitKs);
        json["pit"] = JsonNumbers.Node(_result.Pits.Bins(PitBins));
        json["coverage"] = new JsonArray([.. Levels.Select(level => new JsonObject { ["level"] = level, ["share"] = JsonNumbers.Node(_result.Pits.CentralCoverage(level)) })]);
        if (outcome.Baselines.Count > 0)
        {
            json["baselines"] = new JsonObject(outcome.Baselines.Select(baseline => KeyValuePair.Create(baseline.Name, (JsonNode?)Object(baseline))));
        }

        if (outcome.Choices.Count > 0)
        {
            json["selection"] = new JsonArray([.. outcome.Choices.Select(Search)]);
        }

        return json.ToJsonString(Indented) + "\n";
    }

    public void WriteTable(Terminal terminal)
    {
        // As a distribution where it was compared so, otherwise as the point that it is.
        (string Name, Scores Scores)[] rivals = outcome.Baselines.Count > 0
            ? [.. outcome.Baselines.Select(baseline => (ScoreKeys.Title(baseline.Name), baseline.Overall))]
            : [("seasonal naive", _result.SeasonalNaive)];
        Table table = Tables.Numbers(["", "model", .. rivals.Select(rival => rival.Name)]);
        foreach ((string key, Func<Scores, double?> of) in ScoreKeys.All)
        {
            table.Row([key, ScoreKeys.Text(key, of(_result.Overall)), .. rivals.Select(rival => ScoreKeys.Text(key, of(rival.Scores)))]);
        }

        table.Row(["pit_ks", Tables.Number(_result.Overall.PitKs, "F3"), .. rivals.Select(rival => Tables.Number(rival.Scores.PitKs, "F3"))]);
        if (_result.Owa is { } owa)
        {
            table.Row(["owa", Tables.Number(owa, "F3")]);
        }

        terminal.Screen.Write(table);
        if (outcome.Selection is { } selection)
        {
            WriteSelection(terminal, selection);
        }

        foreach (SelectionResult choice in outcome.Choices.Take(1))
        {
            terminal.Output.WriteLine($"{choice.Trials.Count} candidates tried: {choice.Reason}");
        }

        if (_result.Columns.Count is > 1 and <= MostColumnsShown)
        {
            WriteColumns(terminal);
        }

        string skipped = _result.Skipped > 0 ? $", {_result.Skipped} skipped for want of a past" : "";
        string refits = _result.Refits > 0 ? $" with {_result.Refits} refits" : "";
        terminal.Output.WriteLine($"{_result.Forecasts} forecasts{skipped}; fitted in {Tables.Number(outcome.FitSeconds, "F2")} s, forecast{refits} in {Tables.Number(outcome.ForecastSeconds, "F2")} s");
    }

    /// <summary>What was chosen goes to the settings; what was tried stands beside them, best first.</summary>
    private static void AddSelection(JsonObject json, PanelSelection selection)
    {
        JsonObject settings = json["settings"]!.AsObject();
        settings["transform"] = selection.Model.Transform.ToString().ToLowerInvariant();
        settings["long_season"] = selection.LongSeason;
        settings["relevance"] = selection.Model.Relevance;
        settings["members"] = selection.Model.Members.Count;
        json["pool_loss"] = JsonNumbers.Node(selection.PoolLoss);
        json["tried"] = new JsonArray([.. selection.Tried.OrderBy(tried => double.IsNaN(tried.Loss)).ThenBy(tried => tried.Loss).Select(tried => new JsonObject
        {
            ["recipe"] = tried.Recipe.Name,
            ["past"] = tried.Recipe.Shape.Past,
            ["reach"] = tried.Recipe.Reach,
            ["transform"] = tried.Transform.ToString().ToLowerInvariant(),
            ["components"] = tried.Components,
            ["loss"] = JsonNumbers.Node(tried.Loss),
            ["kept"] = tried.Kept,
        })]);
    }

    /// <summary>One column's forecast: its members and their shares.</summary>
    private static JsonObject Chosen(ForecastRecipe recipe) => new()
    {
        ["transform"] = recipe.Transform.ToString().ToLowerInvariant(),
        ["members"] = new JsonArray([.. recipe.Members.Select((member, i) => new JsonObject
        {
            ["name"] = member.Name,
            ["past"] = member.Shape.Past,
            ["components"] = member.Fit.Components,
            ["weight"] = JsonNumbers.Node(recipe.Weights[i]),
        })]),
    };

    private static JsonObject Search(SelectionResult choice) => new()
    {
        ["reason"] = choice.Reason,
        ["reference"] = choice.Reference,
        ["trust"] = JsonNumbers.Node(choice.Trust),
        ["relative_mse"] = JsonNumbers.Node(choice.RelativeMse),
        ["fitted_rows"] = choice.Rows.Fitted,
        ["held_out_rows"] = choice.Rows.HeldOut,
        ["cost"] = JsonNumbers.Node(choice.Cost),
        ["tried"] = new JsonArray([.. choice.Trials.Select(trial => new JsonObject
        {
            ["name"] = trial.Name,
            ["transform"] = trial.Transform,
            ["relative_mse"] = JsonNumbers.Node(trial.RelativeMse),
            ["weight"] = JsonNumbers.Node(trial.Weight),
        })]),
    };

    private static JsonObject Object(Scores scores) =>
        new(ScoreKeys.All.Select(score => KeyValuePair.Create(score.Key, JsonNumbers.Node(score.Of(scores)))));

    private static JsonObject Object(BaselineScores baseline)
    {
        JsonObject json = Object(baseline.Overall);
        json["pit_ks"] = JsonNumbers.Node(baseline.Overall.PitKs);
        json["per_horizon"] = new JsonArray([.. baseline.PerHorizon.Select((scores, h) => new JsonObject
        {
            ["horizon"] = h + 1,
            ["mae"] = JsonNumbers.Node(scores.Mae),
            ["crps"] = JsonNumbers.Node(scores.Crps),
        })]);
        return json;
    }

    private static void WriteSelection(Terminal terminal, PanelSelection selection)
    {
        TriedCandidate best = selection.Tried.Where(tried => tried.Kept).MinBy(tried => tried.Loss)!;
        string cycle = selection.LongSeason > 0 ? $", long season {selection.LongSeason}" : "";
        terminal.Output.WriteLine($"{selection.Model.Members.Count} of {selection.Tried.Count} candidates pooled, transform {selection.Model.Transform.ToString().ToLowerInvariant()}{cycle}; held-out loss {Tables.Number(selection.PoolLoss, "F4")}, the best alone ({best.Recipe.Name}, components={best.Components}) {Tables.Number(best.Loss, "F4")}");
    }

    private void WriteColumns(Terminal terminal)
    {
        Table table = Tables.Numbers("", "mse", "mae", "mase", "crps", "coverage80", "naive mse", "naive mae");
        foreach (ColumnScores column in _result.Columns)
        {
            (Scores model, Scores naive) = (column.Scores, column.SeasonalNaive);
            table.Row(column.Name, Cell(model.Mse), Cell(model.Mae), Cell(model.Mase), Cell(model.Crps), Tables.Percent(model.Coverage80), Cell(naive.Mse), Cell(naive.Mae));
        }

        terminal.Screen.Write(table);
    }

    private static string Cell(double? score) => Tables.Number(score, "G4");
}
