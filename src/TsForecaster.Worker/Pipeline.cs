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
        Dictionary<SeriesKey, Task<RefitOutcome>> pending = state.Pending.ToDictionary(job => job.Key, job => refits.Start(job, cancellation));
        DeliveryBuilder delivery = new(lane.Partition, settings, time);
        List<Tick> ticks = [];
        List<Step> closed = [];

        while (!lane.Closed.IsCancellationRequested && await delivery.WaitAsync(lane.Records, cancellation))
        {
            while (!lane.Closed.IsCancellationRequested && !delivery.IsDue && lane.Records.TryRead(out SourceRecord? record))
            {
                if (decoder.Decode(record, ticks) is { } error)
                {
                    delivery.Add(new DeadLetter(record, error));
                }

                foreach (Tick tick in ticks)
                {
                    Totals.Count(state.Place(tick, closed));
                    foreach (Step step in closed)
                    {
                        RefitOutcome? outcome = state.ActivatesAt(step) ? await pending[step.Key] : null;
                        StepResult result = state.Advance(step, outcome);
                        if (state.BeginRefit(step.Key) is { } job)
                        {
                            pending[step.Key] = refits.Start(job, cancellation);
                        }

                        Totals.Count(result);
                        board.Record(result);
                        delivery.Add(result);
                    }

                    closed.Clear();
                }

                ticks.Clear();
                delivery.Through(record.Offset);
            }

            if (delivery.IsDue)
            {
                await outbox.WriteAsync(delivery.Take(state, final: false), cancellation);
            }
        }

        await outbox.WriteAsync(delivery.Take(state, final: true), cancellation);
        outbox.Complete();
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
