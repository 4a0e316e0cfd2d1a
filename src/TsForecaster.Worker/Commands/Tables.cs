using System.Globalization;
using Spectre.Console;

namespace TsForecaster.Worker.Commands;

/// <summary>Tables for a reader: names to the left, numbers to the right.</summary>
internal static class Tables
{
    /// <summary>A table whose first column is text and whose others are numbers.</summary>
    public static Table Numbers(params string[] headers)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string header in headers)
        {
            TableColumn column = new(Markup.Escape(header)) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) };
            table.AddColumn(table.Columns.Count == 0 ? column : column.RightAligned());
        }

        return table;
    }

    /// <summary>Names and what they stand for.</summary>
    public static Table Facts(IEnumerable<(string Name, string Value)> facts)
    {
        Table table = new() { Border = TableBorder.None, ShowHeaders = false };
        table.AddColumn("").AddColumn("");
        foreach ((string name, string value) in facts)
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        }

        return table;
    }

    public static Table Row(this Table table, params string[] cells) => table.AddRow([.. cells.Select(Markup.Escape)]);

    /// <summary>A few digits for the eye; "–" where there is no number.</summary>
    public static string Number(double? value, string format = "G5") =>
        value is { } number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "–";

    public static string Percent(double? share) =>
        share is { } number && double.IsFinite(number) ? string.Create(CultureInfo.InvariantCulture, $"{100 * number:F1} %") : "–";
}
