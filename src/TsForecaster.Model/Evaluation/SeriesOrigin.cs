using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>A place in a series that a forecast starts from.</summary>
/// <param name="Series">Its name.</param>
/// <param name="Values">Of the whole series, NaN where missing.</param>
/// <param name="Origin">Values before it are known.</param>
/// <param name="Steps">Values from it on are forecast and scored.</param>
/// <param name="SeasonalError">What scaled scores divide by; see <see cref="ScoreAccumulator.Add"/>.</param>
internal readonly record struct SeriesOrigin(string Series, ReadOnlyMemory<double> Values, int Origin, int Steps, double SeasonalError)
{
    public ReadOnlyMemory<double> History => Values[..Origin];

    public ReadOnlyMemory<double> Actuals => Values.Slice(Origin, Steps);

    /// <summary>Whether anything was observed in the last <paramref name="reach"/> steps.</summary>
    public bool HasPast(int reach) => History.Span[Math.Max(0, Origin - reach)..].ContainsAnyExcept(double.NaN);

    /// <summary>The last steps, missing ones before the start of the series.</summary>
    public ReadOnlySpan<double> Past(int reach) => PaddedHistory.Last(History.Span, reach);
}
