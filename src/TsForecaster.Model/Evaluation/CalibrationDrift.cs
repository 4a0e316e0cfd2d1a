using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Evaluation;

/// <summary>How one-step forecasts have come to fail.</summary>
public enum Miscalibration
{
    /// <summary>Values lie above what was forecast.</summary>
    Low,

    /// <summary>Values lie below what was forecast.</summary>
    High,

    /// <summary>Values lie farther from the forecasts than those allow: they surprise.</summary>
    Narrow,
}

/// <summary>
/// Whether a model still fits, from the probability integral transforms of its one-step forecasts. Under the model's own expectation
/// z = Φ⁻¹(PIT) is independent N(0, 1), whatever the shape of the forecasts, and ½(z² − 1) is a Gaussian forecast's surprise beyond its
/// expectation. Three cumulative sums of log-likelihood ratios (Page 1954; Moustakides 1986),
///
///     s ← max(0, s + min(3, log f(z) / φ(z))),  f = N(1, 1), N(−1, 1), N(0, 2²),
///
/// grow when z behaves as f rather than as expected, and fall while it is nearer to what was expected: a bias below half a standard
/// deviation, or errors 1.36 times as wide as forecast, which fitted models always have a little of, never add up. Capping
/// a term keeps one outlier from deciding and E[e^term] ≤ 1, by which the mean number of steps to a false alarm at threshold h is at least
/// e^h for each sum (Lorden 1971), and e^h/3 for the three. Models that are too wide give no alarm: they lose sharpness, and that
/// is for the next refit to mend. Immutable.
/// </summary>
/// <param name="Low">The sum that sees values above the forecasts.</param>
/// <param name="High">The sum that sees values below them.</param>
/// <param name="Narrow">The sum that sees surprise.</param>
public readonly record struct CalibrationDrift(double Low, double High, double Narrow)
{
    private const double LargestTerm = 3.0;

    /// <summary>ln(3·<paramref name="steps"/>): with it, alarms of a model that is right are at least so many steps apart on average.</summary>
    public static double Threshold(double steps) => Math.Log(3.0 * steps);

    /// <summary>After another one-step forecast and its value; unchanged by a PIT that is NaN.</summary>
    /// <param name="pit">The forecast's distribution function at the value, 0 to 1.</param>
    public CalibrationDrift Next(double pit)
    {
        double z = StandardNormal.InverseCdf(pit);
        return double.IsNaN(z) ? this : new CalibrationDrift(Sum(Low, z - 0.5), Sum(High, -z - 0.5), Sum(Narrow, (0.375 * z * z) - Math.Log(2.0)));
    }

    /// <summary>What has happened, by the largest sum, once that is above the threshold; else null.</summary>
    public Miscalibration? Alarm(double threshold)
    {
        double largest = Math.Max(Narrow, Math.Max(Low, High));
        return largest <= threshold ? null
            : largest == Narrow ? Miscalibration.Narrow
            : largest == Low ? Miscalibration.Low
            : Miscalibration.High;
    }

    private static double Sum(double sum, double term) => Math.Max(0.0, sum + Math.Min(LargestTerm, term));
}
