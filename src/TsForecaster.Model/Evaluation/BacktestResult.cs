using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;

namespace TsForecaster.Model.Evaluation;

/// <summary>The models of a backtest: one, or one a column.</summary>
/// <param name="Models">Null where a fit failed; the report of the same place says why. None when they are made from <see cref="Selection"/>.</param>
/// <param name="Reports">One a model.</param>
public sealed record BacktestFit(IReadOnlyList<ForecastModel?> Models, IReadOnlyList<FitReport> Reports)
{
    public bool Succeeded => Selection is not null || (Models.Count > 0 && Models.All(model => model is not null));

    /// <summary>What a search over a panel came to: the model of a series is made from it when the series is forecast.</summary>
    public PanelSelection? Selection { get; init; }

    /// <summary>What a search chose, for all columns or one each; empty without one.</summary>
    public IReadOnlyList<SelectionResult> Choices { get; init; } = [];
}

/// <summary>The scores of one column.</summary>
public sealed record ColumnScores(string Name, Scores Scores, Scores SeasonalNaive);

/// <summary>How well the forecasts did, with the seasonal naive beside them on the same values.</summary>
public sealed record BacktestResult
{
    /// <summary>Future windows forecast: origins × columns.</summary>
    public required long Forecasts { get; init; }

    /// <summary>Origins without a forecast, because nothing of their past was observed.</summary>
    public required long Skipped { get; init; }

    /// <summary>How often the models were fitted anew while the part was walked through.</summary>
    public int Refits { get; init; }

    /// <summary>Over all forecasts, steps and columns.</summary>
    public required Scores Overall { get; init; }

    /// <summary>Step 1 first.</summary>
    public required IReadOnlyList<Scores> PerHorizon { get; init; }

    /// <summary>Of all forecasts.</summary>
    public required PitHistogram Pits { get; init; }

    public required Scores SeasonalNaive { get; init; }

    public required IReadOnlyList<Scores> SeasonalNaivePerHorizon { get; init; }

    /// <summary>Of Naive2, the M4 competition's benchmark; its <see cref="Scores.Smape"/> and <see cref="Scores.Mase"/> are what OWA divides by. Null but for panels.</summary>
    public Scores? Naive2 { get; init; }

    /// <summary>The competition's overall weighted average.</summary>
    public double? Owa => Naive2 is { Smape: { } smape, Mase: { } mase } ? Overall.Owa(smape, mase) : null;

    /// <summary>In the order of the input.</summary>
    public required IReadOnlyList<ColumnScores> Columns { get; init; }

    /// <summary>A few forecasts to look at: evenly spaced ones in their order, then the best and the worst by CRPS over the seasonal error.</summary>
    public required IReadOnlyList<ScoredForecast> Kept { get; init; }
}

/// <summary>How well a simple method did from the same origins.</summary>
public sealed record BaselineScores
{
    /// <summary>Of the <see cref="Baselines.BaselineMethod"/>.</summary>
    public required string Name { get; init; }

    public required Scores Overall { get; init; }

    /// <summary>Step 1 first.</summary>
    public required IReadOnlyList<Scores> PerHorizon { get; init; }

    /// <summary>In the order of the input.</summary>
    public required IReadOnlyList<Scores> Columns { get; init; }
}
