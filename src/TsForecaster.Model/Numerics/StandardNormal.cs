using MathNet.Numerics;

namespace TsForecaster.Model.Numerics;

/// <summary>The standard normal distribution N(0, 1).</summary>
internal static class StandardNormal
{
    /// <summary>ln 2π.</summary>
    public const double LogTwoPi = 1.8378770664093454835606594728112;

    private const double InverseRootTwoPi = 0.39894228040143267793994605993438;
    private const double RootHalf = 0.70710678118654752440084436210485;

    /// <summary>φ(z).</summary>
    public static double Density(double z) => InverseRootTwoPi * Math.Exp(-0.5 * z * z);

    /// <summary>Φ(z), with full relative accuracy in the lower tail.</summary>
    public static double Cdf(double z) => 0.5 * SpecialFunctions.Erfc(-z * RootHalf);

    /// <summary>Φ⁻¹(p); −∞ at 0 and +∞ at 1, NaN outside.</summary>
    public static double InverseCdf(double probability) => probability switch
    {
        0.0 => double.NegativeInfinity,
        1.0 => double.PositiveInfinity,
        > 0.0 and < 1.0 => -SpecialFunctions.ErfcInv(2.0 * probability) / RootHalf,
        _ => double.NaN,
    };
}
