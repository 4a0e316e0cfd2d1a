namespace TsForecaster.Worker.Commands.Csv;

/// <summary>Many series of different lengths, one a row: first the id, then the values, oldest first, empty cells after the last (M4's layout).</summary>
public sealed class PanelTable
{
    private PanelTable(IReadOnlyList<string> ids, IReadOnlyList<double[]> series) => (Ids, Series) = (ids, series);

    public IReadOnlyList<string> Ids { get; }

    /// <summary>In the order of the file; NaN (an empty cell between values) is missing.</summary>
    public IReadOnlyList<double[]> Series { get; }

    /// <exception cref="FailureException">The file does not hold that; the message names file, line and column.</exception>
    public static PanelTable Read(string file)
    {
        using CsvRows rows = new(file);
        List<string> ids = [];
        List<double[]> series = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (rows.Read())
        {
            string id = rows.Cells[0];
            if (id.Length == 0 || !seen.Add(id))
            {
                throw rows.Bad(0, id.Length == 0 ? "a series needs an id" : $"there is a series \"{id}\" already");
            }

            int length = rows.Cells.Length;
            while (length > 1 && rows.Cells[length - 1].Length == 0)
            {
                length--;
            }

            ids.Add(id);
            series.Add(length > 1
                ? [.. Enumerable.Range(1, length - 1).Select(rows.Number)]
                : throw new FailureException($"{file}: line {rows.Line}: series \"{id}\" has no values"));
        }

        return ids.Count > 0 ? new PanelTable(ids, series) : throw new FailureException($"{file} has a header but no rows");
    }
}
