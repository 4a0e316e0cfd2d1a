namespace TsForecaster.Worker.Series;

/// <summary>
/// The state of one partition: its clock (the largest event time accepted, nothing else), the grid and the state of each series.
/// A pure function of the ticks that went in; <see cref="Write"/> and <see cref="Read"/> carry it across restarts.
/// </summary>
public sealed class PartitionState
{
    private const int Version = 1;

    private readonly Func<string, SeriesSettings> _settings;
    private readonly IReadOnlyList<int> _horizons;
    private readonly Dictionary<SeriesKey, Entry> _series = [];

    // Every series that is awake, by the stream time at which its next cell closes; ties go by name.
    private readonly PriorityQueue<Entry, (long ClosesAt, SeriesKey Key)> _closings = new();
    private long _streamTime = long.MinValue;

    /// <param name="settings">The settings of a series by its name; the same answer each time.</param>
    /// <param name="horizons">Horizons to publish and score, ascending; empty means all. Those past a series' future are left out.</param>
    public PartitionState(Func<string, SeriesSettings> settings, IReadOnlyList<int> horizons) => (_settings, _horizons) = (settings, horizons);

    private sealed record Entry(SeriesGrid Grid, SeriesState State);

    /// <summary>The refits under way, in the order of the series' names.</summary>
    public IReadOnlyList<RefitJob> Pending => [.. _series.OrderBy(s => s.Key).Select(s => s.Value.State.Pending).OfType<RefitJob>()];

    /// <summary>Puts a tick onto its series' grid, after closing the cells that its time closes, which are added in event order.</summary>
    /// <returns>False when the tick was too late for its cell.</returns>
    public bool Place(in Tick tick, List<Step> closed)
    {
        _streamTime = Math.Max(_streamTime, tick.Time);
        while (_closings.TryPeek(out Entry? due, out (long ClosesAt, SeriesKey) next) && next.ClosesAt <= _streamTime)
        {
            closed.Add(due.Grid.Close());
            if (due.Grid.Asleep)
            {
                _closings.Dequeue();
            }
            else
            {
                _closings.DequeueEnqueue(due, (due.Grid.ClosesAt, due.Grid.Key));
            }
        }

        Entry entry = Of(tick.Key);
        (bool asleep, long late) = (entry.Grid.Asleep, entry.Grid.Late);
        entry.Grid.Place(tick, _streamTime);
        if (asleep && !entry.Grid.Asleep)
        {
            _closings.Enqueue(entry, (entry.Grid.ClosesAt, tick.Key));
        }

        return entry.Grid.Late == late;
    }

    /// <summary>Whether the pending refit of the step's series must be at hand before <see cref="Advance"/>.</summary>
    public bool ActivatesAt(in Step step) => Of(step.Key).State.ActivatesAt(step);

    /// <summary>Takes a closed cell into its series; see <see cref="StepResult"/>.</summary>
    public StepResult Advance(in Step step, RefitOutcome? refit)
    {
        Entry entry = Of(step.Key);
        return entry.State.Advance(step, refit, entry.Grid.Late);
    }

    /// <summary>The refit of a series that its last step made due, pending from now on; null when none is.</summary>
    public RefitJob? BeginRefit(SeriesKey key) => Of(key).State.BeginRefit();

    private Entry Of(SeriesKey key)
    {
        if (!_series.TryGetValue(key, out Entry? entry))
        {
            SeriesSettings settings = _settings(key.Series);
            _series.Add(key, entry = new Entry(new SeriesGrid(key, settings.Grid), new SeriesState(key, settings, Horizons(settings))));
        }

        return entry;
    }

    private int[] Horizons(SeriesSettings settings)
    {
        int[] within = [.. _horizons.Where(h => h <= settings.Model.Future)];
        return within.Length > 0 ? within : [.. Enumerable.Range(1, settings.Model.Future)];
    }

    /// <summary>The whole state as bytes; the same state gives the same bytes.</summary>
    public byte[] Write()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Version);
        writer.Write(_streamTime);
        writer.Write(_series.Count);
        foreach ((SeriesKey key, Entry entry) in _series.OrderBy(s => s.Key))
        {
            writer.Write(key.Series);
            writer.Write(key.Channel);
            writer.Write(_settings(key.Series).Grid.ToString());
            long length = stream.Position;
            writer.Write(0L);
            entry.Grid.Write(writer);
            entry.State.Write(writer);
            long end = stream.Position;
            stream.Position = length;
            writer.Write(end);
            stream.Position = end;
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote. A series whose grid has other settings now begins anew.</summary>
    /// <exception cref="InvalidDataException">The bytes are of a version this program does not know.</exception>
    public static PartitionState Read(ReadOnlyMemory<byte> bytes, Func<string, SeriesSettings> settings, IReadOnlyList<int> horizons)
    {
        PartitionState state = new(settings, horizons);
        using MemoryStream stream = new(bytes.ToArray(), writable: false);
        using BinaryReader reader = new(stream);
        if (reader.ReadInt32() is var version && version != Version)
        {
            throw new InvalidDataException($"the state of the partition has version {version}; this program knows version {Version}");
        }

        state._streamTime = reader.ReadInt64();
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            SeriesKey key = new(reader.ReadString(), reader.ReadString());
            SeriesSettings own = settings(key.Series);
            bool sameGrid = reader.ReadString() == own.Grid.ToString();
            long end = reader.ReadInt64();
            if (sameGrid)
            {
                Entry entry = new(SeriesGrid.Read(reader, key, own.Grid), SeriesState.Read(reader, key, own, state.Horizons(own)));
                state._series.Add(key, entry);
                if (!entry.Grid.Asleep)
                {
                    state._closings.Enqueue(entry, (entry.Grid.ClosesAt, key));
                }
            }

            stream.Position = end;
        }

        return state;
    }
}
