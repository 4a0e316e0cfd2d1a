using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Refit;

/// <summary>
/// Fits the model of a group of series: the one that a search finds best at forecasting the end of every series, or one mixture of series with the settings given.
/// </summary>
internal static class BackgroundFit
{
    /// <summary>Each series holds its adapted members, a few times D² numbers each: a pool of a handful serves nearly as well as all.</summary>
    private const int MostMembers = 4;
    private const int MostDimension = 192;

    /// <summary>A search for a group may cost as much as those of so many series, or of all its series where they are fewer.</summary>
    private const int MostBudgets = 10;

    /// <summary>In units of a window's scale.</summary>
    private const double Limit = 8.0;

    /// <summary>Too little or unusable history is an outcome, not an error.</summary>
    public static BackgroundOutcome Do(BackgroundJob job, CancellationToken cancellation)
    {
        try
        {
            ReadOnlyMemory<double>[] histories = [.. job.Histories.Select(history => (ReadOnlyMemory<double>)history)];
            return new BackgroundOutcome(job.Model.Components is { } components ? Given(job.Model, components, histories, cancellation) : Search(job, histories, cancellation));
        }
        catch (ArgumentException)
        {
            return new BackgroundOutcome(null);
        }
    }

    private static PooledModel? Search(BackgroundJob job, ReadOnlyMemory<double>[] histories, CancellationToken cancellation) => new PanelSearch(histories, new PanelSearchOptions
    {
        Future = job.Model.Future,
        Season = job.Model.Season,
        Past = job.Model.Past,
        Components = [1, 8],
        Relevance = job.Model.Relevance,
        Seed = (ulong)job.Model.Seed,

        // A series that comes later may hold values that have no logarithm.
        Transform = ValueTransform.None,
        MostMembers = MostMembers,
        MostDimension = MostDimension,
        Budget = job.Refit.Budget * Math.Min(MostBudgets, job.Series),
        Threads = 1,
    }).Run(null, cancellation)?.Model;

    private static PooledModel? Given(ModelSettings model, int components, ReadOnlyMemory<double>[] histories, CancellationToken cancellation)
    {
        SeriesMixtureOptions options = new()
        {
            Components = components,
            Overlap = model.Future,
            Ridge = model.Ridge,
            Limit = model.Scaling == Scaling.None ? double.PositiveInfinity : Limit,
            MaxIterations = model.MaxIterations,
            Tolerance = model.Tolerance,
            Seed = (ulong)model.Seed,
            Threads = 1,
        };
        WindowRecipe recipe = new($"mixture of {components} on {model.Shape.Past}", model.Shape, model.Normalisation);
        return PooledMember.Fit(histories, recipe, [options], cancellation)[0] is { } member ? new PooledModel([member], [1.0], ValueTransform.None, model.Relevance) : null;
    }
}
