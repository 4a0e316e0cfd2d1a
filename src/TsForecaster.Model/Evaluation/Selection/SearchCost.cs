using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// What a search costs, in 10⁹ operations: counted, not timed, so that a budget means the same candidates on every machine. A base fit
/// counts once for all candidates that share it.
/// </summary>
/// <param name="rows">Fitted rows of the longest series.</param>
/// <param name="series">Series that share the fits.</param>
internal sealed class SearchCost(int rows, int series)
{
    private readonly HashSet<DensityRecipe> _bases = [];

    /// <summary>What the candidate adds to what was counted before.</summary>
    public double Next(Candidate candidate) => candidate.Recipes.Sum(recipe =>
        recipe.FinishCost + (_bases.Contains(recipe.Base) ? 0.0 : recipe.FitCost((long)Math.Max(0, rows - recipe.Shape.Reach - recipe.Shape.Future) * series))) / 1e9;

    /// <summary>Counts the candidate; returns what it added.</summary>
    public double Add(Candidate candidate)
    {
        double cost = Next(candidate);
        _bases.UnionWith(candidate.Recipes.Select(recipe => recipe.Base));
        return cost;
    }

    /// <summary>Of all candidates, in their order.</summary>
    public double Of(IEnumerable<Candidate> candidates) => candidates.Sum(Add);
}
