using MathNet.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>N(0, 1). Tails keep their relative precision: the cdf goes through erfc, never through 1 − something.</summary>
internal static class StandardNormal
{
    public const double LogSqrtTwoPi = 0.91893853320467274178;
    public const double InverseSqrtPi = 0.56418958354775628695;

    private const double InverseSqrtTwoPi = 0.39894228040143267794;
    private const double InverseSqrtTwo = 0.70710678118654752440;

    /// <summary>φ(z).</summary>
    public static double Density(double z) => InverseSqrtTwoPi * Math.Exp(-0.5 * z * z);

    /// <summary>Φ(z); 1 − Φ(z) is Φ(−z).</summary>
    public static double Cdf(double z) => 0.5 * SpecialFunctions.Erfc(-z * InverseSqrtTwo);

    /// <summary>Φ⁻¹(p) for p within (0, 1), with one Newton step on whichever tail is the smaller.</summary>
    public static double Quantile(double probability)
    {
        double tail = Math.Min(probability, 1.0 - probability);
        double z = -SpecialFunctions.ErfcInv(2.0 * tail) / InverseSqrtTwo;
        double density = Density(z);
        if (density > 0.0)
        {
            z -= (Cdf(z) - tail) / density;
        }

        return probability <= 0.5 ? z : -z;
    }
}
