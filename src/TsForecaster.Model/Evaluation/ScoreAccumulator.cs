using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Running sums of all scores over forecasts of one kind. A value that is not finite is missing and is passed over. Adding in
/// the same order, or merging in the same order, gives the same bits. Not thread-safe.
/// </summary>
public sealed class ScoreAccumulator(PointForecast point = PointForecast.Mean)
{
    /// <summary>τ of the weighted quantile loss.</summary>
    private static readonly double[] _levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    private static readonly double[] _levelZ = Array.ConvertAll(_levels, StandardNormal.InverseCdf);

    private const double Alpha = 0.05;
    private static readonly QuantileLevels _allLevels = new([.. _levels, Alpha / 2.0, 1.0 - (Alpha / 2.0)]);
    private static readonly double _upperZ = StandardNormal.InverseCdf(1.0 - (Alpha / 2.0));

    private readonly long[] _pit = new long[10];
    private long _count;
    private long _distributions;
    private long _scaledCount;
    private long _scaledIntervals;
    private long _covered80;
    private long _covered95;
    private double _squared;
    private double _absolute;
    private double _percentage;
    private double _scaled;
    private double _crps;
    private double _quantileLoss;
    private double _magnitude;
    private double _interval;

    /// <param name="actual">y.</param>
    /// <param name="forecast">Its predictive distribution, issued before y was known.</param>
    /// <param name="seasonalError">What MASE and MSIS divide by; where it is not above zero (or NaN) the value does not count for them.</param>
    public StepScore Add(double actual, UnivariateMixture forecast, double seasonalError)
    {
        if (forecast.Weights.Length == 1 && forecast.Transform == ValueTransform.None)
        {
            return AddGaussian(actual, forecast.Means[0], forecast.StandardDeviations[0], seasonalError);
        }

        if (!double.IsFinite(actual))
        {
            return StepScore.None;
        }

        Span<double> all = stackalloc double[_allLevels.Count];
        forecast.Quantiles(_allLevels, all);
        Span<double> quantiles = all[.._levels.Length];
        AddPointScores(actual, point == PointForecast.Mean ? forecast.Mean : quantiles[quantiles.Length / 2], seasonalError);
        StepScore score = new(forecast.Crps(actual), forecast.Cdf(actual));
        AddDistributionScores(actual, quantiles, all[^2], all[^1], score, seasonalError);
        return score;
    }

    /// <summary>A forecast without a distribution: its CRPS is its absolute error, and it has no intervals.</summary>
    public void AddPoint(double actual, double forecast, double seasonalError)
    {
        if (!double.IsFinite(actual) || !double.IsFinite(forecast))
        {
            return;
        }

        AddPointScores(actual, forecast, seasonalError);
        double error = Math.Abs(actual - forecast);
        _crps += error;

        // All quantiles are the same number, and 2τ averages to one over levels that lie symmetrically around a half.
        _quantileLoss += error;
    }

    /// <summary>Adds what another accumulator holds.</summary>
    public void Merge(ScoreAccumulator other)
    {
        _count += other._count;
        _distributions += other._distributions;
        _scaledCount += other._scaledCount;
        _scaledIntervals += other._scaledIntervals;
        _covered80 += other._covered80;
        _covered95 += other._covered95;
        _squared += other._squared;
        _absolute += other._absolute;
        _percentage += other._percentage;
        _scaled += other._scaled;
        _crps += other._crps;
        _quantileLoss += other._quantileLoss;
        _magnitude += other._magnitude;
        _interval += other._interval;
        for (int i = 0; i < _pit.Length; i++)
        {
            _pit[i] += other._pit[i];
        }
    }

    /// <summary>The averages so far.</summary>
    public Scores Result()
    {
        double? mse = Average(_squared, _count);
        return new Scores
        {
            Count = _count,
            Mse = mse,
            Mae = Average(_absolute, _count),
            Rmse = mse is null ? null : Math.Sqrt(mse.Value),
            Smape = Average(_percentage, _count),
            Mase = Average(_scaled, _scaledCount),
            Crps = Average(_crps, _count),
            Wql = _magnitude > 0.0 ? _quantileLoss / _magnitude : null,
            Msis = Average(_interval, _scaledIntervals),
            Coverage80 = Average(_covered80, _distributions),
            Coverage95 = Average(_covered95, _distributions),
            Pit = _distributions > 0 ? [.. _pit] : [],
        };
    }

    /// <summary><see cref="Add"/> for N(mean, deviation²): nothing to search, nothing to allocate. Without a mean (NaN) there is no forecast.</summary>
    internal StepScore AddGaussian(double actual, double mean, double deviation, double seasonalError)
    {
        if (!double.IsFinite(actual) || double.IsNaN(mean))
        {
            return StepScore.None;
        }

        AddPointScores(actual, mean, seasonalError);
        Span<double> quantiles = stackalloc double[_levels.Length];
        for (int i = 0; i < quantiles.Length; i++)
        {
            quantiles[i] = mean + (deviation * _levelZ[i]);
        }

        double half = deviation * _upperZ;
        double pit = deviation > 0.0 ? StandardNormal.Cdf((actual - mean) / deviation) : actual >= mean ? 1.0 : 0.0;
        StepScore score = new(UnivariateMixture.GaussianCrps(actual - mean, deviation), pit);
        AddDistributionScores(actual, quantiles, mean - half, mean + half, score, seasonalError);
        return score;
    }

    private void AddPointScores(double actual, double forecast, double seasonalError)
    {
        double error = Math.Abs(actual - forecast);
        double size = Math.Abs(actual) + Math.Abs(forecast);
        _count++;
        _squared += error * error;
        _absolute += error;
        _percentage += size > 0.0 ? 200.0 * error / size : 0.0;
        _magnitude += Math.Abs(actual);
        if (seasonalError > 0.0)
        {
            _scaled += error / seasonalError;
            _scaledCount++;
        }
    }

    private void AddDistributionScores(double actual, ReadOnlySpan<double> quantiles, double lower, double upper, StepScore score, double seasonalError)
    {
        _crps += score.Crps;
        double loss = 0.0;
        for (int i = 0; i < quantiles.Length; i++)
        {
            loss += 2.0 * Math.Abs((actual - quantiles[i]) * ((quantiles[i] >= actual ? 1.0 : 0.0) - _levels[i]));
        }

        _quantileLoss += loss / quantiles.Length;
        _distributions++;
        _covered80 += actual >= quantiles[0] && actual <= quantiles[^1] ? 1 : 0;
        _covered95 += actual >= lower && actual <= upper ? 1 : 0;
        _pit[Math.Min(_pit.Length - 1, (int)(score.Pit * _pit.Length))]++;
        if (seasonalError > 0.0)
        {
            double outside = Math.Max(0.0, lower - actual) + Math.Max(0.0, actual - upper);
            _interval += (upper - lower + (2.0 / Alpha * outside)) / seasonalError;
            _scaledIntervals++;
        }
    }

    private static double? Average(double sum, long count) => count > 0 ? sum / count : null;
}
