using System.Threading.Channels;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Publish;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;

namespace TsForecaster.Worker;

/// <summary>
/// The way of a tick, on one page. Each partition has a lane of its own, in three parts: <see cref="WorkAsync"/> turns records into
/// points — decode, place on the grid, score, activate, forecast, refit; <see cref="DeliverAsync"/> hands them to the sink; and once they
/// are acknowledged, <see cref="SaveAsync"/> saves the checkpoint that stands behind them and commits its offset, while later points go
/// on. Every queue in between is bounded: a sink or a store that stands still stops the work, and that pauses the partition.
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
    private static readonly TimeSpan BetweenSaves = TimeSpan.FromSeconds(1);

    /// <summary>What has been done since the start.</summary>
    public PipelineTotals Totals { get; } = new();

    /// <summary>Runs until stopped, then finishes what was begun; fails with whatever stopped a lane.</summary>
    public Task RunAsync(CancellationToken stop) => source.RunAsync(partition => Open(partition, stop), stop);

    private PartitionLane Open(PartitionId partition, CancellationToken stop)
    {
        PartitionCheckpoint? checkpoint = checkpoints.Load(partition);
        PartitionState state = Restore(checkpoint);
        PartitionLane lane = new(partition, checkpoint?.NextOffset, settings.LaneCapacity);
        lane.Completion = Task.Run(() => RunLaneAsync(lane, state, stop), CancellationToken.None);
        return lane;
    }

    private PartitionState Restore(PartitionCheckpoint? checkpoint)
    {
        try
        {
            return checkpoint is null
                ? new PartitionState(settings.SeriesOf, settings.Horizons)
                : PartitionState.Read(checkpoint.State, settings.SeriesOf, settings.Horizons);
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException($"the checkpoint of {checkpoint!.Partition} is refused: {e.Message}", e);
        }
    }

    private async Task RunLaneAsync(PartitionLane lane, PartitionState state, CancellationToken stop)
    {
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(lane.Abandoned);
        Channel<Delivery> outbox = Channel.CreateBounded<Delivery>(settings.DeliveriesInFlight);
        Channel<PartitionCheckpoint> acknowledged = Channel.CreateBounded<PartitionCheckpoint>(1);
        try
        {
            await Task.WhenAll(
                Part(WorkAsync(lane, state, outbox.Writer, failed.Token)),
                Part(DeliverAsync(outbox.Reader, acknowledged.Writer, failed.Token)),
                Part(SaveAsync(lane, acknowledged.Reader, failed.Token)));
        }
        catch (CheckpointUnavailableException) when (lane.Closed.IsCancellationRequested)
        {
            // The store has said why. Nothing was committed, so whoever reads on repeats the same points.
        }
        catch (OperationCanceledException) when (lane.Abandoned.IsCancellationRequested)
        {
            // The partition has another owner now, which goes on from the last checkpoint.
        }
        finally
        {
            // What another worker shows from now on is not ours to show; at the end, what was reached stays to be looked at.
            if (!stop.IsCancellationRequested)
            {
                foreach (SeriesKey key in state.Series)
                {
                    board.Remove(key);
                }
            }
        }

        async Task Part(Task part)
        {
            try
            {
                await part;
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
        RefitsUnderWay underWay = new(refits, state.Pending, state.PendingBackgrounds, cancellation);
        DeliveryBuilder delivery = new(lane.Partition, settings, sink.Discards, time);
        List<Tick> ticks = [];
        int waiting = 0;
        foreach (SeriesKey restored in state.WaitingSeries)
        {
            Advance(restored);
        }

        while (!lane.Closed.IsCancellationRequested && await delivery.WaitAsync(lane.Records, underWay.NextEnd, TooMuchWaits(), cancellation))
        {
            foreach (SeriesKey ready in underWay.TakeEnded())
            {
                Advance(ready);
            }

            // A series whose refit is late waits alone, until too much has gathered behind it.
            while (!lane.Closed.IsCancellationRequested && !delivery.IsDue && !TooMuchWaits() && lane.Records.TryRead(out SourceRecord? record))
            {
                if ((PinRecord.Is(record) ? Ask(record) : decoder.Decode(record, ticks)) is { } error)
                {
                    delivery.Add(new DeadLetter(record, error));
                }

                foreach (Tick tick in ticks)
                {
                    while (state.CloseNext(tick.Time) is { } closed)
                    {
                        if (state.BeginBackground(closed) is { } fit)
                        {
                            underWay.Begin(fit);
                        }

                        Advance(closed);
                        if (delivery.IsFull)
                        {
                            await outbox.WriteAsync(delivery.TakePoints(), cancellation);
                        }
                    }

                    // First what waits: whoever sees that all ticks are in must not miss it.
                    Totals.CountWaiting(ref waiting, state.Waiting);
                    Totals.CountTick(inTime: state.Place(tick));
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

        string? Ask(SourceRecord record) =>
            PinRecord.Decode(record, out string series, out PinRequest request) is { } error ? error
            : state.Ask(series, request) ? null
            : $"the partition has seen no series '{series}': a request belongs where the ticks of its series are";

        bool TooMuchWaits() => state.Waiting >= settings.WaitingSteps;

        void Advance(SeriesKey key)
        {
            while (state.TryAdvance(key, underWay.Outcome, out StepResult? result, underWay.Outcome))
            {
                if (state.BeginRefit(key) is { } job)
                {
                    underWay.Begin(job);
                }

                Totals.CountStep(result);
                board.Record(result);
                delivery.Add(result);
            }
        }
    }

    private async Task DeliverAsync(ChannelReader<Delivery> outbox, ChannelWriter<PartitionCheckpoint> acknowledged, CancellationToken cancellation)
    {
        await foreach (Delivery delivery in outbox.ReadAllAsync(cancellation))
        {
            await Task.WhenAll(delivery.DeadLetters.Select(letter => source.DeadLetterAsync(letter.Record, letter.Error, cancellation)));
            Totals.CountDeadLetters(delivery.DeadLetters.Count);

            if (delivery.Points.Count > 0)
            {
                await sink.WriteAsync(delivery.Points, cancellation);
                Totals.CountPoints(delivery.Points.Count);
            }

            if (delivery.Checkpoint is { } checkpoint)
            {
                await acknowledged.WriteAsync(checkpoint, cancellation);
            }
        }

        acknowledged.Complete();
    }

    private async Task SaveAsync(PartitionLane lane, ChannelReader<PartitionCheckpoint> acknowledged, CancellationToken cancellation)
    {
        await foreach (PartitionCheckpoint checkpoint in acknowledged.ReadAllAsync(cancellation))
        {
            await PersistAsync(checkpoint, lane, cancellation);
            source.Commit(lane.Partition, checkpoint.NextOffset);
        }
    }

    /// <summary>A store that is full or gone stops the lane as a sink would, but not the end of a lane: what is not saved is done again.</summary>
    private async Task PersistAsync(PartitionCheckpoint checkpoint, PartitionLane lane, CancellationToken cancellation)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lane.Closed);
        while (true)
        {
            try
            {
                await checkpoints.SaveAsync(checkpoint, cancellation);
                return;
            }
            catch (CheckpointUnavailableException) when (!either.IsCancellationRequested)
            {
                await Task.Delay(BetweenSaves, time, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
