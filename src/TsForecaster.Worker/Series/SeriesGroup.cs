using System.Text.Json;

namespace TsForecaster.Worker.Series;

/// <summary>
/// The series of a partition that share a model: those whose settings agree in everything, the name of the group (<see cref="ModelSettings.Group"/>)
/// included. When its model is fitted, and from which cell on it is in force, is decided as cells close, by their times and by what
/// closed before them, and never by what has been worked off.
/// </summary>
internal sealed class SeriesGroup(SeriesSettings settings)
{
    /// <summary>Values a fit learns from, over all series: eight megabytes, and as much in checkpoints while it is under way.</summary>
    private const int MostValues = 1 << 20;

    private readonly long _interval = settings.Grid.IntervalNanoseconds;
    private readonly SortedDictionary<SeriesKey, GriddedSeries> _members = [];
    private BackgroundJob? _begun;
    private Background? _pending;
    private Background? _inForce;
    private long _column = long.MinValue;
    private long _next;
    private long _windows;
    private int _fits;

    /// <summary>What a group is told apart by.</summary>
    public string Id { get; } = IdOf(settings);

    /// <summary>The fits under way, the newest of which no cell may have met yet.</summary>
    public IEnumerable<BackgroundJob> UnderWay => Backgrounds().Select(background => background.Job).OfType<BackgroundJob>();

    /// <summary>No series belongs to it.</summary>
    public bool IsEmpty => _members.Count == 0;

    public static string IdOf(SeriesSettings settings) => JsonSerializer.Serialize(settings);

    /// <summary>The settings of a group by its id; null when they were written by a program that knew others.</summary>
    public static SeriesSettings? SettingsOf(string id)
    {
        try
        {
            return JsonSerializer.Deserialize<SeriesSettings>(id) is { } settings && IdOf(settings) == id ? settings : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Add(SeriesKey key, GriddedSeries series) => _members.Add(key, series);

    /// <summary>Takes note that a cell of the group closes.</summary>
    /// <param name="start">Of the cell.</param>
    /// <returns>The model that is in force for it; null before the first.</returns>
    public Background? Observe(long start)
    {
        if (_pending is not null && start >= _pending.Since + (settings.Refit.Lag * _interval))
        {
            (_inForce, _pending) = (_pending, null);
        }

        if (start > _column)
        {
            if (_pending is null && IsDue(start))
            {
                Begin(start);
            }

            _column = start;
        }

        return _inForce;
    }

    /// <summary>The fit that the last cell made due, once.</summary>
    public BackgroundJob? TakeBegun()
    {
        BackgroundJob? begun = _begun;
        _begun = null;
        return begun;
    }

    /// <summary>
    /// The first fit waits until the group has as many windows as one series has at its own first refit, and one of its series spans a season and a window.
    /// Another is due after as many steps as <see cref="RefitSettings.Reselect"/> refits take, and when there are twice as many windows.
    /// </summary>
    private bool IsDue(long start)
    {
        if (_fits > 0)
        {
            return settings.Refit.Reselect > 0 && (start >= _next || Windows() >= 2 * _windows);
        }

        int window = settings.Model.Shape.Steps;
        return Windows() > settings.FirstFit - window && _members.Values.Any(series => series.Length >= Math.Min(settings.Refit.History, settings.Model.Season + window));
    }

    private long Windows() => _members.Values.Sum(series => Math.Max(0L, Math.Min(series.Length, settings.Refit.History) - settings.Model.Shape.Steps + 1));

    private void Begin(long start)
    {
        GriddedSeries[] known = [.. _members.Values.Where(series => series.Length > settings.Model.Future)];
        int steps = Math.Clamp(MostValues / known.Length, Math.Min(2 * settings.FirstFit, settings.Refit.History), settings.Refit.History);
        int taken = Math.Clamp(MostValues / steps, 1, known.Length);
        double[][] histories = [.. Enumerable.Range(0, taken).Select(i => known[(int)((long)i * known.Length / taken)].Last(steps))];
        _begun = new BackgroundJob(known.Length, histories, settings.Model, settings.Refit);
        _pending = new Background(_fits++, start, _begun);
        (_next, _windows) = (start + ((long)settings.Refit.Every * Math.Max(1, settings.Refit.Reselect) * _interval), Windows());
    }

    /// <summary>Every model that something still refers to, by number.</summary>
    private IEnumerable<Background> Backgrounds() =>
        _members.Values.SelectMany(series => series.Backgrounds).Append(_inForce).Append(_pending).OfType<Background>().Distinct().OrderBy(background => background.Number);

    public void Write(StateWriter writer)
    {
        writer.Write(_column);
        writer.Write(_next);
        writer.Write(_windows);
        writer.Write(_fits);
        Background[] backgrounds = [.. Backgrounds()];
        writer.Write(backgrounds.Length);
        Array.ForEach(backgrounds, background => background.Write(writer));
        writer.Write(_inForce?.Number ?? -1);
        writer.Write(_pending?.Number ?? -1);
    }

    /// <returns>The group without its series, and its models by number.</returns>
    public static (SeriesGroup Group, IReadOnlyDictionary<int, Background> Backgrounds) Read(BinaryReader reader, SeriesSettings settings)
    {
        SeriesGroup group = new(settings) { _column = reader.ReadInt64(), _next = reader.ReadInt64(), _windows = reader.ReadInt64(), _fits = reader.ReadInt32() };
        Dictionary<int, Background> backgrounds = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            Background background = Background.Read(reader, settings);
            backgrounds.Add(background.Number, background);
        }

        group._inForce = backgrounds.GetValueOrDefault(reader.ReadInt32());
        group._pending = backgrounds.GetValueOrDefault(reader.ReadInt32());
        return (group, backgrounds);
    }
}
