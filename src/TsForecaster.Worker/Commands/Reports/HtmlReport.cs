using System.Globalization;
using System.Text;
using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>
/// A backtest as one HTML page that needs nothing else: no network, no script. What was run, how well it did beside simple
/// methods, where it errs, whether its intervals hold, and what some of its forecasts look like.
/// </summary>
internal sealed class HtmlReport
{
    private readonly BacktestOutcome _outcome;
    private readonly BacktestResult _result;
    private readonly StringBuilder _page = new();

    private HtmlReport(BacktestOutcome outcome) => (_outcome, _result) = (outcome, outcome.Result);

    public static string Of(BacktestOutcome outcome)
    {
        HtmlReport report = new(outcome);
        report.Write();
        return report._page.ToString();
    }

    private void Write()
    {
        string title = $"Backtest of {_outcome.Subject}";
        _page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <title>{Svg.Escaped(title)}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <header>
            <h1>{Svg.Escaped(title)}</h1>
            <p>{Svg.Escaped(Lead())}</p>
            </header>
            <main>

            """);
        _page.Append(ScoreTables.Headlines(_outcome));
        Section("Scores", "Averages over forecasts, steps and columns. Under each score of a simple method: how much of it the model’s is. Bold: the best.", ScoreTables.Overall(_outcome));
        if (_result.PerHorizon.Count > 1)
        {
            Section(
                "Error by horizon",
                "",
                Figures(
                    ("Mean absolute error", HorizonChart.Error(_result, _outcome.Baselines, scores => scores.Mae, "Mean absolute error", _outcome.Unit)),
                    ("CRPS, which judges the whole distribution", HorizonChart.Error(_result, _outcome.Baselines, scores => scores.Crps, "CRPS", _outcome.Unit))));
        }

        Section("Forecasts", $"Evenly spaced over the scored part{(_result.Kept.Any(scored => scored.Kept == KeptAs.Worst) ? ", then the best and the worst by CRPS over the seasonal naive’s in-sample error" : "")}.", Figures([.. Forecasts()]));
        Section("Calibration", ScoreTables.Calibration(_result), Figures([.. Calibration()]));
        if (_result.Columns.Count > 1)
        {
            Section("Series", "", ScoreTables.Columns(_outcome));
        }

        if (SelectionTables.Of(_outcome) is { Length: > 0 } chosen)
        {
            Section("How it was chosen", "", chosen);
        }

        Section("What was run", "", ScoreTables.Settings(_outcome));
        _page.Append("</main>\n</body>\n</html>\n");
    }

    private string Lead()
    {
        string skipped = _result.Skipped > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({_result.Skipped:N0} skipped for want of a past)") : "";
        string refits = _result.Refits > 0 ? $", refitted {_result.Refits} times on the way" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{_result.Forecasts:N0} forecasts of {_result.PerHorizon.Count:N0} {(_result.PerHorizon.Count == 1 ? "step" : "steps")}{skipped}{refits}. Fitted in {_outcome.FitSeconds:0.0} s, forecast and scored in {_outcome.ForecastSeconds:0.0} s.");
    }

    private IEnumerable<(string, string)> Calibration()
    {
        if (_result.Pits.Count > 0)
        {
            yield return ("Where what came fell within its forecast: flat when calibrated, ∪ when intervals are too narrow, ∩ when too wide", CalibrationChart.Pit(_result.Pits));
            yield return ("Coverage by nominal level: below the diagonal, intervals are too narrow", CalibrationChart.Coverage(_result.Pits));
            if (_result.PerHorizon.Count > 1)
            {
                yield return ("Coverage by horizon", HorizonChart.Coverage(_result));
            }
        }
    }

    private IEnumerable<(string, string)> Forecasts() =>
        from scored in _result.Kept
        select (Caption(scored), FanChart.Draw(scored, _outcome.Season, _outcome.Unit));

    private string Caption(ScoredForecast scored)
    {
        string kept = scored.Kept switch { KeptAs.Best => "Best: ", KeptAs.Worst => "Worst: ", _ => "" };
        string time = _outcome.Times is { } times ? $", {TimeOf(times[scored.Origin])}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{kept}{scored.Series} from row {scored.Origin + 1:N0}{time} — CRPS {Tables.Number(scored.Crps, "G4")}");
    }

    private static string TimeOf(long nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private void Section(string title, string text, string content)
    {
        _page.Append(CultureInfo.InvariantCulture, $"<section>\n<h2>{title}</h2>\n");
        if (text.Length > 0)
        {
            _page.Append(CultureInfo.InvariantCulture, $"<p>{text}</p>\n");
        }

        _page.Append(content).Append("</section>\n");
    }

    private static string Figures(params IReadOnlyList<(string Caption, string Drawing)> figures) =>
        $"<div class=\"figures\">\n{string.Concat(figures.Select(figure => $"<figure>\n<figcaption>{Svg.Escaped(figure.Caption)}</figcaption>\n{figure.Drawing}</figure>\n"))}</div>\n";

    private static string Style()
    {
        using Stream stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
