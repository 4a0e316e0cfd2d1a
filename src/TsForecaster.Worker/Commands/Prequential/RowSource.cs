using System.Text;
using System.Text.Json;
using TsForecaster.Worker.Commands.Csv;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.Worker.Commands.Prequential;

/// <summary>
/// The rows of a table as the records of one partition. The run ends when every row has been worked off and no closed cell waits for a refit.
/// </summary>
/// <param name="keys">What each column is.</param>
/// <param name="times">One a row, nanoseconds since 1970 UTC.</param>
/// <param name="progress">Told the share of the rows handed over.</param>
internal sealed class RowSource(SeriesTable table, IReadOnlyList<SeriesKey> keys, IReadOnlyList<long> times, IProgress<double> progress) : ITickSource
{
    private static readonly PartitionId Only = new("rows", 0);
    /// <summary>A record's key and timestamp say which series and when, so that columns may be called anything.</summary>
    public static KafkaOptions Records { get; } = new() { SeriesField = "", TimeField = "" };

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    private string? _refused;

    public string? Trouble => null;

    /// <summary>What the pipeline this source feeds has done.</summary>
    public PipelineTotals Totals { get; set; } = new();

    /// <exception cref="FailureException">The pipeline refused a row.</exception>
    public async Task RunAsync(Func<PartitionId, PartitionLane> open, CancellationToken stop)
    {
        using PartitionLane lane = open(Only);
        long sent = 0;
        for (int row = 0; row < table.Rows && !IsOver(lane, stop); row++)
        {
            for (int column = 0; column < table.Columns.Count; column++)
            {
                // A missing value is a tick that never came.
                if (!double.IsNaN(table.Columns[column][row]))
                {
                    lane.Write(Record(sent++, times[row], keys[column], table.Columns[column][row]));
                }
            }

            while (lane.IsFull && !IsOver(lane, stop))
            {
                await Task.Delay(Look, CancellationToken.None);
            }

            progress.Report((row + 1.0) / table.Rows);
        }

        while (!(Totals.Ticks == sent && Totals.Waiting == 0) && !IsOver(lane, stop))
        {
            await Task.Delay(Look, CancellationToken.None);
        }

        lane.Close();
        await lane.Completion;
        stop.ThrowIfCancellationRequested();
        if (_refused is not null)
        {
            throw new FailureException(_refused);
        }
    }

    public void Commit(PartitionId partition, long nextOffset)
    {
    }

    public Task DeadLetterAsync(SourceRecord record, string error, CancellationToken cancellation)
    {
        _refused ??= $"{table.File}: {Encoding.UTF8.GetString(record.Value.Span)} of {Encoding.UTF8.GetString(record.Key.Span)} was refused: {error}";
        return Task.CompletedTask;
    }

    private bool IsOver(PartitionLane lane, CancellationToken stop) => stop.IsCancellationRequested || lane.Completion.IsCompleted || _refused is not null;

    private static SourceRecord Record(long offset, long time, SeriesKey key, double value) =>
        new(Only, offset, time, Encoding.UTF8.GetBytes(key.Series), JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, double>(StringComparer.Ordinal) { [key.Channel] = value }));
}
