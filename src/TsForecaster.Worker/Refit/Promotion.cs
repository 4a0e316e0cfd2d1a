using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// A refit has to earn its place. It is searched for and fitted without the last part of the history and forecasts that part, as does the
/// active model, which has not learned from it either; it is turned down when its CRPS is more than the margin above the active model's. One
/// that is taken goes on from where it stands to a fit of everything: what is published learns from the newest values too, while
/// <c>holdout_crps</c> remains a score on values that the scored fit had not seen.
/// </summary>
internal static class Promotion
{
    public static RefitOutcome Decide(RefitJob job, CancellationToken cancellation)
    {
        ReadOnlyMemory<double> before = job.History.AsMemory(0, job.History.Length - job.Holdout);
        if (Recipe(job, before, cancellation) is not { } recipe)
        {
            return new RefitOutcome(null, 0, double.NaN, $"{before.Length} steps, or what is observed of them, are too few to choose by how to forecast");
        }

        ModelFit? trial = job.Holdout > 0 ? ModelFit.Of(recipe, before, job.Active?.Model, cancellation) : null;
        double score = Crps(trial?.Forecaster, job);
        double rival = double.IsNaN(score) ? double.NaN : Crps(job.Active, job);
        int searched = job.Search is null ? 0 : job.History.Length;
        string reason = job.Trigger + (searched > 0 ? Chosen(recipe) : "") + Figures(score, rival);
        if (score > rival * (1.0 + job.Margin))
        {
            return new RefitOutcome(null, trial!.Windows, trial.LogLikelihood, $"{reason}; the active model is kept") { HoldoutCrps = score, Kept = true, Searched = searched };
        }

        ModelFit fit = ModelFit.Of(recipe, job.History, trial?.Forecaster?.Model ?? job.Active?.Model, cancellation);
        string? trouble = fit.Trouble is null || job.Active is null ? fit.Trouble : $"{fit.Trouble}; the last good model is kept";
        return new RefitOutcome(fit.Forecaster, fit.Windows, fit.LogLikelihood, trouble ?? reason)
        {
            HoldoutCrps = score,
            Searched = searched,
            Found = searched > 0 && fit.Forecaster is not null ? recipe : null,
        };
    }

    private static ForecastRecipe? Recipe(RefitJob job, ReadOnlyMemory<double> history, CancellationToken cancellation) =>
        job.Search is not { } task ? job.Recipe
        : ModelSelection.TryChoose([history], task with { Threads = 1 }, out SelectionResult? choice, cancellation: cancellation) ? choice.Recipes[0]
        : null;

    private static double Crps(Forecaster? forecaster, RefitJob job) =>
        forecaster is null ? double.NaN : HoldoutScore.Crps(forecaster, job.History, job.Holdout);

    /// <summary>The member that counts most, and how many there are beside it.</summary>
    private static string Chosen(ForecastRecipe recipe)
    {
        int most = recipe.Weights.Index().MaxBy(weight => weight.Item).Index;
        return $", chosen {recipe.Members[most].Name}{(recipe.Members.Count > 1 ? $" and {recipe.Members.Count - 1} more" : "")}";
    }

    private static string Figures(double score, double rival) =>
        double.IsNaN(score) ? ""
        : double.IsNaN(rival) ? string.Create(CultureInfo.InvariantCulture, $": held-out CRPS {score:G4}")
        : string.Create(CultureInfo.InvariantCulture, $": held-out CRPS {score:G4}, the active model's {rival:G4}");
}
