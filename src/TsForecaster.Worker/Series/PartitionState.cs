using System.Buffers;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>
/// The state of one partition: its clock (the largest event time accepted, nothing else), the grid and the state of each series.
/// A pure function of the ticks that went in; <see cref="Write"/> and <see cref="Read"/> carry it across restarts.
/// </summary>
public sealed class PartitionState
{
    private const int Version = 6;

    private readonly Func<string, SeriesSettings> _settings;
    private readonly IReadOnlyList<int> _horizons;
    private readonly Dictionary<SeriesKey, GriddedSeries> _series = [];
    private readonly SortedDictionary<string, SeriesGroup> _groups = new(StringComparer.Ordinal);

    // Every series that is awake, by the stream time at which its next cell closes; ties go by name.
    private readonly PriorityQueue<GriddedSeries, (long ClosesAt, SeriesKey Key)> _closings = new();
    private long _streamTime = long.MinValue;
    private int _written;

    /// <param name="settings">The settings of a series by its name; the same answer each time.</param>
    /// <param name="horizons">Horizons to publish and score, ascending; empty means all. Those past a series' future are left out.</param>
    public PartitionState(Func<string, SeriesSettings> settings, IReadOnlyList<int> horizons) => (_settings, _horizons) = (settings, horizons);

    /// <summary>Every series seen so far.</summary>
    public IReadOnlyCollection<SeriesKey> Series => _series.Keys;

    /// <summary>The refits under way, in the order of the series' names.</summary>
    public IReadOnlyList<RefitJob> Pending => [.. _series.OrderBy(s => s.Key).Select(s => s.Value.State.Pending).OfType<RefitJob>()];

    /// <summary>The fits of groups of series that are under way, in the order of their ids and numbers.</summary>
    public IReadOnlyList<BackgroundJob> PendingBackgrounds => [.. _groups.Values.SelectMany(group => group.UnderWay)];

    /// <summary>Closed cells not yet taken in, over all series.</summary>
    public int Waiting { get; private set; }

    /// <summary>The series that have closed cells not yet taken in, by name.</summary>
    public IReadOnlyList<SeriesKey> WaitingSeries => [.. _series.Where(s => s.Value.Waiting.Count > 0).Select(s => s.Key).Order()];

    /// <summary>
    /// Moves the clock to a tick's time and closes the earliest cell that is due by then; to be called until it returns null, which is
    /// when all are closed, in event order. The cell then waits for <see cref="TryAdvance"/>.
    /// </summary>
    /// <returns>The series of the closed cell.</returns>
    public SeriesKey? CloseNext(long time)
    {
        _streamTime = Math.Max(_streamTime, time);
        if (!_closings.TryPeek(out GriddedSeries? due, out (long ClosesAt, SeriesKey) next) || next.ClosesAt > _streamTime)
        {
            return null;
        }

        due.Close(Beside(due));
        Waiting++;
        if (due.Grid.Asleep)
        {
            _closings.Dequeue();
        }
        else
        {
            _closings.DequeueEnqueue(due, (due.Grid.ClosesAt, due.Grid.Key));
        }

        return due.Grid.Key;
    }

    /// <summary>Puts a tick onto its series' grid, once <see cref="CloseNext"/> has nothing left to close.</summary>
    /// <returns>False when the tick was too late for its cell.</returns>
    public bool Place(in Tick tick)
    {
        GriddedSeries entry = Of(tick.Key);
        (bool asleep, long late) = (entry.Grid.Asleep, entry.Grid.Late);
        entry.Grid.Place(tick, _streamTime);
        if (asleep && !entry.Grid.Asleep)
        {
            _closings.Enqueue(entry, (entry.Grid.ClosesAt, tick.Key));
        }

        return entry.Grid.Late == late;
    }

    /// <summary>
    /// Asks for a model of a series' channels, which takes effect with the next cell of each that closes. Each answers for itself, in the
    /// <see cref="StepResult.Model"/> of that cell.
    /// </summary>
    /// <returns>False when the partition has no such series.</returns>
    public bool Ask(string series, PinRequest request)
    {
        bool known = false;
        foreach ((SeriesKey key, GriddedSeries entry) in _series)
        {
            if (key.Series == series)
            {
                entry.Request = request;
                known = true;
            }
        }

        return known;
    }

    /// <summary>Takes the series' next closed cell in, unless there is none or a fit it needs is not at hand.</summary>
    /// <param name="refit">The outcome of the series' pending refit, or null while it is under way; asked only when it is needed.</param>
    /// <param name="background">The same for a fit of the series' group; asked once when it has an outcome. Left out where no series is pooled.</param>
    public bool TryAdvance(
        SeriesKey key, Func<SeriesKey, RefitOutcome?> refit, [NotNullWhen(true)] out StepResult? result, Func<SeriesKey, BackgroundJob, BackgroundOutcome?>? background = null)
    {
        GriddedSeries entry = Of(key);
        RefitOutcome? outcome = null;
        if (!entry.Waiting.TryPeek(out ClosedCell cell) || !IsKnown(key, cell.Background, background) || (entry.State.ActivatesAt(cell.Step) && (outcome = refit(key)) is null))
        {
            result = null;
            return false;
        }

        entry.Waiting.Dequeue();
        Waiting--;
        result = entry.State.Advance(cell.Step, cell.Beside, outcome, cell.Request, cell.Background, entry.Grid.Late);
        return true;
    }

    /// <summary>The refit of a series that its last step made due, pending from now on; null when none is.</summary>
    public RefitJob? BeginRefit(SeriesKey key) => Of(key).State.BeginRefit();

    /// <summary>The fit of a group that the last closed cell made due, which is under way from now on; null when none is.</summary>
    public BackgroundJob? BeginBackground(SeriesKey key) => Of(key).Group?.TakeBegun();

    private static bool IsKnown(SeriesKey key, Background? background, Func<SeriesKey, BackgroundJob, BackgroundOutcome?>? outcomeOf)
    {
        if (background?.Job is { } job && outcomeOf?.Invoke(key, job) is { } outcome)
        {
            background.Settle(outcome);
        }

        return background?.Job is null;
    }

    private GriddedSeries Of(SeriesKey key)
    {
        if (!_series.TryGetValue(key, out GriddedSeries? entry))
        {
            SeriesSettings settings = _settings(key.Series).Of(key.Channel);
            Add(key, entry = new GriddedSeries(new SeriesGrid(key, settings.Grid), new SeriesState(key, settings, Horizons(settings)), GroupOf(settings)));
        }

        return entry;
    }

    private void Add(SeriesKey key, GriddedSeries series)
    {
        _series.Add(key, series);
        series.Group?.Add(key, series);
    }

    /// <summary>What the cell that closes next holds of the channels that the series is forecast together with; NaN where they have nothing.</summary>
    private double[] Beside(GriddedSeries due)
    {
        IReadOnlyList<string> channels = due.State.Beside;
        double[] values = channels.Count == 0 ? [] : new double[channels.Count];
        for (int c = 0; c < values.Length; c++)
        {
            bool seen = _series.TryGetValue(due.Grid.Key with { Channel = channels[c] }, out GriddedSeries? other);
            values[c] = seen ? other!.Grid.ValueAt(due.Grid.NextStart) : double.NaN;
        }

        return values;
    }

    private SeriesGroup? GroupOf(SeriesSettings settings)
    {
        if (settings.Model.Scope == ModelScope.Series)
        {
            return null;
        }

        string id = SeriesGroup.IdOf(settings);
        return _groups.TryGetValue(id, out SeriesGroup? group) ? group : _groups[id] = new SeriesGroup(settings);
    }

    private int[] Horizons(SeriesSettings settings)
    {
        int[] within = [.. _horizons.Where(h => h <= settings.Model.Future)];
        return _horizons.Count > 0 ? within : [.. Enumerable.Range(1, settings.Model.Future)];
    }

    // A name holds no control character.
    private static string Names(IEnumerable<string> channels) => string.Join('\n', channels);

    // What the cells of a grid depend on.
    private static string Fingerprint(GridSettings grid) => $"{grid.Interval} {grid.Aggregate}";

    /// <summary>The whole state as bytes; the same state gives the same bytes. They are not changed by what the state does next.</summary>
    public ReadOnlySequence<byte> Write()
    {
        using StateWriter writer = new(_written);
        writer.Write(Version);
        writer.Write(_streamTime);
        writer.Write(_groups.Count);
        foreach ((string id, SeriesGroup group) in _groups)
        {
            writer.Write(id);
            int end = writer.Reserve();
            group.Write(writer);
            writer.Fill(end, writer.Length);
        }

        writer.Write(_series.Count);
        foreach ((SeriesKey key, GriddedSeries entry) in _series.OrderBy(s => s.Key))
        {
            writer.Write(key.Series);
            writer.Write(key.Channel);
            writer.Write(Fingerprint(_settings(key.Series).Grid));
            int end = writer.Reserve();
            writer.Write(Names(entry.State.Beside));
            entry.Grid.Write(writer);
            PinRequests.Write(writer, entry.Request);
            writer.Write(entry.Waiting.Count);
            foreach (ClosedCell cell in entry.Waiting)
            {
                writer.Write(cell.Step.Start);
                writer.Write(cell.Step.Value);
                writer.Write(cell.Beside.Length);
                writer.WriteAll(cell.Beside);
                PinRequests.Write(writer, cell.Request);
                writer.Write(cell.Background?.Number ?? -1);
            }

            entry.State.Write(writer);
            writer.Fill(end, writer.Length);
        }

        // The next one will be about as large: its buffer need not grow.
        _written = writer.Copied + (writer.Copied / 16);
        return writer.ToSequence();
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote. A series whose interval or aggregate has changed begins anew, and so does the model of a group any of whose
    /// settings have.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are not a state, or of a version this program does not know.</exception>
    public static PartitionState Read(ReadOnlySequence<byte> bytes, Func<string, SeriesSettings> settings, IReadOnlyList<int> horizons)
    {
        try
        {
            return ReadAll(bytes, settings, horizons);
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or ModelFileException)
        {
            throw new InvalidDataException($"the state of the partition cannot be read: {e.Message}", e);
        }
    }

    private static PartitionState ReadAll(ReadOnlySequence<byte> bytes, Func<string, SeriesSettings> settings, IReadOnlyList<int> horizons)
    {
        PartitionState state = new(settings, horizons);
        using MemoryStream stream = new(bytes.ToArray(), writable: false);
        using BinaryReader reader = new(stream);
        if (reader.ReadInt32() is var version && version != Version)
        {
            throw new InvalidDataException($"the state of the partition has version {version}; this program knows version {Version}: go on with the program that wrote it, or delete the checkpoint to have the series learn anew from where the group stands");
        }

        state._streamTime = reader.ReadInt64();
        Dictionary<string, IReadOnlyDictionary<int, Background>> models = state.ReadGroups(reader);
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            SeriesKey key = new(reader.ReadString(), reader.ReadString());
            SeriesSettings own = settings(key.Series).Of(key.Channel);
            bool sameGrid = reader.ReadString() == Fingerprint(own.Grid);
            long end = reader.ReadInt64();
            if (sameGrid)
            {
                bool sameChannels = reader.ReadString() == Names(own.Model.Beside);
                SeriesGrid grid = SeriesGrid.Read(reader, key, own.Grid);
                PinRequest? request = PinRequests.Read(reader);
                SeriesGroup? group = state.GroupOf(own);
                IReadOnlyDictionary<int, Background> backgrounds = models.GetValueOrDefault(group?.Id ?? "", ReadOnlyDictionary<int, Background>.Empty);
                Queue<ClosedCell> waiting = [];
                for (int cells = reader.ReadInt32(); cells > 0; cells--)
                {
                    Step step = new(key, reader.ReadInt64(), reader.ReadDouble());
                    double[] beside = reader.ReadAll(reader.ReadInt32());
                    beside = sameChannels ? beside : [.. own.Model.Beside.Select(_ => double.NaN)];
                    waiting.Enqueue(new ClosedCell(step, beside, PinRequests.Read(reader), backgrounds.GetValueOrDefault(reader.ReadInt32())));
                }

                GriddedSeries entry = new(grid, SeriesState.Read(reader, key, own, state.Horizons(own), backgrounds, sameChannels), group) { Waiting = waiting, Request = request };
                state.Add(key, entry);
                state.Waiting += waiting.Count;
                if (!entry.Grid.Asleep)
                {
                    state._closings.Enqueue(entry, (entry.Grid.ClosesAt, key));
                }
            }

            stream.Position = end;
        }

        foreach (string unused in state._groups.Where(group => group.Value.IsEmpty).Select(group => group.Key).ToArray())
        {
            state._groups.Remove(unused);
        }

        return state;
    }

    /// <summary>Reads the groups, and their models by number; those of settings that this program has no longer are passed over.</summary>
    private Dictionary<string, IReadOnlyDictionary<int, Background>> ReadGroups(BinaryReader reader)
    {
        Dictionary<string, IReadOnlyDictionary<int, Background>> models = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            string id = reader.ReadString();
            long end = reader.ReadInt64();
            if (SeriesGroup.SettingsOf(id) is { } settings)
            {
                (_groups[id], models[id]) = SeriesGroup.Read(reader, settings);
            }

            reader.BaseStream.Position = end;
        }

        return models;
    }
}
