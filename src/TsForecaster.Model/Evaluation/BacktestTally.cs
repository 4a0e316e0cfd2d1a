using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation;

/// <summary>The scores of a stretch of forecasts and of the seasonal naive from the same origins, and the few forecasts that are kept.</summary>
internal sealed class BacktestTally(int steps, PointForecast point)
{
    private readonly HorizonScores _forecasts = new(steps, point);
    private readonly HorizonScores _naive = new(steps, point);
    private readonly List<ScoredForecast> _examples = [];
    private (ScoredForecast? Forecast, double Crps) _best = (null, double.PositiveInfinity);
    private (ScoredForecast? Forecast, double Crps) _worst = (null, double.NegativeInfinity);
    private long _count;
    private long _skipped;

    public Scores ForecastScores => _forecasts.Overall();

    public Scores NaiveScores => _naive.Overall();

    /// <param name="forecast">Null where there was nothing to forecast from.</param>
    /// <param name="channel">That is scored.</param>
    /// <param name="at">Where it starts; at most F values are scored.</param>
    /// <param name="season">m.</param>
    /// <param name="example">Keep the forecast, be it good or bad.</param>
    /// <param name="keep">Keep the best and the worst; false where every forecast has a model of its own, which is large.</param>
    public void Add(Forecast? forecast, int channel, SeriesOrigin at, int season, bool example, bool keep = true)
    {
        if (forecast is null)
        {
            _skipped++;
            return;
        }

        _count++;
        ReadOnlySpan<double> actuals = at.Actuals.Span;
        double crps = _forecasts.Add(actuals, forecast, at.SeasonalError, channel);
        if (keep)
        {
            Keep(new ScoredForecast(at.Series, at.History, at.Actuals, forecast, crps) { Channel = channel }, at.SeasonalError, example);
        }

        for (int step = 1; step <= actuals.Length; step++)
        {
            _naive.At(step).AddPoint(actuals[step - 1], SeasonalNaive.Forecast(at.History.Span, season, step), at.SeasonalError);
        }
    }

    /// <summary>Adds what a later stretch holds.</summary>
    public void Merge(BacktestTally later)
    {
        _forecasts.Merge(later._forecasts);
        _naive.Merge(later._naive);
        _examples.AddRange(later._examples);
        _best = later._best.Crps < _best.Crps ? later._best : _best;
        _worst = later._worst.Crps > _worst.Crps ? later._worst : _worst;
        _count += later._count;
        _skipped += later._skipped;
    }

    public BacktestResult Result(IReadOnlyList<ColumnScores> columns, int refits = 0) => new()
    {
        Forecasts = _count,
        Skipped = _skipped,
        Refits = refits,
        Overall = ForecastScores,
        PerHorizon = _forecasts.PerHorizon(),
        Pits = _forecasts.Pits,
        SeasonalNaive = NaiveScores,
        SeasonalNaivePerHorizon = _naive.PerHorizon(),
        Columns = columns,
        Kept =
        [
            .. _examples,
            .. _best.Forecast is { } best ? [best with { Kept = KeptAs.Best }] : Array.Empty<ScoredForecast>(),
            .. _worst.Forecast is { } worst ? [worst with { Kept = KeptAs.Worst }] : Array.Empty<ScoredForecast>(),
        ],
    };

    /// <summary>Best and worst are told apart by CRPS in units of the seasonal error, so that large series are not the worst by their size alone.</summary>
    private void Keep(ScoredForecast scored, double seasonalError, bool example)
    {
        if (example)
        {
            _examples.Add(scored);
        }

        double crps = scored.Crps / (seasonalError > 0.0 ? seasonalError : 1.0);
        _best = crps < _best.Crps ? (scored, crps) : _best;
        _worst = crps > _worst.Crps ? (scored, crps) : _worst;
    }
}
