using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>
/// What the calendar moves the forecasts of a series' model by: one number a step, of those it looks back on and those to come. They follow from the model and the time, so
/// that nothing of them is kept across restarts.
/// </summary>
/// <param name="calendar">Null where models have no covariates.</param>
/// <param name="interval">Of cells, nanoseconds.</param>
internal sealed class StepEffects(CalendarCovariates? calendar, long interval)
{
    private readonly double[] _covariates = new double[calendar?.Count ?? 0];
    private SeriesHistory _effects = new(1);
    private ForecastModel? _model;
    private long _end;

    /// <summary>Of the steps that a forecast is made from and about, <see cref="ForecastModel.Reach"/> + F numbers; none where the model has no covariates.</summary>
    /// <param name="next">Start of the first step to come.</param>
    public ReadOnlySpan<double> Around(ForecastModel model, long next)
    {
        if (model.Covariates is null)
        {
            return default;
        }

        int steps = model.Reach + model.Future;
        long end = next + (model.Future * interval), begin = end - (steps * interval);
        if (model != _model || _end <= begin || _end > end)
        {
            (_model, _effects, _end) = (model, new SeriesHistory(steps), begin);
        }

        for (; _end < end; _end += interval)
        {
            _effects.Append(Of(model.Covariates, _end), []);
        }

        return _effects.Last(steps);
    }

    /// <summary>Of so many steps before one.</summary>
    public double[] Before(ForecastModel model, long next, int steps)
    {
        CovariateEffects? effects = model.Covariates;
        return effects is null ? [] : [.. Enumerable.Range(0, steps).Select(i => Of(effects, next - ((steps - i) * interval)))];
    }

    private double Of(CovariateEffects effects, long start)
    {
        calendar!.Write(start, _covariates);
        return effects.Of(_covariates);
    }
}
