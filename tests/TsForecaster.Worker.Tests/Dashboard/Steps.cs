using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Tests.Dashboard;

/// <summary>Results of steps for the board, with forecasts of a small model fitted to a noisy sine.</summary>
internal static class Steps
{
    public const long Minute = 60_000_000_000;

    /// <summary>2024-01-01T00:00:00Z.</summary>
    public const long Epoch = 1_704_067_200_000_000_000;

    private const int Past = 8;
    private const int Future = 4;

    private static readonly double[] Sine = Generate();

    private static readonly Lazy<Forecaster> Model = new(() => new Forecaster(
        ForecastModel.Fit([Sine], new WindowShape(Past, Future), new Normalisation(), new FitOptions { Components = 2 }).Model!));

    public static Forecast Forecast => Model.Value.Predict(Sine.AsSpan(Sine.Length - Past));

    public static StepResult Plain(SeriesKey key, long index, double value = 1.0) => new()
    {
        Step = new Step(key, Epoch + (index * Minute), value),
        Interval = Minute,
        Live = default,
        Status = new SeriesStatus(index + 1, 0, 0, 0, 0),
    };

    public static StepResult WithForecast(SeriesKey key, long index, double value = 1.0) =>
        Plain(key, index, value) with { Forecast = new IssuedForecast(Forecast, "0123456789ab", [1, 4]) };

    private static double[] Generate()
    {
        Random noise = new(7);
        return [.. Enumerable.Range(0, 300).Select(t => Math.Sin(t / 5.0) + (0.1 * noise.NextDouble()))];
    }
}
