namespace TsForecaster.Worker.Commands.Csv;

/// <summary>How the times of a table's rows may follow one another.</summary>
public enum RowOrder
{
    /// <summary>Each later than the one before.</summary>
    Rising,

    /// <summary>None earlier than the one before: several trades at a time.</summary>
    NotFalling,

    /// <summary>As ticks may come.</summary>
    Any,
}

/// <summary>Columns of numbers from a CSV file, oldest row first. Immutable.</summary>
public sealed class SeriesTable
{
    private SeriesTable(string file, IReadOnlyList<string> names, double[][] columns, long[]? times) =>
        (File, Names, Columns, Times) = (file, names, columns, times);

    public string File { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>One array a column, as long as the file has rows; NaN is a missing value.</summary>
    public IReadOnlyList<double[]> Columns { get; }

    /// <summary>Nanoseconds since 1970 UTC, when a time column was read.</summary>
    public IReadOnlyList<long>? Times { get; }

    public int Rows => Columns[0].Length;

    /// <summary>The first rows alone.</summary>
    public SeriesTable First(int rows) => new(File, Names, [.. Columns.Select(column => column[..rows])], Times is null ? null : [.. Times.Take(rows)]);

    /// <summary>
    /// Says where the first row is that does not follow the one before by the usual (median) time; rows are taken for consecutive
    /// steps all the same.
    /// </summary>
    public void WarnOfUnevenTimes(TextWriter error)
    {
        if (Times is null || Times.Count < 3)
        {
            return;
        }

        long[] spans = [.. Times.Zip(Times.Skip(1), (before, after) => after - before)];
        long usual = spans.Order().ElementAt(spans.Length / 2);
        int first = Array.FindIndex(spans, span => span != usual);
        if (first >= 0)
        {
            error.WriteLine(
                $"tsforecaster: warning: {File}: row {first + 2} comes {TimeSpan.FromTicks(spans[first] / 100)} after the one before, where {TimeSpan.FromTicks(usual / 100)} is usual; "
                + $"{spans.Count(span => span != usual)} rows are so, and all are taken for consecutive steps");
        }
    }

    /// <summary>
    /// Reads the chosen columns. Times must rise from row to row, unless <paramref name="order"/> says otherwise.
    /// </summary>
    /// <exception cref="FailureException">The file does not hold that; the message names file, line and column.</exception>
    public static SeriesTable Read(string file, IReadOnlyList<string> values, string? time = null, TimeText? format = null, RowOrder order = RowOrder.Rising)
    {
        using CsvRows rows = new(file);
        int[] columns = [.. values.Select(rows.Column)];
        int timeColumn = time is null ? -1 : rows.Column(time);
        List<double>[] numbers = [.. columns.Select(_ => new List<double>())];
        List<long> times = [];
        while (rows.Read())
        {
            if (rows.Cells.Length != rows.Header.Count)
            {
                throw new FailureException($"{file}: line {rows.Line} has {rows.Cells.Length} cells, the header {rows.Header.Count}");
            }

            for (int i = 0; i < columns.Length; i++)
            {
                numbers[i].Add(rows.Number(columns[i]));
            }

            if (time is not null)
            {
                times.Add(Time(rows, timeColumn, format ?? TimeText.Default, times, order));
            }
        }

        if (numbers[0].Count == 0)
        {
            throw new FailureException($"{file} has a header but no rows");
        }

        return numbers.Index().FirstOrDefault(column => column.Item.TrueForAll(double.IsNaN)) is { Item: not null } empty
            ? throw new FailureException($"{file}: column \"{values[empty.Index]}\" has no value in any row")
            : new SeriesTable(file, values, [.. numbers.Select(column => column.ToArray())], time is null ? null : [.. times]);
    }

    private static long Time(CsvRows rows, int column, TimeText format, List<long> times, RowOrder order)
    {
        string text = rows.Cells[column];
        if (!format.TryParse(text, out long time, out string problem))
        {
            throw rows.Bad(column, problem);
        }

        if (times.Count > 0 && time < times[^1] && order != RowOrder.Any)
        {
            throw rows.Bad(column, $"\"{text}\" is earlier than the row before; rows must be in order of time");
        }

        return times.Count > 0 && time == times[^1] && order == RowOrder.Rising
            ? throw rows.Bad(column, $"\"{text}\" is the time of the row before too; each row needs its own")
            : time;
    }
}
