using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// Does refits in the background, at most <paramref name="concurrency"/> at a time, never on the poll thread. Whichever ends first,
/// the outcome of a job depends on the job alone.
/// </summary>
/// <param name="fit">How a job is done; <see cref="Do(RefitJob, CancellationToken)"/> unless a test wants to decide when it ends.</param>
public sealed class RefitPool(int concurrency, Func<RefitJob, CancellationToken, RefitOutcome>? fit = null) : IDisposable
{
    private static readonly Meter Meter = new("TsForecaster.Refit");
    private static readonly ActivitySource Activities = new("TsForecaster.Refit");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("tsforecaster.refit.duration", "s", "Time of one refit");
    private static readonly Histogram<double> BackgroundDuration = Meter.CreateHistogram<double>("tsforecaster.background.duration", "s", "Time of one fit of the model of a group of series");
    private static readonly Counter<long> Kept = Meter.CreateCounter<long>("tsforecaster.refit.kept", null, "Refits turned down because the active model forecasts better");
    private static readonly Counter<long> Failed = Meter.CreateCounter<long>("tsforecaster.refit.failed", null, "Refits that gave no model");

    private readonly SemaphoreSlim _slots = new(concurrency);

    /// <summary>Queues a job. The queue holds at most one job a series, since a series has one refit under way.</summary>
    public Task<RefitOutcome> Start(RefitJob job, CancellationToken cancellation) => InASlot(() => (fit ?? Do)(job, cancellation), cancellation);

    /// <summary>Queues a fit of a group.</summary>
    public Task<BackgroundOutcome> Start(BackgroundJob job, CancellationToken cancellation) => InASlot(() => Do(job, cancellation), cancellation);

    private async Task<T> InASlot<T>(Func<T> work, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Does a job. Too little or unusable history is an outcome, not an error; so are values that no fit can work with.</summary>
    public static RefitOutcome Do(RefitJob job, CancellationToken cancellation)
    {
        using Activity? activity = Activities.StartActivity("refit");
        activity?.SetTag("series", job.Key.ToString());
        long begun = Stopwatch.GetTimestamp();
        RefitOutcome outcome;
        try
        {
            outcome = Promotion.Decide(job, cancellation);
        }
        catch (ArgumentException e)
        {
            outcome = new RefitOutcome(null, 0, double.NaN, $"{job.Trigger.Text()}: {e.Message}");
        }

        Duration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        if (outcome.Forecaster is null)
        {
            (outcome.Kept ? Kept : Failed).Add(1);
        }

        return outcome;
    }

    /// <summary>Does a fit of a group. Too little or unusable history is an outcome, not an error.</summary>
    public static BackgroundOutcome Do(BackgroundJob job, CancellationToken cancellation)
    {
        using Activity? activity = Activities.StartActivity("background");
        activity?.SetTag("series.count", job.Series);
        long begun = Stopwatch.GetTimestamp();
        BackgroundOutcome outcome = BackgroundFit.Do(job, cancellation);
        BackgroundDuration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        if (outcome.Model is null)
        {
            Failed.Add(1);
        }

        return outcome;
    }

    public void Dispose() => _slots.Dispose();
}
