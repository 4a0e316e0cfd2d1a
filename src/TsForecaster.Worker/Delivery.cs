using System.Threading.Channels;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Publish;
using TsForecaster.Worker.Series;

namespace TsForecaster.Worker;

/// <summary>A record that could not be used, and why.</summary>
public sealed record DeadLetter(SourceRecord Record, string Error);

/// <summary>
/// What a stretch of records came to. The checkpoint, when there is one, travels behind the points it depends on, so that it is saved
/// only after they were acknowledged, while the work goes on.
/// </summary>
public sealed record Delivery(IReadOnlyList<Point> Points, IReadOnlyList<DeadLetter> DeadLetters, PartitionCheckpoint? Checkpoint);

/// <summary>
/// Gathers a lane's results into deliveries, and decides when the next one is due: enough points, or long enough waited, or a
/// checkpoint is wanted. Wall-clock time only decides how results are grouped, never what they are.
/// </summary>
/// <param name="discards">Nobody keeps points: none are made.</param>
internal sealed class DeliveryBuilder(PartitionId partition, PipelineSettings settings, bool discards, TimeProvider time)
{
    // A refit asks for a checkpoint soon; many at once ask for one.
    private static readonly TimeSpan AfterRefit = TimeSpan.FromSeconds(1);

    private List<Point> _points = [];
    private List<DeadLetter> _deadLetters = [];
    private int _discarded;
    private long _nextOffset = -1;
    private long _savedOffset = -1;
    private long _begun = time.GetTimestamp();
    private long _saved = time.GetTimestamp() - (long)(EarlierBy(partition) * settings.CheckpointEvery.TotalSeconds * time.TimestampFrequency);
    private bool _refitted;
    private Task<bool>? _arrival;

    /// <summary>The delivery should be taken now.</summary>
    public bool IsDue => IsFull || (HasResults && Remaining <= TimeSpan.Zero) || CheckpointDue;

    /// <summary>One record can close many cells: their points need not wait for its end.</summary>
    public bool IsFull => _points.Count + _deadLetters.Count + _discarded >= settings.BatchPoints;

    public void Add(DeadLetter letter)
    {
        Begin();
        _deadLetters.Add(letter);
    }

    public void Add(StepResult result)
    {
        Begin();
        if (discards)
        {
            _discarded++;
        }
        else
        {
            PointEncoder.Encode(result, _points);
        }

        _refitted |= result.Model is not null;
    }

    /// <summary>Everything up to this offset is part of the state and of the delivery.</summary>
    public void Through(long offset) => _nextOffset = offset + 1;

    /// <summary>
    /// Waits for another record, or the end of a refit that a series waits for, or until what was gathered has waited long enough;
    /// false when no more records will come.
    /// </summary>
    /// <param name="refit">Ends with the next such refit; null when no series waits.</param>
    /// <param name="hold">Too much waits for refits already: records are no reason to go on.</param>
    public async ValueTask<bool> WaitAsync(ChannelReader<SourceRecord> records, Task? refit, bool hold, CancellationToken cancellation)
    {
        // A wait that ran out of patience goes on; a channel with one reader takes no second.
        _arrival ??= records.WaitToReadAsync(cancellation).AsTask();
        TimeSpan patience = HasResults ? Remaining : Unsaved ? UntilCheckpoint : TimeSpan.MaxValue;
        Task first = refit is null ? _arrival : hold ? refit : Task.WhenAny(_arrival, refit);
        try
        {
            await first.WaitAsync(Clamp(patience), time, cancellation);
        }
        catch (TimeoutException)
        {
            return true;
        }

        if (!_arrival.IsCompleted)
        {
            return true;
        }

        bool more = await _arrival;
        _arrival = null;
        return more;
    }

    /// <summary>Hands over what was gathered, with a checkpoint when one is due or this is the last.</summary>
    public Delivery Take(PartitionState state, bool final)
    {
        PartitionCheckpoint? checkpoint = null;
        if (Unsaved && (final || CheckpointDue))
        {
            checkpoint = new PartitionCheckpoint(partition, _nextOffset, state.Write());
            (_savedOffset, _saved, _refitted) = (_nextOffset, time.GetTimestamp(), false);
        }

        return TakePoints() with { Checkpoint = checkpoint };
    }

    /// <summary>Hands over what was gathered so far, in the middle of a record: a checkpoint has to wait for its end.</summary>
    public Delivery TakePoints()
    {
        Delivery delivery = new(_points, _deadLetters, Checkpoint: null);
        (_points, _deadLetters, _discarded) = ([], [], 0);
        return delivery;
    }

    private bool HasResults => _points.Count + _deadLetters.Count + _discarded > 0;

    private bool Unsaved => _nextOffset > _savedOffset;

    private bool CheckpointDue => Unsaved && UntilCheckpoint <= TimeSpan.Zero;

    private TimeSpan UntilCheckpoint =>
        (_refitted && AfterRefit < settings.CheckpointEvery ? AfterRefit : settings.CheckpointEvery) - time.GetElapsedTime(_saved);

    private TimeSpan Remaining => settings.Linger - time.GetElapsedTime(_begun);

    private static TimeSpan Clamp(TimeSpan patience) => TimeSpan.FromTicks(Math.Clamp(patience.Ticks, 0, TimeSpan.TicksPerDay));

    // Partitions that were assigned together do not save together: their first interval is cut short, each by another share of it.
    private static double EarlierBy(PartitionId partition) => partition.Partition * 0.618033988749895 % 1.0;

    private void Begin()
    {
        if (!HasResults)
        {
            _begun = time.GetTimestamp();
        }
    }
}
