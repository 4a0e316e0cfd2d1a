namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// Noise around a level, y_t = c + e_t with e ~ N(0, σ²): the mean of the history for every step, with deviation σ √(1 + 1/T)
/// (Hyndman &amp; Athanasopoulos, §5.5).
/// </summary>
public sealed class HistoricalMean : IBaseline
{
    private readonly double _mean;
    private readonly double _deviation;

    private HistoricalMean(double mean, double deviation) => (_mean, _deviation) = (mean, deviation);

    public static HistoricalMean Fit(ReadOnlySpan<double> history)
    {
        int count = 0;
        double sum = 0.0;
        foreach (double value in history)
        {
            sum += double.IsNaN(value) ? 0.0 : value;
            count += double.IsNaN(value) ? 0 : 1;
        }

        double mean = count > 0 ? sum / count : double.NaN;
        double squares = 0.0;
        foreach (double value in history)
        {
            squares += double.IsNaN(value) ? 0.0 : (value - mean) * (value - mean);
        }

        return new HistoricalMean(mean, count > 1 ? Math.Sqrt(squares / (count - 1) * (1.0 + (1.0 / count))) : 0.0);
    }

    /// <summary>The level is learnt from the history alone.</summary>
    public void Observe(double value)
    {
    }

    public void Forecast(Span<double> means, Span<double> deviations)
    {
        means.Fill(_mean);
        deviations.Fill(_deviation);
    }
}
