using System.Diagnostics;
using System.Diagnostics.Metrics;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// Does refits in the background, at most <paramref name="concurrency"/> at a time, never on the poll thread. Whichever ends first,
/// the outcome of a job depends on the job alone.
/// </summary>
/// <param name="fit">How a job is done; <see cref="Do"/> unless a test wants to decide when it ends.</param>
public sealed class RefitPool(int concurrency, Func<RefitJob, CancellationToken, RefitOutcome>? fit = null) : IDisposable
{
    private static readonly Meter Meter = new("TsForecaster.Refit");
    private static readonly ActivitySource Activities = new("TsForecaster.Refit");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("tsforecaster.refit.duration", "s", "Time of one refit");
    private static readonly Counter<long> Failed = Meter.CreateCounter<long>("tsforecaster.refit.failed", null, "Refits that gave no model");

    private readonly SemaphoreSlim _slots = new(concurrency);

    /// <summary>Queues a job. The queue holds at most one job a series, since a series has one refit under way.</summary>
    public async Task<RefitOutcome> Start(RefitJob job, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => (fit ?? Do)(job, cancellation), cancellation);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Fits the job's windows. Too little or unusable history is an outcome, not an error.</summary>
    public static RefitOutcome Do(RefitJob job, CancellationToken cancellation)
    {
        using Activity? activity = Activities.StartActivity("refit");
        activity?.SetTag("series", job.Key.ToString());
        long begun = Stopwatch.GetTimestamp();
        RefitOutcome outcome = Fit(job, cancellation);
        Duration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        if (outcome.Forecaster is null)
        {
            Failed.Add(1);
        }

        return outcome;
    }

    private static RefitOutcome Fit(RefitJob job, CancellationToken cancellation)
    {
        // The pool shares the cores out among refits; the bits are the same for any number of threads.
        FitOptions options = job.Options with { Threads = 1 };
        WindowSet all = WindowSet.Over(job.History, job.Shape, job.Normalisation);
        int windows = all.Count;
        if (windows < Math.Max(2, job.Options.Components))
        {
            return new RefitOutcome(null, windows, double.NaN, $"{windows} complete windows are too few for {job.Options.Components} components");
        }

        // A mixture that lost components cannot be gone on from with all of them: start afresh.
        GaussianMixture? from = job.WarmStart?.Mixture is { } active && active.Components == job.Options.Components ? active : null;
        (ForecastModel? model, FitReport report) = ForecastModel.Fit(
            [job.History], job.Shape, job.Normalisation, options with { InitialMixture = from }, cancellation);
        if (model is null && from is not null)
        {
            // What the active model led into may be no dead end for a start of its own.
            (model, report) = ForecastModel.Fit([job.History], job.Shape, job.Normalisation, options, cancellation);
        }

        if (model is null)
        {
            return new RefitOutcome(null, windows, double.NaN, job.WarmStart is null ? "a covariance stayed singular" : "a covariance stayed singular; the last good model is kept");
        }

        if (job.WarmStart is { } old && old.Mixture.Dimension == model.Mixture.Dimension && model.Mixture.Components > 1)
        {
            // A component keeps its place from refit to refit, so that its number keeps its meaning.
            model = new ForecastModel(model.Shape, model.Normalisation, ComponentMatching.Relabel(old.Mixture, model.Mixture, all), report);
        }

        return new RefitOutcome(new Forecaster(model), windows, report.LogLikelihood, job.WarmStart is null ? "first" : "scheduled");
    }

    public void Dispose() => _slots.Dispose();
}
