using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>What kind of forecast a candidate makes; selection trusts them differently.</summary>
public enum CandidateKind
{
    /// <summary>The last value, the mean, the last season: what nobody is worse off with.</summary>
    Reference,

    /// <summary>Relative to the recent level, which it keeps.</summary>
    Levelled,

    /// <summary>Pulled towards the mean of the training rows, which is worse than useless when the level has moved for good.</summary>
    Reverting,
}

/// <summary>One or several recipes that are tried as one, with equal shares: several fits of a mixture from different starts, say.</summary>
public sealed record Candidate(string Name, CandidateKind Kind, IReadOnlyList<DensityRecipe> Recipes)
{
    public Candidate(CandidateKind kind, DensityRecipe recipe)
        : this(recipe.Name, kind, [recipe])
    {
    }

    /// <summary>Steps of history that a forecast needs.</summary>
    public int Reach => Recipes.Max(recipe => recipe.Reach);
}
