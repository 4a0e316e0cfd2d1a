using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands.Replay;

/// <summary>The rows of a table as ticks: the columns as series of their own, or as channels of one named series.</summary>
/// <param name="times">One a row, nanoseconds since 1970 UTC, not falling.</param>
/// <param name="series">The one series; null for a series a column.</param>
internal sealed class TickRows(SeriesTable table, IReadOnlyList<long> times, string? series)
{
    public int Count => times.Count;

    public long TimeOf(int row) => times[row];

    /// <summary>Sends one row; missing values are left out.</summary>
    /// <returns>The ticks sent.</returns>
    public int Send(int row, TickProducer producer, string topic)
    {
        (string Field, double Value)[] present =
            [.. Enumerable.Range(0, table.Columns.Count).Select(i => (table.Names[i], table.Columns[i][row])).Where(cell => !double.IsNaN(cell.Item2))];
        if (series is null)
        {
            foreach ((string column, double value) in present)
            {
                producer.Send(topic, column, TimeOf(row), [(SeriesKey.DefaultChannel, value)]);
            }

            return present.Length;
        }

        if (present.Length == 0)
        {
            return 0;
        }

        producer.Send(topic, series, TimeOf(row), table.Columns.Count == 1 ? [(SeriesKey.DefaultChannel, present[0].Value)] : present);
        return 1;
    }
}
