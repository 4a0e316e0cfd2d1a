namespace TsForecaster.Model.Evaluation;

/// <summary>Which single number of a predictive distribution the point scores (MSE, MAE, RMSE, sMAPE, MASE) judge.</summary>
public enum PointForecast
{
    /// <summary>The best one for the squared error.</summary>
    Mean,

    /// <summary>The best one for the absolute error.</summary>
    Median,
}

/// <summary>
/// Averages over scored values; null where a score makes no sense (nothing scored, an interval of a point forecast, no
/// in-sample error to scale by). Errors carry the unit of the series, squared for <see cref="Mse"/>.
/// </summary>
public sealed record Scores
{
    /// <summary>Values scored; missing ones are not.</summary>
    public required long Count { get; init; }

    public double? Mse { get; init; }

    public double? Mae { get; init; }

    public double? Rmse { get; init; }

    /// <summary>Mean of 200·|y − ŷ| / (|y| + |ŷ|), within 0 … 200; 0 where both are zero.</summary>
    public double? Smape { get; init; }

    /// <summary>Mean of |y − ŷ| over the in-sample mean absolute error of the seasonal naive (Hyndman &amp; Koehler 2006).</summary>
    public double? Mase { get; init; }

    /// <summary>Mean continuous ranked probability score; of a point forecast, its mean absolute error.</summary>
    public double? Crps { get; init; }

    /// <summary>Σ 2|(y − q_τ)(1{q_τ ≥ y} − τ)| / Σ|y|, averaged over τ = 0.1 … 0.9.</summary>
    public double? Wql { get; init; }

    /// <summary>Mean interval score of the central 95 %, scaled as MASE (Makridakis et al. 2020).</summary>
    public double? Msis { get; init; }

    /// <summary>Share of values within the central 80 %, ends included.</summary>
    public double? Coverage80 { get; init; }

    /// <summary>Share of values within the central 95 %, ends included.</summary>
    public double? Coverage95 { get; init; }

    /// <summary>Values by their probability integral transform, in ten equal bins from 0 to 1; flat when calibrated, empty for point forecasts.</summary>
    public IReadOnlyList<long> Pit { get; init; } = [];

    /// <summary>Kolmogorov-Smirnov distance of the probability integral transforms from uniform; known for all steps together only.</summary>
    public double? PitKs { get; init; }

    /// <summary>
    /// ½ (sMAPE / sMAPE of Naive2 + MASE / MASE of Naive2), the M4 competition's overall weighted average. On M4 Hourly Naive2
    /// has 18.383 and 2.395.
    /// </summary>
    public double? Owa(double naive2Smape, double naive2Mase) =>
        0.5 * ((Smape / naive2Smape) + (Mase / naive2Mase));
}
