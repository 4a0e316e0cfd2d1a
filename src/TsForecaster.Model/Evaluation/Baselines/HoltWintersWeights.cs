namespace TsForecaster.Model.Evaluation.Baselines;

/// <summary>
/// How far an error moves each part of the state, within the usual region 0 &lt; β &lt; α &lt; 1, 0 &lt; γ &lt; 1 − α.
/// </summary>
/// <param name="Level">α.</param>
/// <param name="Trend">β.</param>
/// <param name="Season">γ; of no effect without a season.</param>
/// <param name="Damping">φ, what is left of the slope a step later; 0.8 … 0.98 when fitted.</param>
public readonly record struct HoltWintersWeights(double Level, double Trend, double Season, double Damping);
