using TsForecaster.Model.Evaluation.Baselines;

namespace TsForecaster.Model.Evaluation;

/// <summary>Scores of simple methods on the origins of the forecasts.</summary>
internal static class BaselineWalk
{
    /// <summary>Lets a method walk along one series, fitted anew where the schedule says so.</summary>
    /// <param name="method">Which.</param>
    /// <param name="origins">Rising, of the same series, with the rows that the method may have been fitted on.</param>
    /// <param name="steps">F.</param>
    /// <param name="point">What the point scores judge.</param>
    public static HorizonScores Along(BaselineMethod method, IEnumerable<(SeriesOrigin At, int RowsBehind)> origins, int steps, PointForecast point)
    {
        var scores = new HorizonScores(steps, point);
        (double[] means, double[] deviations) = (new double[steps], new double[steps]);
        IBaseline? baseline = null;
        int fitted = 0, seen = 0;
        foreach ((SeriesOrigin at, int rows) in origins)
        {
            ReadOnlySpan<double> history = at.History.Span;
            if (baseline is null || rows != fitted)
            {
                baseline = method.Fit(history[..rows]);
                fitted = seen = rows;
            }

            for (; seen < at.Origin; seen++)
            {
                baseline.Observe(history[seen]);
            }

            baseline.Forecast(means.AsSpan(0, at.Steps), deviations.AsSpan(0, at.Steps));
            for (int i = 0; i < at.Steps; i++)
            {
                scores.AddGaussian(i + 1, at.Actuals.Span[i], means[i], deviations[i], at.SeasonalError);
            }
        }

        return scores;
    }

    /// <param name="methods">In the order of the result.</param>
    /// <param name="series">How many columns or series there are.</param>
    /// <param name="along">Scores one method along one series; called from several threads.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Looked at between series.</param>
    public static IReadOnlyList<BaselineScores> Score(IReadOnlyList<BaselineMethod> methods, int series, Func<BaselineMethod, int, HorizonScores> along, IProgress<double>? progress, CancellationToken cancellation)
    {
        HorizonScores[] scores = ScoringRun.Score(methods.Count * series, i => along(methods[i / series], i % series), progress, cancellation);
        return [.. methods.Select((method, m) => Merged(method.Name, scores.AsSpan(m * series, series)))];
    }

    private static BaselineScores Merged(string name, ReadOnlySpan<HorizonScores> series)
    {
        var columns = new Scores[series.Length];
        HorizonScores overall = series[0];
        for (int i = 0; i < series.Length; i++)
        {
            columns[i] = series[i].Overall();
            if (i > 0)
            {
                overall.Merge(series[i]);
            }
        }

        return new BaselineScores { Name = name, Overall = overall.Overall(), PerHorizon = overall.PerHorizon(), Columns = columns };
    }
}
