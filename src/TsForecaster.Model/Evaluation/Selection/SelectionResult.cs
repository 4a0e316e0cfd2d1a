using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>What came of one candidate.</summary>
/// <param name="Name">Of the candidate.</param>
/// <param name="Transform">What its windows were cut from: "log" or "none"; with ", without covariates" where their effects were taken off.</param>
/// <param name="RelativeMse">Mean squared error on held-out rows, over that of the reference, averaged over the series; NaN when it could not be fitted.</param>
/// <param name="Weight">Its share in the forecast, averaged over the series.</param>
public sealed record Trial(string Name, string Transform, double RelativeMse, double Weight);

/// <summary>What was chosen, and why.</summary>
public sealed record SelectionResult
{
    /// <summary>One a series. They share members and differ in weights.</summary>
    public required IReadOnlyList<ForecastRecipe> Recipes { get; init; }

    /// <summary>All candidates that were tried.</summary>
    public required IReadOnlyList<Trial> Trials { get; init; }

    /// <summary>The simple forecast that everything was measured against, for the first series.</summary>
    public required string Reference { get; init; }

    /// <summary>Share of the combination in the forecast; the rest is the reference. 1 where its gain is beyond doubt.</summary>
    public required double Trust { get; init; }

    /// <summary>Mean squared error of the combination on held-out rows, weights found on other held-out rows, over the reference's (geometric mean over stretches).</summary>
    public required double RelativeMse { get; init; }

    /// <summary>Rows that candidates were fitted to, and rows they were judged on.</summary>
    public required (int Fitted, int HeldOut) Rows { get; init; }

    /// <summary>What the search cost, in the budget's units.</summary>
    public required double Cost { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Reason { get; init; }
}
