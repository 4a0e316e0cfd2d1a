using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>One candidate of a search.</summary>
/// <param name="Recipe">How its windows are cut.</param>
/// <param name="Transform">Of the values.</param>
/// <param name="Components">K that the fit began with.</param>
/// <param name="Loss">On the held-out steps, relative to Naive2: CRPS in the place of the errors of OWA; NaN when it could not be fitted.</param>
/// <param name="Kept">Whether it is a member of the pool.</param>
public sealed record TriedCandidate(WindowRecipe Recipe, ValueTransform Transform, int Components, double Loss, bool Kept);

/// <summary>What a search came to.</summary>
public sealed record PanelSelection
{
    /// <summary>Fitted to the whole of every series.</summary>
    public required PooledModel Model { get; init; }

    /// <summary>In the order they were tried.</summary>
    public required IReadOnlyList<TriedCandidate> Tried { get; init; }

    /// <summary>L; 0 when none was found.</summary>
    public required int LongSeason { get; init; }

    /// <summary>Loss of the candidates kept, as a pool.</summary>
    public required double PoolLoss { get; init; }
}
