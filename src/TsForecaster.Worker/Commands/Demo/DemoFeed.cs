using TsForecaster.Worker.Commands.Csv;
using TsForecaster.Worker.Commands.Replay;

namespace TsForecaster.Worker.Commands.Demo;

/// <summary>
/// The bundled series as ticks. Their early part goes out at once, the rest evenly over a given time. Both topics have one
/// writer, so that the order in each partition is the same in every run.
/// </summary>
internal sealed class DemoFeed
{
    private readonly (string Topic, TickRows Rows, int WarmUp)[] _sources;
    private long _sent;
    private double _done;

    /// <exception cref="FailureException">The data is not beside the program.</exception>
    public DemoFeed(string folder)
    {
        SeriesTable demand = SeriesTable.Read(Path.Combine(folder, "taylor_halfhourly.csv"), ["demand_MW"], "time");
        SeriesTable prices = SeriesTable.Read(Path.Combine(folder, "eu_stock_markets.csv"), ["DAX", "SMI", "CAC", "FTSE"], "time");
        _sources =
        [
            (DemoSettings.DemandTopic, new TickRows(demand, demand.Times!, DemoSettings.Demand), DemoSettings.DemandWarmUp),
            (DemoSettings.PricesTopic, new TickRows(prices, prices.Times!, null), DemoSettings.PricesWarmUp),
        ];
    }

    /// <summary>Ticks sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Share of the rows sent so far.</summary>
    public double Done => Volatile.Read(ref _done);

    /// <summary>Sends everything and returns when the broker has acknowledged it.</summary>
    public async Task RunAsync(string brokers, TimeSpan duration, TimeProvider time, CancellationToken stop)
    {
        using TickProducer producer = new(brokers, []);
        long begun = time.GetTimestamp();
        int[] next = new int[_sources.Length];
        int rows = _sources.Sum(source => source.Rows.Count);
        for (int sent = 0; sent < rows; sent++)
        {
            int first = 0;
            for (int i = 1; i < _sources.Length; i++)
            {
                first = Due(i, next[i], duration) < Due(first, next[first], duration) ? i : first;
            }

            TimeSpan early = Due(first, next[first], duration) - time.GetElapsedTime(begun);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, time, stop);
            }

            stop.ThrowIfCancellationRequested();
            (string topic, TickRows source, _) = _sources[first];
            Interlocked.Add(ref _sent, source.Send(next[first]++, producer, topic));
            Volatile.Write(ref _done, (sent + 1.0) / rows);
        }

        producer.Flush(stop);
    }

    private TimeSpan Due(int source, int row, TimeSpan duration)
    {
        (_, TickRows rows, int warmUp) = _sources[source];
        return row >= rows.Count ? TimeSpan.MaxValue : duration * (Math.Max(0, row - warmUp) / (double)(rows.Count - warmUp));
    }
}
