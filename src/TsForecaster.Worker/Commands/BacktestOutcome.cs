using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Evaluation.Selection;

namespace TsForecaster.Worker.Commands;

/// <summary>Everything that a backtest found out.</summary>
internal sealed record BacktestOutcome
{
    /// <summary>What was forecast, in a few words.</summary>
    public required string Subject { get; init; }

    /// <summary>What the values and their errors are.</summary>
    public required string Unit { get; init; }

    /// <summary>m of the seasonal naive.</summary>
    public required int Season { get; init; }

    /// <summary>When the rows were, in nanoseconds since 1970 UTC; null when that is not known.</summary>
    public IReadOnlyList<long>? Times { get; init; }

    /// <summary>Name and value of all that was chosen or given.</summary>
    public required IReadOnlyList<(string Key, object? Value)> Settings { get; init; }

    /// <summary>What a search came to; null without one.</summary>
    public PanelSelection? Selection { get; init; }

    /// <summary>What a search over columns chose; empty without one.</summary>
    public IReadOnlyList<SelectionResult> Choices { get; init; } = [];

    public required BacktestResult Result { get; init; }

    /// <summary>Empty when they were not asked for.</summary>
    public required IReadOnlyList<BaselineScores> Baselines { get; init; }

    /// <summary>Of the first fit.</summary>
    public required double FitSeconds { get; init; }

    /// <summary>Of forecasting and scoring, refits on the way included.</summary>
    public required double ForecastSeconds { get; init; }
}
