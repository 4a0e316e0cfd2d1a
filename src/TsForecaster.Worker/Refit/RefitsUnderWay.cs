namespace TsForecaster.Worker.Refit;

/// <summary>The fits of one partition that are under way, of series and of groups of them, and the series that wait for one to end. One thread at a time.</summary>
/// <param name="restored">Refits that were under way when the partition's state was saved: they are done again.</param>
/// <param name="backgrounds">The same of groups.</param>
public sealed class RefitsUnderWay(RefitPool pool, IEnumerable<RefitJob> restored, IEnumerable<BackgroundJob> backgrounds, CancellationToken cancellation)
{
    private readonly Dictionary<SeriesKey, Task<RefitOutcome>> _tasks = restored.ToDictionary(job => job.Key, job => pool.Start(job, cancellation));
    private readonly Dictionary<BackgroundJob, Task<BackgroundOutcome>> _backgrounds = backgrounds.ToDictionary(job => job, job => pool.Start(job, cancellation));

    private readonly SortedDictionary<SeriesKey, Task> _awaited = [];

    /// <summary>Begins a refit; the series' former one was either taken up or is no longer wanted.</summary>
    public void Begin(RefitJob job) => _tasks[job.Key] = pool.Start(job, cancellation);

    /// <summary>Begins a fit of a group.</summary>
    public void Begin(BackgroundJob job) => _backgrounds[job] = pool.Start(job, cancellation);

    /// <summary>What came of the series' refit, once; null while it is under way, and the series then waits for it.</summary>
    public RefitOutcome? Outcome(SeriesKey key) => Take(key, _tasks, key);

    /// <summary>What came of a group's fit, once; null while it is under way, and the series then waits for it.</summary>
    public BackgroundOutcome? Outcome(SeriesKey key, BackgroundJob job) => Take(job, _backgrounds, key);

    /// <summary>The series whose wait is over, by name. They are waited for no more.</summary>
    public IReadOnlyList<SeriesKey> TakeEnded()
    {
        SeriesKey[] ended = [.. _awaited.Where(wait => wait.Value.IsCompleted).Select(wait => wait.Key)];
        Array.ForEach(ended, key => _awaited.Remove(key));
        return ended;
    }

    /// <summary>Ends when a series' wait is over; null when none waits.</summary>
    public Task? NextEnd => _awaited.Count == 0 ? null : Task.WhenAny(_awaited.Values.Distinct());

    private T? Take<TKey, T>(TKey of, Dictionary<TKey, Task<T>> tasks, SeriesKey key)
        where TKey : notnull
        where T : class
    {
        Task<T> task = tasks[of];
        if (!task.IsCompleted)
        {
            _awaited[key] = task;
            return null;
        }

        tasks.Remove(of);
        return task.GetAwaiter().GetResult();
    }
}
