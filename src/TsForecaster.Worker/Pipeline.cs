using System.Threading.Channels;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Publish;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;

namespace TsForecaster.Worker;

/// <summary>
/// The way of a tick, on one page. Each partition has a lane of its own, in two halves: <see cref="WorkAsync"/> turns records into
/// points — decode, place on the grid, score, activate, forecast, refit — and <see cref="DeliverAsync"/> hands them to the sink and,
/// once they are acknowledged, saves the checkpoint that stands behind them and commits its offset. Every queue in between is
/// bounded: a sink that stands still stops the work, and that pauses the partition.
/// </summary>
public sealed class Pipeline(
    PipelineSettings settings,
    ITickSource source,
    TickDecoder decoder,
    RefitPool refits,
    IPointSink sink,
    ICheckpointStore checkpoints,
    SeriesBoard board,
    TimeProvider time)
{
    /// <summary>What has been done since the start.</summary>
    public PipelineTotals Totals { get; } = new();

    /// <summary>Runs until stopped, then finishes what was begun; fails with whatever stopped a lane.</summary>
    public Task RunAsync(CancellationToken stop) => source.RunAsync(Open, stop);

    private PartitionLane Open(PartitionId partition)
    {
        PartitionCheckpoint? checkpoint = checkpoints.Load(partition);
        PartitionState state = checkpoint is null
            ? new PartitionState(settings.SeriesOf, settings.Horizons)
            : PartitionState.Read(checkpoint.State, settings.SeriesOf, settings.Horizons);
        PartitionLane lane = new(partition, checkpoint?.NextOffset, settings.LaneCapacity);
        lane.Completion = Task.Run(() => RunLaneAsync(lane, state), CancellationToken.None);
        return lane;
    }

    private async Task RunLaneAsync(PartitionLane lane, PartitionState state)
    {
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(lane.Abandoned);
        Channel<Delivery> outbox = Channel.CreateBounded<Delivery>(settings.DeliveriesInFlight);
        try
        {
            await Task.WhenAll(Half(WorkAsync(lane, state, outbox.Writer, failed.Token)), Half(DeliverAsync(lane, outbox.Reader, failed.Token)));
        }
        catch (OperationCanceledException) when (lane.Abandoned.IsCancellationRequested)
        {
            // The partition has another owner now, which goes on from the last checkpoint.
        }

        async Task Half(Task half)
        {
            try
            {
                await half;
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
    }

    private async Task WorkAsync(PartitionLane lane, PartitionState state, ChannelWriter<Delivery> outbox, CancellationToken cancellation)
    {
        RefitsUnderWay underWay = new(refits, state.Pending, cancellation);
        DeliveryBuilder delivery = new(lane.Partition, settings, time);
        List<Tick> ticks = [];
        int waiting = 0;
        foreach (SeriesKey restored in state.WaitingSeries)
        {
            Advance(restored);
        }

        while (!lane.Closed.IsCancellationRequested && await delivery.WaitAsync(lane.Records, underWay.NextEnd, TooMuchWaits(), cancellation))
        {
            foreach (SeriesKey ready in underWay.Ended)
            {
                Advance(ready);
            }

            // A series whose refit is late waits alone, until too much has gathered behind it.
            while (!lane.Closed.IsCancellationRequested && !delivery.IsDue && !TooMuchWaits() && lane.Records.TryRead(out SourceRecord? record))
            {
                if (decoder.Decode(record, ticks) is { } error)
                {
                    delivery.Add(new DeadLetter(record, error));
                }

                foreach (Tick tick in ticks)
                {
                    while (state.CloseNext(tick.Time) is { } closed)
                    {
                        Advance(closed);
                        if (delivery.IsFull)
                        {
                            await outbox.WriteAsync(delivery.TakePoints(), cancellation);
                        }
                    }

                    Totals.Count(state.Place(tick));
                }

                ticks.Clear();
                delivery.Through(record.Offset);
            }

            Totals.CountWaiting(ref waiting, state.Waiting);
            if (delivery.IsDue)
            {
                await outbox.WriteAsync(delivery.Take(state, final: false), cancellation);
            }
        }

        Totals.CountWaiting(ref waiting, 0);
        await outbox.WriteAsync(delivery.Take(state, final: true), cancellation);
        outbox.Complete();

        bool TooMuchWaits() => state.Waiting >= settings.WaitingSteps;

        void Advance(SeriesKey key)
        {
            while (state.TryAdvance(key, underWay.Outcome, out StepResult? result))
            {
                if (state.BeginRefit(key) is { } job)
                {
                    underWay.Begin(job);
                }

                Totals.Count(result);
                board.Record(result);
                delivery.Add(result);
            }
        }
    }

    private async Task DeliverAsync(PartitionLane lane, ChannelReader<Delivery> outbox, CancellationToken cancellation)
    {
        await foreach (Delivery delivery in outbox.ReadAllAsync(cancellation))
        {
            foreach (DeadLetter letter in delivery.DeadLetters)
            {
                await source.DeadLetterAsync(letter.Record, letter.Error, cancellation);
                Totals.CountDeadLetter();
            }

            if (delivery.Points.Count > 0)
            {
                await sink.WriteAsync(delivery.Points, cancellation);
                Totals.CountPoints(delivery.Points.Count);
            }

            if (delivery.Checkpoint is { } checkpoint)
            {
                await checkpoints.SaveAsync(checkpoint, cancellation);
                source.Commit(lane.Partition, checkpoint.NextOffset);
            }
        }
    }
}
