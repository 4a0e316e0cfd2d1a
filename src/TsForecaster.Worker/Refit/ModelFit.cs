using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Refit;

/// <summary>One fit by a recipe to a stretch of history.</summary>
/// <param name="Forecaster">Null when there is no model.</param>
/// <param name="Windows">Of the member that has most.</param>
/// <param name="LogLikelihood">NaN for several members, whose windows are not the same.</param>
/// <param name="Trouble">Why there is no model.</param>
internal sealed record ModelFit(Forecaster? Forecaster, int Windows, double LogLikelihood, string? Trouble)
{
    /// <summary>Fits the windows of a history. Too little or unusable history is an outcome, not an error.</summary>
    /// <param name="covariates">Of the history's steps, where the recipe has covariates.</param>
    /// <param name="start">The model to go on from, if any.</param>
    public static ModelFit Of(ForecastRecipe recipe, ReadOnlyMemory<double> history, ReadOnlyMemory<double> covariates, ForecastModel? start, CancellationToken cancellation)
    {
        // The pool shares the cores out among refits; the bits are the same for any number of threads.
        recipe = recipe.OnThreads(1);
        ForecastRecipe warm = start is null ? recipe : recipe.From(start);
        ForecastModel? model = warm.Fit(history, covariates, cancellation);
        if (!ReferenceEquals(warm, recipe) && (model is null || model.Members.Count < recipe.Members.Count))
        {
            // What the active model led into may be no dead end for a start of its own; the fit with more members has more behind it.
            ForecastModel? own = recipe.Fit(history, covariates, cancellation);
            model = own?.Members.Count > (model?.Members.Count ?? 0) ? own : model;
        }

        return model is null ? None(recipe, history) : Of(Labelled(model, start, history, covariates));
    }

    /// <summary>Adapts the model of a group to the history of one of its series.</summary>
    public static ModelFit Adapted(PooledModel background, ReadOnlyMemory<double> history) => background.Within(history.Length) is { } within
        ? new ModelFit(new Forecaster(within.Adapt(history)), within.CountWindows(history), double.NaN, null)
        : new ModelFit(null, 0, double.NaN, $"{history.Length} steps are fewer than the group's model looks back");

    private static ModelFit Of(ForecastModel model) => new(
        new Forecaster(model),
        model.Members.Max(member => member.Report.Windows),
        model.Members.Count == 1 ? model.Members[0].Report.LogLikelihood : double.NaN,
        null);

    private static ModelFit None(ForecastRecipe recipe, ReadOnlyMemory<double> history)
    {
        DensityRecipe least = recipe.Members.MinBy(member => (member.Reach, member.Fit.Components))!;
        int windows = WindowSet.Over(history, least.Shape, least.Normalisation, missing: new MissingValues()).Count;
        return new ModelFit(null, windows, double.NaN, windows < Math.Max(2, least.Fit.Components)
            ? $"{windows} windows are too few for {least.Fit.Components} components"
            : "a covariance stayed singular");
    }

    /// <summary>A component keeps its place from refit to refit, so that its number keeps its meaning. Those of an ensemble have none.</summary>
    private static ForecastModel Labelled(ForecastModel model, ForecastModel? start, ReadOnlyMemory<double> history, ReadOnlyMemory<double> covariates)
    {
        WindowModel member = model.Members[0];
        if (model.Members.Count > 1 || member.Mixture.Components == 1 || start is not { Members: [var old] } || old.Mixture.Dimension != member.Mixture.Dimension)
        {
            return model;
        }

        ReadOnlyMemory<double> values = model.Transform.Apply(history);
        if (model.Covariates is { } effects)
        {
            double[] left = values.ToArray();
            CovariateEffects.TakeOff(left, effects.Along(covariates.Span), left);
            values = left;
        }

        WindowSet windows = WindowSet.Over(values, member.Shape, member.Normalisation, missing: new MissingValues());
        WindowModel labelled = new(member.Shape, member.Normalisation, ComponentMatching.Relabel(old.Mixture, member.Mixture, windows), member.Report);
        return new ForecastModel([labelled], [1.0], model.Spread.ToArray(), model.Transform, model.Covariates);
    }
}
