namespace TsForecaster.Worker.Refit;

/// <summary>The refits of one partition that are under way, and the series that wait for theirs to end. One thread at a time.</summary>
/// <param name="restored">Refits that were under way when the partition's state was saved: they are done again.</param>
public sealed class RefitsUnderWay(RefitPool pool, IEnumerable<RefitJob> restored, CancellationToken cancellation)
{
    private readonly Dictionary<SeriesKey, Task<RefitOutcome>> _tasks = restored.ToDictionary(job => job.Key, job => pool.Start(job, cancellation));
    private readonly SortedSet<SeriesKey> _awaited = [];

    /// <summary>Begins a refit; the series' former one was either taken up or is no longer wanted.</summary>
    public void Begin(RefitJob job) => _tasks[job.Key] = pool.Start(job, cancellation);

    /// <summary>What came of the series' refit, once; null while it is under way, and the series then waits for it.</summary>
    public RefitOutcome? Outcome(SeriesKey key)
    {
        Task<RefitOutcome> task = _tasks[key];
        if (!task.IsCompleted)
        {
            _awaited.Add(key);
            return null;
        }

        _awaited.Remove(key);
        _tasks.Remove(key);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>The series whose wait is over, by name.</summary>
    public IReadOnlyList<SeriesKey> Ended => _awaited.Count == 0 ? [] : [.. _awaited.Where(key => _tasks[key].IsCompleted)];

    /// <summary>Ends when a series' wait is over; null when none waits.</summary>
    public Task? NextEnd => _awaited.Count == 0 ? null : Task.WhenAny(_awaited.Select(key => _tasks[key]));
}
