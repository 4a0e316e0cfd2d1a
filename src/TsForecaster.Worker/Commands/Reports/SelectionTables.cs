using System.Text;
using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Evaluation.Selection;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>What a search tried and why it chose what it chose, as HTML.</summary>
internal static class SelectionTables
{
    /// <summary>A table has more rows than this folded away.</summary>
    private const int MostUnfolded = 20;

    /// <summary>Of columns, one search for all or one each; of a panel, its own. Empty where nothing was searched for.</summary>
    public static string Of(BacktestOutcome outcome) =>
        outcome.Selection is { } panel ? Of(panel)
        : outcome.Choices is [var only] ? Of(only)
        : string.Concat(outcome.Choices.Select((choice, i) => $"<details><summary>{Svg.Escaped(outcome.Result.Columns[i].Name)}</summary>\n{Of(choice)}</details>\n"));

    private static string Of(SelectionResult choice) => Table(
        $"{choice.Trials.Count} candidates were fitted to the first {choice.Rows.Fitted} rows before TEST and judged on the {choice.Rows.HeldOut} after them: {choice.Reason}.",
        ["candidate", "of", "squared error × reference’s", "share of the forecast"],
        [.. choice.Trials.Select(trial => new Row(
            trial.Weight > 0.0,
            [trial.Name, trial.Transform == "log" ? "logarithms" : "values", Tables.Number(trial.RelativeMse, "F3"), trial.Weight > 0.0 ? Tables.Percent(trial.Weight) : ""]))]);

    private static string Of(PanelSelection selection) => Table(
        $"{selection.Model.Members.Count} of {selection.Tried.Count} candidates are pooled. The loss is that of the last steps of every series, which none was fitted to, over Naive2’s; the pool’s is {Tables.Number(selection.PoolLoss, "F4")}.",
        ["candidate", "of", "components", "loss"],
        [.. selection.Tried.OrderByDescending(tried => tried.Kept).ThenBy(tried => double.IsNaN(tried.Loss) ? double.PositiveInfinity : tried.Loss).Select(tried => new Row(
            tried.Kept,
            [tried.Recipe.Name, tried.Transform.ToString().ToLowerInvariant() is "log" ? "logarithms" : "values", $"{tried.Components}", Tables.Number(tried.Loss, "F4")]))]);

    /// <summary>The chosen first; of many, the others folded away.</summary>
    private static string Table(string reason, string[] headers, IReadOnlyList<Row> rows)
    {
        StringBuilder html = new($"<p>{Svg.Escaped(reason)}</p>\n");
        Row[] others = [.. rows.Where(row => !row.Chosen)];
        bool folds = rows.Count > MostUnfolded && others.Length > 0;
        Write(folds ? rows.Where(row => row.Chosen) : rows);
        if (folds)
        {
            html.Append($"<details><summary>{others.Length} tried and not chosen</summary>\n");
            Write(others);
            html.Append("</details>\n");
        }

        return html.ToString();

        void Write(IEnumerable<Row> some)
        {
            html.Append("<div class=\"wide\"><table>\n<thead><tr>").Append(string.Concat(headers.Select(header => $"<th>{header}</th>"))).Append("</tr></thead>\n<tbody>\n");
            foreach (Row row in some)
            {
                html.Append($"<tr{(row.Chosen ? " class=\"chosen\"" : "")}><th scope=\"row\">{Svg.Escaped(row.Cells[0])}</th>{string.Concat(row.Cells.Skip(1).Select(cell => $"<td>{Svg.Escaped(cell)}</td>"))}</tr>\n");
            }

            html.Append("</tbody></table></div>\n");
        }
    }

    private sealed record Row(bool Chosen, string[] Cells);
}
