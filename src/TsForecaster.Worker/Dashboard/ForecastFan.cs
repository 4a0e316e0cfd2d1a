using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Dashboard;

/// <summary>
/// An issued forecast as a fan of quantiles, one step a horizon from 1 to F. The quantiles are searched for when somebody first
/// asks, once.
/// </summary>
public sealed class ForecastFan
{
    private static readonly QuantileLevels _levels = new(0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95);

    private readonly IssuedForecast _forecast;
    private readonly long _issuingStart;
    private readonly long _interval;
    private IReadOnlyList<FanStep>? _steps;

    /// <param name="issuingStart">Start of the cell at whose end the forecast was issued, nanoseconds.</param>
    /// <param name="interval">Length of a cell, nanoseconds.</param>
    public ForecastFan(IssuedForecast forecast, long issuingStart, long interval) =>
        (_issuingStart, _interval, _forecast) = (issuingStart, interval, forecast);

    /// <summary>The end of the issuing cell, nanoseconds since 1970 UTC.</summary>
    public long Issued => _issuingStart + _interval;

    public string Model => _forecast.Model;

    /// <summary>All steps together.</summary>
    public Forecast Density => _forecast.Density;

    /// <summary>The distribution of one step, from 1.</summary>
    public UnivariateMixture Marginal(int step) => _forecast.Marginal(step);

    // Two who ask at once may both search, for the same numbers.
    public IReadOnlyList<FanStep> Steps => _steps ??= Unfold();

    private FanStep[] Unfold()
    {
        FanStep[] steps = new FanStep[Density.Steps];
        Span<double> q = stackalloc double[_levels.Count];
        for (int horizon = 1; horizon <= steps.Length; horizon++)
        {
            UnivariateMixture marginal = _forecast.Marginal(horizon);
            marginal.Quantiles(_levels, q);
            steps[horizon - 1] = new FanStep(
                horizon,
                _issuingStart + (horizon * _interval),
                marginal.Mean,
                marginal.StandardDeviation,
                q[0],
                q[1],
                q[2],
                q[3],
                q[4],
                q[5],
                q[6]);
        }

        return steps;
    }
}

/// <summary>The predictive distribution of one future cell.</summary>
/// <param name="Start">Start of the target cell, nanoseconds since 1970 UTC.</param>
public sealed record FanStep(
    int Horizon, long Start, double Mean, double Sd, double P05, double P10, double P25, double P50, double P75, double P90, double P95);
