using System.Runtime.Intrinsics;
using MathNet.Numerics;

namespace TsForecaster.Model.Numerics;

/// <summary>The standard normal distribution N(0, 1), one number at a time; Φ and φ to the bits of <see cref="VectorNormal"/>.</summary>
internal static class StandardNormal
{
    /// <summary>ln 2π.</summary>
    public const double LogTwoPi = 1.8378770664093454835606594728112;

    /// <summary>1/√(2π).</summary>
    public const double InverseRootTwoPi = 0.39894228040143267793994605993438;

    private const double RootHalf = 0.70710678118654752440084436210485;

    /// <summary>φ(z).</summary>
    public static double Density(double z)
    {
        VectorNormal.Cdf(Vector256.Create(z), out Vector256<double> exponential);
        return InverseRootTwoPi * exponential.ToScalar();
    }

    /// <summary>Φ(z), with full relative accuracy in the lower tail.</summary>
    public static double Cdf(double z) => VectorNormal.Cdf(Vector256.Create(z), out _).ToScalar();

    /// <summary>Φ⁻¹(p); −∞ at 0 and +∞ at 1, NaN outside.</summary>
    public static double InverseCdf(double probability) => probability switch
    {
        0.0 => double.NegativeInfinity,
        1.0 => double.PositiveInfinity,
        > 0.0 and < 1.0 => -SpecialFunctions.ErfcInv(2.0 * probability) / RootHalf,
        _ => double.NaN,
    };
}
