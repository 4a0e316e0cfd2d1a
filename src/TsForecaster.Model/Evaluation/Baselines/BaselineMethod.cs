namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>A way to make an <see cref="IBaseline"/> from a history (one channel, oldest value first, NaN where missing).</summary>
/// <param name="Name">In reports.</param>
/// <param name="Fit">Reads the history and keeps nothing of it but what it learnt; the same history gives the same bits.</param>
public sealed record BaselineMethod(string Name, Func<ReadOnlySpan<double>, IBaseline> Fit)
{
    /// <summary>
    /// What a forecaster should beat: the benchmark methods of Hyndman &amp; Athanasopoulos, Forecasting: Principles and Practice
    /// (3rd ed.), §5.2 with the intervals of §5.5, and the damped additive Holt-Winters method.
    /// </summary>
    /// <param name="season">m; 1 for none, when the seasonal naive is the random walk and left out.</param>
    public static IReadOnlyList<BaselineMethod> All(int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        return
        [
            .. season > 1 ? [new BaselineMethod("seasonal_naive", history => SeasonalWalk.Fit(history, season))] : Array.Empty<BaselineMethod>(),
            new("random_walk", history => SeasonalWalk.Fit(history, 1)),
            new("drift", history => DriftWalk.Fit(history)),
            new("mean", history => HistoricalMean.Fit(history)),
            new("holt_winters", history => HoltWinters.Fit(history, season)),
        ];
    }
}
