namespace TsForecaster.Model.Evaluation;

/// <summary>What one observation made of one predictive distribution; both NaN when nothing was observed.</summary>
/// <param name="Crps">In the unit of the series.</param>
/// <param name="Pit">F(y); NaN for a point forecast.</param>
public readonly record struct StepScore(double Crps, double Pit)
{
    internal static StepScore None { get; } = new(double.NaN, double.NaN);
}
