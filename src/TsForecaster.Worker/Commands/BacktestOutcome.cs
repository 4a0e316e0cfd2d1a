using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands;

/// <summary>Everything that a backtest found out.</summary>
internal sealed record BacktestOutcome
{
    /// <summary>Name and value of all that was chosen or given.</summary>
    public required IReadOnlyList<(string Key, object? Value)> Settings { get; init; }

    public required BacktestResult Result { get; init; }

    /// <summary>Empty when they were not asked for.</summary>
    public required IReadOnlyList<BaselineScores> Baselines { get; init; }

    /// <summary>Of the first fit.</summary>
    public required double FitSeconds { get; init; }

    /// <summary>Of forecasting and scoring, refits on the way included.</summary>
    public required double ForecastSeconds { get; init; }
}
