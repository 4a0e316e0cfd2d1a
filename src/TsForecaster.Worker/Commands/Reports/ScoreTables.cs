using System.Globalization;
using System.Text;
using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>The numbers of a backtest as HTML.</summary>
internal static class ScoreTables
{
    /// <summary>Columns in the table of columns at most: the worst are shown.</summary>
    private const int MostColumns = 200;

    /// <summary>More rows than this are folded away.</summary>
    private const int MostUnfolded = 20;

    /// <summary>The few numbers to see first.</summary>
    public static string Headlines(BacktestOutcome outcome)
    {
        Scores scores = outcome.Result.Overall;
        StringBuilder html = new("<div class=\"headlines\">\n");
        Headline("Mean absolute error", Number(scores.Mae), Beside(outcome, scores => scores.Mae));
        Headline("CRPS", Number(scores.Crps), Beside(outcome, scores => scores.Crps));
        Headline("80 % intervals hold", Tables.Percent(scores.Coverage80), "of what came; 80 % would be right");
        Headline("PIT from uniform", Tables.Number(scores.PitKs, "F3"), "Kolmogorov-Smirnov distance; 0 would be right");
        return html.Append("</div>\n").ToString();

        void Headline(string name, string value, string note) =>
            html.Append(CultureInfo.InvariantCulture, $"<div><h3>{name}</h3><p class=\"value\">{value}</p><p>{note}</p></div>\n");
    }

    /// <summary>Every score of the model and of the methods beside it.</summary>
    public static string Overall(BacktestOutcome outcome)
    {
        Scores model = outcome.Result.Overall;
        StringBuilder html = new("<div class=\"wide\"><table>\n<thead><tr><th></th><th>model</th>");
        foreach (BaselineScores baseline in outcome.Baselines)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th>{ScoreKeys.Title(baseline.Name)}</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach ((string key, Func<Scores, double?> of) in ScoreKeys.All)
        {
            bool isError = !key.StartsWith("coverage", StringComparison.Ordinal);
            double? least = outcome.Baselines.Select(baseline => of(baseline.Overall)).Append(of(model)).Min();
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Name(key)}</th>").Append(Cell(of(model), null));
            foreach (BaselineScores baseline in outcome.Baselines)
            {
                html.Append(Cell(of(baseline.Overall), of(model)));
            }

            html.Append("</tr>\n");

            string Cell(double? score, double? ours)
            {
                string ratio = isError && ours / score is { } share && double.IsFinite(share) ? $"<small>× {Tables.Number(share, share < 0.1 ? "F3" : "F2")}</small>" : "";
                return $"<td{(isError && score is not null && score == least ? " class=\"best\"" : "")}>{(isError ? Number(score) : Tables.Percent(score))}{ratio}</td>";
            }
        }

        html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">PIT distance</th><td>{Tables.Number(model.PitKs, "F3")}</td>");
        foreach (BaselineScores baseline in outcome.Baselines)
        {
            html.Append(CultureInfo.InvariantCulture, $"<td>{Tables.Number(baseline.Overall.PitKs, "F3")}</td>");
        }

        return html.Append("</tr>\n</tbody></table></div>\n").ToString();
    }

    /// <summary>What the calibration figures say, in a sentence.</summary>
    public static string Calibration(BacktestResult result)
    {
        Scores scores = result.Overall;
        return scores.PitKs is null
            ? "No value was scored."
            : $"The central 80 % interval held {Tables.Percent(scores.Coverage80)} of the values, the 95 % interval {Tables.Percent(scores.Coverage95)}. The probability integral transforms are at most {Tables.Number(scores.PitKs, "F3")} away from uniform.";
    }

    /// <summary>A row a column, beside the best simple method of that column; many are folded away, the worst first.</summary>
    public static string Columns(BacktestOutcome outcome)
    {
        IReadOnlyList<ColumnScores> columns = outcome.Result.Columns;
        IEnumerable<int> order = Enumerable.Range(0, columns.Count);
        if (columns.Count > MostUnfolded)
        {
            order = order.OrderByDescending(i => columns[i].Scores.Mase ?? double.NegativeInfinity).Take(MostColumns);
        }

        StringBuilder html = new("<div class=\"wide\"><table>\n<thead><tr><th></th><th>MAE</th><th>MASE</th><th>CRPS</th><th>80 % interval</th><th>PIT distance</th><th>best simple method</th><th>its CRPS</th></tr></thead>\n<tbody>\n");
        foreach (int i in order)
        {
            Scores scores = columns[i].Scores;
            BaselineScores? best = outcome.Baselines.Where(baseline => baseline.Columns[i].Crps is not null).MinBy(baseline => baseline.Columns[i].Crps);
            string rival = best is null
                ? "<td>–</td><td>–</td>"
                : $"<td>{ScoreKeys.Title(best.Name)}</td><td>{Number(best.Columns[i].Crps)}<small>× {Tables.Number(scores.Crps / best.Columns[i].Crps, "F2")}</small></td>";
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Svg.Escaped(columns[i].Name)}</th><td>{Number(scores.Mae)}</td><td>{Number(scores.Mase)}</td><td>{Number(scores.Crps)}</td><td>{Tables.Percent(scores.Coverage80)}</td><td>{Tables.Number(scores.PitKs, "F3")}</td>{rival}</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        return columns.Count <= MostUnfolded
            ? html.ToString()
            : $"<details><summary>{(columns.Count > MostColumns ? $"The {MostColumns} with the largest MASE of {columns.Count}" : $"All {columns.Count}, largest MASE first")}</summary>\n{html}</details>\n";
    }

    /// <summary>Names and values of the settings.</summary>
    public static string Settings(BacktestOutcome outcome)
    {
        StringBuilder html = new("<dl>\n");
        foreach ((string key, object? value) in outcome.Settings)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div><dt>{Svg.Escaped(key.Replace('_', ' '))}</dt><dd>{Svg.Escaped(Text(value))}</dd></div>\n");
        }

        return html.Append("</dl>\n").ToString();
    }

    private static string Beside(BacktestOutcome outcome, Func<Scores, double?> of)
    {
        BaselineScores? best = outcome.Baselines.Where(baseline => of(baseline.Overall) is not null).MinBy(baseline => of(baseline.Overall));
        return best is null ? "" : $"{Tables.Number(of(outcome.Result.Overall) / of(best.Overall), "F2")} × the best simple method’s, {ScoreKeys.Title(best.Name)}";
    }

    /// <summary>Four digits, in full where that is not too long.</summary>
    private static string Number(double? score) => score is { } value && Math.Abs(value) is >= 1e4 and < 1e8
        ? double.Parse(value.ToString("E3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture)
        : Tables.Number(score, "G4");

    private static string Name(string key) => key switch
    {
        "coverage80" => "within 80 %",
        "coverage95" => "within 95 %",
        "smape" => "sMAPE",
        _ => key.ToUpperInvariant(),
    };

    private static string Text(object? value) => value switch
    {
        null => "–",
        bool yes => yes ? "yes" : "no",
        string text => text,
        System.Collections.IEnumerable many => string.Join(", ", many.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "–",
    };
}
