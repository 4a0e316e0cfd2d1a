using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// A refit has to earn its place, be it a fit to the series alone or its group's model adapted to it. It is searched for and fitted without the last part of the history and forecasts that part, as does the
/// active model, which has not learned from it either; it is turned down when its CRPS is more than the margin above the active model's. One
/// that is taken goes on from where it stands to a fit of everything: what is published learns from the newest values too, while
/// <c>holdout_crps</c> remains a score on values that the scored fit had not seen: the smaller of two, where channels or the calendar were left out for it.
/// </summary>
internal static class Promotion
{
    public static RefitOutcome Decide(RefitJob job, CancellationToken cancellation)
    {
        ReadOnlyMemory<double> covariates = job.Known?.Rows(job.Steps + Future(job)) ?? [];
        int known = job.Known?.Calendar.Count ?? 0;
        ForecastRecipe? chosen = Chosen(job, job.Before, covariates[..((job.Steps - job.Holdout) * known)], cancellation), recipe = chosen ?? job.Recipe;
        int searched = job.Search is null ? 0 : job.Steps;
        string reason = job.Trigger.Text() + (chosen is not null ? Name(chosen) : job.Background is not null ? $", adapted from the model of {job.Pooled} series" : "");
        if (recipe is null && job.Background is null)
        {
            return new RefitOutcome(null, 0, double.NaN, $"{reason}: {job.Before.Length} steps, or what is observed of them, are too few to choose by how to forecast") { Searched = searched };
        }

        int channels = JointChannels.Learnable(job);
        ModelFit? trial = job.Holdout > 0 ? Fit(recipe, channels, job.Before, job.Active?.Model) : null;
        if (channels > 1 && trial is not null && Fit(recipe, 1, job.Before, job.Active?.Model) is var alone && IsBetter(alone, trial, job, covariates))
        {
            (channels, trial) = (1, alone);
        }

        // A search has decided on the calendar already.
        if (chosen is null && recipe?.Regression is not null && trial is not null
            && recipe with { Regression = null } is var without && Fit(without, 1, job.Before, job.Active?.Model) is var plain && IsBetter(plain, trial, job, covariates))
        {
            (recipe, trial) = (without, plain);
            reason += ", without the calendar";
        }

        reason += job.Channels > 1 ? $", {channels} of {job.Channels} channels" : "";
        (double score, double rival) = Compare(trial?.Forecaster, job, covariates);
        if (score > rival * (1.0 + job.Margin))
        {
            return new RefitOutcome(null, trial!.Windows, trial.LogLikelihood, $"{reason}{Figures(score, rival)}; the active model is kept") { HoldoutCrps = score, Kept = true, Searched = searched };
        }

        ModelFit fit = Fit(recipe, channels, job.History, trial?.Forecaster?.Model ?? job.Active?.Model);
        string? trouble = fit.Trouble is null ? null : $"{reason}: {fit.Trouble}{(job.Active is null ? "" : "; the last good model is kept")}";
        return new RefitOutcome(fit.Forecaster, fit.Windows, fit.LogLikelihood, trouble ?? (reason + Figures(score, rival)))
        {
            HoldoutCrps = score,
            Searched = searched,
            Found = fit.Forecaster is not null ? chosen : null,
        };

        ModelFit Fit(ForecastRecipe? by, int kept, ReadOnlyMemory<double> history, ForecastModel? start) => job.Background is { } background
            ? ModelFit.Adapted(background, history)
            : ModelFit.Of(JointChannels.Of(by!, kept), JoinedHistory.First(history, job.Channels, kept), covariates[..(history.Length / job.Channels * known)], start, cancellation);
    }

    /// <summary>Whether a series is forecast better by itself than with what may tell nothing of it.</summary>
    private static bool IsBetter(ModelFit alone, ModelFit joint, RefitJob job, ReadOnlyMemory<double> covariates) =>
        alone.Forecaster is { } own && (joint.Forecaster is not { } all || (Score(job, covariates, own, all) is [var apart, var together] && apart < together));

    /// <summary>What a search finds; null when there is none, or it finds nothing.</summary>
    private static ForecastRecipe? Chosen(RefitJob job, ReadOnlyMemory<double> history, ReadOnlyMemory<double> covariates, CancellationToken cancellation) =>
        job.Search is { } task && ModelSelection.TryChoose([history], task with { Threads = 1, Covariates = covariates }, out SelectionResult? choice, cancellation: cancellation) ? choice.Recipes[0] : null;

    /// <summary>The held-out CRPS of a trial and of the active model, on the same values; NaN for none, and for the active model where it has no forecast beside the trial's.</summary>
    private static (double Trial, double Active) Compare(Forecaster? trial, RefitJob job, ReadOnlyMemory<double> covariates)
    {
        if (trial is null)
        {
            return (double.NaN, double.NaN);
        }

        return job.Active is { } active && Score(job, covariates, trial, active) is var scores && !double.IsNaN(scores[0])
            ? (scores[0], scores[1])
            : (Score(job, covariates, trial)[0], double.NaN);
    }

    private static double[] Score(RefitJob job, ReadOnlyMemory<double> covariates, params Forecaster[] forecasters) =>
        HoldoutScore.Crps(forecasters, JoinedHistory.First(job.History, job.Channels, forecasters.Max(forecaster => forecaster.Model.Channels)).Span, job.Holdout, covariates.Span);

    private static int Future(RefitJob job) => job.Search?.Future ?? job.Recipe?.Members[0].Shape.Future ?? 0;

    /// <summary>The member that counts most, and how many there are beside it.</summary>
    private static string Name(ForecastRecipe recipe)
    {
        int most = recipe.Weights.Index().MaxBy(weight => weight.Item).Index;
        return $", chosen {recipe.Members[most].Name}{(recipe.Members.Count > 1 ? $" and {recipe.Members.Count - 1} more" : "")}";
    }

    private static string Figures(double score, double rival) =>
        double.IsNaN(score) ? ""
        : double.IsNaN(rival) ? string.Create(CultureInfo.InvariantCulture, $": held-out CRPS {score:G4}")
        : string.Create(CultureInfo.InvariantCulture, $": held-out CRPS {score:G4}, the active model's {rival:G4}");
}
