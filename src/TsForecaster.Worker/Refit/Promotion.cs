using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// A refit has to earn its place. It is fitted without the last part of the history and forecasts that part, as does the active model,
/// which has not learned from it either; it is turned down when its CRPS is more than the margin above the active model's. One that is
/// taken goes on from where it stands to a fit of everything: what is published learns from the newest values too, while
/// <c>holdout_crps</c> remains a score on values that the scored fit had not seen.
/// </summary>
internal static class Promotion
{
    public static RefitOutcome Decide(RefitJob job, CancellationToken cancellation)
    {
        ModelFit? trial = job.Holdout > 0 ? ModelFit.Of(job, job.History.AsMemory(0, job.History.Length - job.Holdout), job.Active?.Model, cancellation) : null;
        double score = Crps(trial?.Forecaster, job);
        double rival = double.IsNaN(score) ? double.NaN : Crps(job.Active, job);
        string reason = job.Trigger + Figures(score, rival);
        if (score > rival * (1.0 + job.Margin))
        {
            return new RefitOutcome(null, trial!.Windows, trial.LogLikelihood, $"{reason}; the active model is kept") { HoldoutCrps = score, Kept = true };
        }

        ModelFit fit = ModelFit.Of(job, job.History, trial?.Forecaster?.Model ?? job.Active?.Model, cancellation);
        return new RefitOutcome(fit.Forecaster, fit.Windows, fit.LogLikelihood, fit.Trouble ?? reason) { HoldoutCrps = score };
    }

    private static double Crps(Forecaster? forecaster, RefitJob job) =>
        forecaster is null ? double.NaN : HoldoutScore.Crps(forecaster, job.History, job.Holdout);

    private static string Figures(double score, double rival) =>
        double.IsNaN(score) ? ""
        : double.IsNaN(rival) ? string.Create(CultureInfo.InvariantCulture, $": held-out CRPS {score:G4}")
        : string.Create(CultureInfo.InvariantCulture, $": held-out CRPS {score:G4}, the active model's {rival:G4}");
}
