using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>
/// How bad forecasts of the last F steps of a panel are, by the CRPS c_s of each series s: the M4 competition's OWA with distributions in the place
/// of points,
/// <code>½ (Σ_s c_s / e_s) / (Σ_s n_s / e_s) + ½ (Σ_s c_s / a_s) / (Σ_s n_s / a_s)</code>
/// with e_s the in-sample error of the seasonal naive, as MASE has it, a_s the mean |y| of the steps, for what sMAPE stands, and n_s the mean absolute error of
/// Naive2. Neither the series that vary much nor those that vary little decide alone.
/// </summary>
internal sealed class PanelLoss
{
    private readonly ReadOnlyMemory<double>[] _actuals;
    private readonly double[] _errorShares;
    private readonly double[] _levelShares;
    private readonly int _threads;

    /// <param name="series">Whole; the part before the last F steps is what is forecast from.</param>
    /// <param name="future">F.</param>
    /// <param name="season">m.</param>
    /// <param name="threads">At work, at most; 0 for one a core.</param>
    public PanelLoss(IReadOnlyList<ReadOnlyMemory<double>> series, int future, int season, int threads)
    {
        _threads = threads;
        List<int> judged = [];
        List<double> errors = [], levels = [], naive = [];
        for (int s = 0; s < series.Count; s++)
        {
            int known = series[s].Length - future;
            if (known < 1 || double.IsNaN(series[s].Span[known - 1]))
            {
                continue;
            }

            ReadOnlySpan<double> history = series[s].Span[..known], actuals = series[s].Span[known..];
            double error = SeasonalNaive.InSampleError(history, season);
            double miss = MeanAbsolute(actuals, Naive2.Forecast(history, season, future)), level = MeanAbsolute(actuals, new double[future]);
            if (error > 0.0 && level > 0.0)
            {
                judged.Add(s);
                errors.Add(error);
                levels.Add(level);
                naive.Add(miss);
            }
        }

        (Series, _actuals) = (judged, [.. judged.Select(s => series[s][^future..])]);
        (_errorShares, _levelShares) = (Shares(errors, naive), Shares(levels, naive));
    }

    /// <summary>Which series are judged: those that are observed where it matters, and not constant.</summary>
    public IReadOnlyList<int> Series { get; }

    /// <summary>The loss of a pool with equal weights; 0 when no series can be judged.</summary>
    /// <param name="pool">Of each member a forecast for each series of <see cref="Series"/>.</param>
    /// <param name="transform">Of the values.</param>
    public double Of(IReadOnlyList<GaussianPath[]> pool, ValueTransform transform)
    {
        double[] weights = new double[pool.Count];
        Array.Fill(weights, 1.0 / pool.Count);
        double[] scores = ScoringRun.Score(
            _actuals.Length,
            i =>
            {
                ReadOnlySpan<double> actuals = _actuals[i].Span;
                double sum = 0.0;
                int observed = 0;
                for (int step = 0; step < actuals.Length; step++)
                {
                    if (!double.IsNaN(actuals[step]))
                    {
                        UnivariateMixture mixture = new(weights, [.. pool.Select(own => own[i].Means[step])], [.. pool.Select(own => own[i].Deviations[step])], transform);
                        sum += mixture.Crps(actuals[step]);
                        observed++;
                    }
                }

                return sum / observed;
            },
            null,
            CancellationToken.None,
            _threads);
        double loss = 0.0;
        for (int i = 0; i < scores.Length; i++)
        {
            loss += 0.5 * scores[i] * (_errorShares[i] + _levelShares[i]);
        }

        return loss;
    }

    /// <summary>What a unit of each series counts: 1/scale over Σ n/scale. With a naive method without errors, over their number.</summary>
    private static double[] Shares(List<double> scales, List<double> naive)
    {
        double total = scales.Zip(naive, (scale, error) => error / scale).Sum();
        return [.. scales.Select(scale => 1.0 / scale / (total > 0.0 ? total : scales.Count))];
    }

    /// <summary>Over the values observed; NaN without any.</summary>
    private static double MeanAbsolute(ReadOnlySpan<double> actuals, double[] forecast)
    {
        double sum = 0.0;
        int observed = 0;
        for (int i = 0; i < actuals.Length; i++)
        {
            sum += double.IsNaN(actuals[i]) ? 0.0 : Math.Abs(actuals[i] - forecast[i]);
            observed += double.IsNaN(actuals[i]) ? 0 : 1;
        }

        return sum / observed;
    }
}
