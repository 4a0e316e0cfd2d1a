using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation;

/// <summary>The scores of a stretch of forecasts and of the seasonal naive from the same origins.</summary>
internal sealed class BacktestTally(int steps, PointForecast point)
{
    private readonly HorizonScores _forecasts = new(steps, point);
    private readonly HorizonScores _naive = new(steps, point);
    private long _count;
    private long _skipped;

    public Scores ForecastScores => _forecasts.Overall();

    public Scores NaiveScores => _naive.Overall();

    /// <param name="forecaster">For one channel.</param>
    /// <param name="history">All values up to the origin; when shorter than P, what is before it is missing.</param>
    /// <param name="actuals">The values after the origin, at most F.</param>
    /// <param name="season">m.</param>
    /// <param name="seasonalError">Of the training part.</param>
    public void Add(Forecaster forecaster, ReadOnlySpan<double> history, ReadOnlySpan<double> actuals, int season, double seasonalError)
    {
        ReadOnlySpan<double> past = LastSteps(history, forecaster.Model.Shape.Past);
        if (!past.ContainsAnyExcept(double.NaN))
        {
            _skipped++;
            return;
        }

        _count++;
        _forecasts.Add(actuals, forecaster.Predict(past), seasonalError);
        for (int step = 1; step <= actuals.Length; step++)
        {
            _naive.At(step).AddPoint(actuals[step - 1], SeasonalNaive.Forecast(history, season, step), seasonalError);
        }
    }

    public void Merge(BacktestTally other)
    {
        _forecasts.Merge(other._forecasts);
        _naive.Merge(other._naive);
        _count += other._count;
        _skipped += other._skipped;
    }

    public BacktestResult Result(IReadOnlyList<ColumnScores> columns) => new()
    {
        Forecasts = _count,
        Skipped = _skipped,
        Overall = ForecastScores,
        PerHorizon = _forecasts.PerHorizon(),
        SeasonalNaive = NaiveScores,
        SeasonalNaivePerHorizon = _naive.PerHorizon(),
        Columns = columns,
    };

    private static ReadOnlySpan<double> LastSteps(ReadOnlySpan<double> history, int count)
    {
        if (history.Length >= count)
        {
            return history[^count..];
        }

        var padded = new double[count];
        padded.AsSpan(0, count - history.Length).Fill(double.NaN);
        history.CopyTo(padded.AsSpan(count - history.Length));
        return padded;
    }
}
