using System.Diagnostics;
using Confluent.Kafka;
using TsForecaster.Worker;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>
/// One embedded broker, one topic, and a checkpoint at which every series has its model and its forecasts outstanding. From there a round
/// of ticks that lie on the broker is worked off, again and again by the worker and by the bare consumer.
/// </summary>
internal sealed class PipelineBench : IDisposable
{
    private const string Topic = "ticks";
    private const int RoundsPerRun = 160;

    /// <summary>Worked off before ticks come at a fixed rate: the worker owns its partitions and has met all of its code.</summary>
    private const int RoundsBefore = 5;

    /// <summary>Left out at the beginning of each run, where groups form and connections open.</summary>
    private const int Unmeasured = TicksPerRun / 10;

    public const int TicksPerRun = RoundsPerRun * TickStream.Series;

    private readonly string _folder = Directory.CreateTempSubdirectory("tsforecaster-bench-").FullName;
    private readonly EmbeddedBroker _broker = new(groupDelay: TimeSpan.FromMilliseconds(100));
    private readonly TickStream _ticks = new();
    private readonly IProducer<byte[], byte[]> _producer;
    private string _caughtUp = "";
    private int _sentRounds;
    private int _runs;

    public PipelineBench()
    {
        _broker.CreateTopic(Topic, TickStream.Partitions);
        _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers, LingerMs = 1 }).Build();
    }

    public SeriesModels Models { get; } = new();

    /// <summary>Points that a tick gives: its cell, a score and a forecast a horizon.</summary>
    public static int PointsPerTick => 1 + (2 * SeriesModels.Shape.Future);

    private string WarmedUp => Path.Combine(_folder, "warmed-up");

    /// <summary>Gives every series its model, and puts the ticks of all runs onto the topic.</summary>
    public async Task PrepareAsync()
    {
        await using (WorkerRun run = new(_broker.BootstrapServers, Topic, Models, new NullSink(), WarmedUp))
        {
            // Small enough a lead that the broker drops nothing.
            for (; _sentRounds < SeriesModels.WarmUpRounds - 1; _sentRounds++)
            {
                SendRound(_sentRounds);
                await run.UntilAsync(totals => totals.Ticks > (_sentRounds - 20) * TickStream.Series);
            }

            // Every series has its model and waits for none; one more round, and the last checkpoint says so.
            await run.UntilAsync(totals => totals.Forecasts == SeriesModels.ForecastsAfter(_sentRounds));
            SendRound(_sentRounds++);
            await run.UntilAsync(totals => totals.Forecasts == SeriesModels.ForecastsAfter(_sentRounds));
        }

        for (; _sentRounds < SeriesModels.WarmUpRounds + RoundsPerRun; _sentRounds++)
        {
            SendRound(_sentRounds);
        }

        _producer.Flush(TimeSpan.FromMinutes(1));
    }

    /// <summary>Compiles all code as it will stay, and leaves a checkpoint behind all ticks so far for the runs at a fixed rate.</summary>
    public async Task WarmUpAsync()
    {
        Consumer();
        string checkpoints = Fork();
        await using (WorkerRun run = new(_broker.BootstrapServers, Topic, Models, new NullSink(), checkpoints))
        {
            await run.UntilAsync(totals => totals.Ticks == TicksPerRun);
        }

        _caughtUp = checkpoints;
    }

    /// <summary>What a tick costs the worker: of all that lie on the topic, or of as many as a slow sink takes in some seconds.</summary>
    public async Task<Cost> WorkerAsync(IPointSink sink)
    {
        string checkpoints = Fork();
        int ticks = sink.Discards ? TicksPerRun : TicksPerRun / 4;
        Cost cost;
        await using (WorkerRun run = new(_broker.BootstrapServers, Topic, Models, sink, checkpoints))
        {
            await run.UntilAsync(totals => Done(totals) >= Unmeasured);
            (Meter begin, long first) = (Meter.Now(), Done(run.Totals));
            await run.UntilAsync(totals => Done(totals) >= ticks);
            cost = begin.Until(Meter.Now(), (int)(Done(run.Totals) - first));
            if (run.Totals.Forecasts < ticks)
            {
                throw new InvalidOperationException($"{run.Totals.Forecasts} forecasts came of {ticks} ticks; each was to give one");
            }
        }

        long Done(PipelineTotals totals) => sink.Discards ? totals.Ticks : totals.Points / PointsPerTick;

        Directory.Delete(checkpoints, recursive: true);
        return cost;
    }

    /// <summary>What a tick costs the bare consumer.</summary>
    public Cost Consumer(bool restless = false)
    {
        const int first = SeriesModels.WarmUpRounds * TickStream.Series / TickStream.Partitions;
        Meter begin = default;
        BareConsumer.Read(
            _broker.BootstrapServers,
            Enumerable.Range(0, TickStream.Partitions).Select(partition => new TopicPartitionOffset(Topic, partition, first)),
            TicksPerRun,
            restless,
            read => begin = read == Unmeasured ? Meter.Now() : begin);
        return begin.Until(Meter.Now(), TicksPerRun - Unmeasured);
    }

    /// <summary>
    /// Ticks at a fixed rate, to a worker that has caught up: how long after a tick was due its points were acknowledged.
    /// </summary>
    /// <param name="linger">How long points may wait for company.</param>
    /// <returns>p50 and p99, milliseconds.</returns>
    public async Task<(double P50, double P99)> LatencyAsync(IPointSink sink, int ticksPerSecond, TimeSpan duration, TimeSpan linger)
    {
        int rounds = (int)(duration.TotalSeconds * ticksPerSecond) / TickStream.Series;
        AcknowledgementTimes times = new(sink, _sentRounds + RoundsBefore, rounds);
        await using (WorkerRun run = new(_broker.BootstrapServers, Topic, Models, times, _caughtUp, linger))
        {
            for (int before = 0; before < RoundsBefore; before++)
            {
                SendRound(_sentRounds++);
            }

            await run.UntilAsync(totals => totals.Points == RoundsBefore * TickStream.Series * PointsPerTick);
            long start = Stopwatch.GetTimestamp();
            for (int sent = 0; sent < rounds * TickStream.Series;)
            {
                int due = (int)Math.Min(rounds * TickStream.Series, Stopwatch.GetElapsedTime(start).TotalSeconds * ticksPerSecond);
                for (; sent < due; sent++)
                {
                    (int round, int series) = (_sentRounds + (sent / TickStream.Series), sent % TickStream.Series);
                    times.Due(round, series, start + (long)((double)sent / ticksPerSecond * Stopwatch.Frequency));
                    _ticks.Send(_producer, Topic, round, series);
                }

                await Task.Delay(1);
            }

            _sentRounds += rounds;
            await run.UntilAsync(_ => times.Count >= rounds * TickStream.Series);
        }

        return (times.Percentile(0.5), times.Percentile(0.99));
    }

    public string NewFile(string name) => Path.Combine(_folder, $"{_runs++}-{name}");

    public void Dispose()
    {
        _producer.Dispose();
        _broker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The common start of all runs, as a folder of its own.</summary>
    private string Fork()
    {
        string folder = NewFile("checkpoints");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(WarmedUp))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    private void SendRound(int round)
    {
        for (int series = 0; series < TickStream.Series; series++)
        {
            _ticks.Send(_producer, Topic, round, series);
        }
    }
}
