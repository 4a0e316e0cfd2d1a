using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Refit;

/// <summary>One fit by the settings of a job to a stretch of its history.</summary>
/// <param name="Forecaster">Null when there is no model.</param>
/// <param name="Trouble">Why there is none.</param>
internal sealed record ModelFit(Forecaster? Forecaster, int Windows, double LogLikelihood, string? Trouble)
{
    /// <summary>Fits the windows of a history. Too little or unusable history is an outcome, not an error.</summary>
    /// <param name="start">The model to go on from, if any.</param>
    public static ModelFit Of(RefitJob job, ReadOnlyMemory<double> history, ForecastModel? start, CancellationToken cancellation)
    {
        // The pool shares the cores out among refits; the bits are the same for any number of threads.
        FitOptions options = job.Options with { Threads = 1 };
        WindowSet all = WindowSet.Over(history, job.Shape, job.Normalisation, missing: new MissingValues());
        int windows = all.Count;
        if (windows < Math.Max(2, options.Components))
        {
            return new ModelFit(null, windows, double.NaN, $"{windows} windows are too few for {options.Components} components");
        }

        // A mixture that lost components cannot be gone on from with all of them: start afresh.
        GaussianMixture? from = start?.Members[0].Mixture is { } mixture && mixture.Components == options.Components ? mixture : null;
        (WindowModel? model, FitReport report) = WindowModel.Fit([history], job.Shape, job.Normalisation, options with { InitialMixture = from }, cancellation);
        if (model is null && from is not null)
        {
            // What the active model led into may be no dead end for a start of its own.
            (model, report) = WindowModel.Fit([history], job.Shape, job.Normalisation, options, cancellation);
        }

        if (model is null)
        {
            return new ModelFit(null, windows, double.NaN, job.Active is null ? "a covariance stayed singular" : "a covariance stayed singular; the last good model is kept");
        }

        if (start?.Members[0] is { } old && old.Mixture.Dimension == model.Mixture.Dimension && model.Mixture.Components > 1)
        {
            // A component keeps its place from refit to refit, so that its number keeps its meaning.
            model = new WindowModel(model.Shape, model.Normalisation, ComponentMatching.Relabel(old.Mixture, model.Mixture, all), report);
        }

        return new ModelFit(new Forecaster(new ForecastModel(model)), windows, report.LogLikelihood, null);
    }
}
