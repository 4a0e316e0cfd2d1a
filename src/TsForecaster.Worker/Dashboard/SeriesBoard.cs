using System.Collections.Concurrent;

namespace TsForecaster.Worker.Dashboard;

/// <summary>
/// What the worker knows about each of its series right now, in memory, for people who look. Thread-safe: written by all lanes at
/// once, read by requests. A series takes a bounded amount of memory.
/// </summary>
public sealed class SeriesBoard
{
    /// <summary>Observed cells kept a series.</summary>
    public const int RecentCapacity = 600;

    private readonly ConcurrentDictionary<SeriesKey, SeriesEntry> _entries = new();
    private long _steps;
    private long _forecasts;
    private long _promoted;

    public BoardTotals Totals =>
        new(_entries.Count, Interlocked.Read(ref _steps), Interlocked.Read(ref _forecasts), Interlocked.Read(ref _promoted));

    /// <summary>Takes note of a step; constant time, no quantile is computed here. The steps of one series come in order.</summary>
    public void Record(StepResult result)
    {
        // A series is on the board with its first step, never before; its steps come one after another.
        if (_entries.TryGetValue(result.Step.Key, out SeriesEntry? entry))
        {
            entry.Record(result);
        }
        else
        {
            entry = new SeriesEntry(result.Step.Key);
            entry.Record(result);
            _entries[result.Step.Key] = entry;
        }

        Interlocked.Increment(ref _steps);
        if (result.Forecast is not null)
        {
            Interlocked.Increment(ref _forecasts);
        }

        if (result.Model is { Promoted: true })
        {
            Interlocked.Increment(ref _promoted);
        }
    }

    /// <summary>Forgets a series whose partition another worker has taken over.</summary>
    public bool Remove(SeriesKey key) => _entries.TryRemove(key, out _);

    /// <summary>Where every series stands, ordered by key.</summary>
    /// <param name="filter">Only series whose name or channel contains this, whatever the case; null or empty takes all.</param>
    public IReadOnlyList<SeriesSummary> Summaries(string? filter = null)
    {
        List<SeriesSummary> summaries = [];
        foreach ((SeriesKey key, SeriesEntry entry) in _entries)
        {
            if (string.IsNullOrEmpty(filter) || key.ToString().Contains(filter, StringComparison.OrdinalIgnoreCase))
            {
                summaries.Add(entry.Summarise());
            }
        }

        summaries.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        return summaries;
    }

    /// <summary>One series with its recent cells and newest forecast; null when the worker has not seen it.</summary>
    /// <param name="channel">Null takes the channel "value", or the first one where a series has no channel of that name.</param>
    public SeriesDetail? Find(string series, string? channel = null)
    {
        if (_entries.TryGetValue(new SeriesKey(series, channel ?? SeriesKey.DefaultChannel), out SeriesEntry? entry))
        {
            return entry.Describe();
        }

        if (channel is not null)
        {
            return null;
        }

        SeriesEntry? first = null;
        foreach ((SeriesKey key, SeriesEntry candidate) in _entries)
        {
            if (key.Series == series && (first is null || key.CompareTo(first.Key) < 0))
            {
                first = candidate;
            }
        }

        return first?.Describe();
    }
}

/// <summary>Sums over all series since the worker started.</summary>
/// <param name="Series">Series on the board.</param>
/// <param name="Promoted">Refits whose model became active.</param>
public readonly record struct BoardTotals(int Series, long Steps, long Forecasts, long Promoted);

/// <summary>Where one series stands.</summary>
/// <param name="Interval">Length of a cell, nanoseconds.</param>
/// <param name="LastStart">Start of the newest cell, nanoseconds since 1970 UTC.</param>
/// <param name="LastValue">NaN when the newest cell is missing.</param>
/// <param name="Model">Id of the active model; null while there is none.</param>
/// <param name="LastChange">What the newest refit brought; null before the first one since the worker started.</param>
public sealed record SeriesSummary(
    SeriesKey Key, long Interval, long LastStart, double LastValue, string? Model, ModelChange? LastChange, LiveScore Live, SeriesStatus Status);

/// <summary>One series as its chart needs it.</summary>
/// <param name="Recent">Values of the cells up to <see cref="SeriesSummary.LastStart"/>, oldest first; NaN is missing.</param>
/// <param name="Filled">What missing cells of them are likely to have held, in the order of time; not before what follows them is known.</param>
/// <param name="Fan">The newest forecast; null before the first one.</param>
public sealed record SeriesDetail(SeriesSummary Summary, IReadOnlyList<double> Recent, IReadOnlyList<FilledCell> Filled, ForecastFan? Fan);
