using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;

namespace TsForecaster.Model.Evaluation;

/// <summary>The models of a backtest: one, or one a column.</summary>
/// <param name="Models">Null where a fit failed; the report of the same place says why.</param>
/// <param name="Reports">One a model.</param>
public sealed record BacktestFit(IReadOnlyList<ForecastModel?> Models, IReadOnlyList<FitReport> Reports)
{
    public bool Succeeded => Models.All(model => model is not null);
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
