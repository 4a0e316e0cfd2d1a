using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

/// <summary>The scores as their definitions read, each with its own pass over all scored values.</summary>
internal sealed class NaiveScores(PointForecast point = PointForecast.Mean)
{
    private readonly List<(double Actual, UnivariateMixture Forecast, double SeasonalError)> _values = [];

    public void Add(double actual, UnivariateMixture forecast, double seasonalError) => _values.Add((actual, forecast, seasonalError));

    public void AssertEqual(Scores scores)
    {
        (double Actual, UnivariateMixture Forecast, double SeasonalError)[] scaled = [.. _values.Where(v => v.SeasonalError > 0.0)];
        Assert.Equal(_values.Count, scores.Count);
        Close(_values.Average(v => Math.Pow(Error(v.Actual, v.Forecast), 2)), scores.Mse);
        Close(Math.Sqrt(_values.Average(v => Math.Pow(Error(v.Actual, v.Forecast), 2))), scores.Rmse);
        Close(_values.Average(v => Error(v.Actual, v.Forecast)), scores.Mae);
        Close(_values.Average(v => 200.0 * Error(v.Actual, v.Forecast) / (Math.Abs(v.Actual) + Math.Abs(Point(v.Forecast)))), scores.Smape);
        Close(scaled.Average(v => Error(v.Actual, v.Forecast) / v.SeasonalError), scores.Mase);
        Close(_values.Average(v => v.Forecast.Crps(v.Actual)), scores.Crps);
        Close(scaled.Average(v => IntervalScore(v.Actual, v.Forecast.Quantile(0.025), v.Forecast.Quantile(0.975)) / v.SeasonalError), scores.Msis);
        Close(_values.Average(v => Covered(v.Actual, v.Forecast, 0.1)), scores.Coverage80);
        Close(_values.Average(v => Covered(v.Actual, v.Forecast, 0.025)), scores.Coverage95);
        double[] losses = [.. Enumerable.Range(1, 9).Select(i => _values.Sum(v => QuantileLoss(v.Actual, v.Forecast.Quantile(i / 10.0), i / 10.0)))];
        Close(losses.Average() / _values.Sum(v => Math.Abs(v.Actual)), scores.Wql);
        Assert.Equal(Enumerable.Range(0, 10).Select(bin => (long)_values.Count(v => Math.Min(9.0, Math.Floor(10.0 * v.Forecast.Cdf(v.Actual))) == bin)), scores.Pit);
    }

    private static void Close(double expected, double? actual) =>
        Assert.InRange(actual ?? double.NaN, expected - (1e-10 * Math.Abs(expected)), expected + (1e-10 * Math.Abs(expected)));

    private static double QuantileLoss(double y, double quantile, double level) =>
        2.0 * (y >= quantile ? level * (y - quantile) : (1.0 - level) * (quantile - y));

    private static double IntervalScore(double y, double lower, double upper) =>
        upper - lower + (y < lower ? 40.0 * (lower - y) : 0.0) + (y > upper ? 40.0 * (y - upper) : 0.0);

    private static double Covered(double y, UnivariateMixture forecast, double tail) =>
        forecast.Quantile(tail) <= y && y <= forecast.Quantile(1.0 - tail) ? 1.0 : 0.0;

    private double Point(UnivariateMixture forecast) => point == PointForecast.Mean ? forecast.Mean : forecast.Quantile(0.5);

    private double Error(double y, UnivariateMixture forecast) => Math.Abs(y - Point(forecast));
}
