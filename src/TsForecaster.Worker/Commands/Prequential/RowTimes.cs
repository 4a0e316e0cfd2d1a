using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands.Prequential;

/// <summary>When the rows of a table are taken to have come, and what that means for the cells of a grid.</summary>
internal sealed class RowTimes
{
    private readonly SeriesTable _table;

    private RowTimes(SeriesTable table, IReadOnlyList<long> times) => (_table, Times) = (table, times);

    /// <summary>One a row, nanoseconds since 1970 UTC.</summary>
    public IReadOnlyList<long> Times { get; }

    /// <summary>The times that the table has, or a cell a row.</summary>
    /// <param name="keys">What each column is.</param>
    /// <param name="lead">How far a row may lie ahead of all rows after it, as a tick may of its record.</param>
    /// <exception cref="FailureException">A row lies ahead of all that follow, or rows without times are of grids that differ.</exception>
    public static RowTimes Of(SeriesTable table, IReadOnlyList<SeriesKey> keys, Func<string, SeriesSettings> settingsOf, TimeSpan lead)
    {
        if (table.Times is { } times)
        {
            CheckLead(table, times, lead);
            return new RowTimes(table, times);
        }

        GridSettings[] grids = [.. keys.Select(key => settingsOf(key.Series).Grid)];
        int other = Array.FindIndex(grids, grid => grid.Interval != grids[0].Interval);
        return other < 0
            ? new RowTimes(table, [.. Enumerable.Range(1, table.Rows).Select(row => row * grids[0].IntervalNanoseconds)])
            : throw new FailureException($"{table.File}: rows without times are a cell each, and Grid:Interval of {table.Names[0]} is {grids[0].Interval}, of {table.Names[other]} {grids[other].Interval}; name the column of their times with --time");
    }

    /// <summary>Rows whose cell is that of an earlier row too.</summary>
    public int Shared(SeriesSettings settings)
    {
        long interval = settings.Grid.IntervalNanoseconds;
        return Times.Count - Times.Select(time => time / interval).Distinct().Count();
    }

    /// <summary>Why nothing of a series could be scored.</summary>
    /// <param name="scores">What was published of it; null when none of its cells was closed.</param>
    /// <param name="late">Values of all series that came late.</param>
    public string Why(SeriesSettings settings, SeriesScores? scores, long late)
    {
        string rows = Times.Count > 1 ? $"; rows are {TimeSpan.FromTicks(Usual() / 100)} apart, cells (Grid:Interval) are {settings.Grid.Interval} long" : "";
        string came = late > 0 ? $"; {late} of {Times.Count * _table.Columns.Count} values came after their cell had closed: rows come in order of time, but for Grid:Grace" : "";
        return scores is null
            ? $"none of its cells was closed{(late > 0 ? came : rows)}"
            : $"the first fit waits for {settings.FirstFit} cells (Refit:First), and there are {scores.Cells}, {Tables.Percent((double)scores.Missing / scores.Cells)} of them without a value{rows}{came}";
    }

    /// <summary>The median distance of two rows that follow one another.</summary>
    private long Usual()
    {
        long[] spans = [.. Times.Zip(Times.Skip(1), (before, after) => Math.Abs(after - before)).Order()];
        return spans[spans.Length / 2];
    }

    /// <summary>
    /// All cells until such a row would close with it, and every row after it come late. It leaps ahead of the row before it too: else the
    /// rows after it are the ones out of order, as the last two may be in any case.
    /// </summary>
    private static void CheckLead(SeriesTable table, IReadOnlyList<long> times, TimeSpan lead)
    {
        long latest = times[^1];
        for (int row = times.Count - 2; row >= 0; row--)
        {
            TimeSpan ahead = TimeSpan.FromTicks((times[row] - latest) / 100);
            bool leaps = row == 0 || TimeSpan.FromTicks((times[row] - times[row - 1]) / 100) > lead;
            if (ahead > lead && leaps && row < times.Count - 2)
            {
                throw new FailureException($"{table.File}: the time of row {row + 1} is {ahead} ahead of those of all {times.Count - 1 - row} rows after it, {lead} (Kafka:MaxLead) is allowed");
            }

            latest = Math.Max(latest, times[row]);
        }
    }
}
