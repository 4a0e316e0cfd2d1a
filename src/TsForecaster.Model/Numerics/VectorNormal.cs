using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// The standard normal distribution for four numbers at once, with the same bits on every machine, for every vector width and whatever
/// stands in the other lanes. With t = |z|,
///
///     Φ(−t) = exp(−t²/2) · M(t),    M(t) = erfcx(t/√2)/2 = P(t)/Q(t),    Φ(t) = 1 − Φ(−t).
///
/// The degrees of P and Q are 9 and 10: M interpolated in 70 digits, at nodes moved until the relative error was level over [0, 38], 5e-17.
/// All their coefficients are positive, so that nothing cancels. t² is taken with its rounding error, which the exponential would otherwise
/// magnify by t²/2. The smaller tail is within 6 units in its last place (measured) down to z = −37.5, near the end of the normal numbers,
/// and zero from −37.7 on; NaN stays NaN.
/// </summary>
internal static class VectorNormal
{
    /// <summary>Numbers at once.</summary>
    public const int Lanes = 4;

    /// <summary>From here on the tail is zero.</summary>
    private const double Farthest = 38.0;

    /// <summary>Φ(z); the naive loop is <see cref="StandardNormal.Cdf"/> of each.</summary>
    /// <param name="z">Any numbers.</param>
    /// <param name="exponential">exp(−z²/2) = φ(z)·√(2π), within 2 units in the last place.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Cdf(Vector256<double> z, out Vector256<double> exponential)
    {
        Vector256<double> lower = LowerTail(Vector256.Abs(z), out exponential);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(z, Vector256<double>.Zero), Vector256<double>.One - lower, lower);
    }

    /// <summary>E|z + Z| with Z ~ N(0, 1): z(2Φ(z) − 1) + 2φ(z), for z ≥ 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> MeanAbsolute(Vector256<double> z)
    {
        Vector256<double> lower = LowerTail(z, out Vector256<double> exponential);
        return (z * (Vector256<double>.One - (lower + lower))) + (Vector256.Create(2.0 * StandardNormal.InverseRootTwoPi) * exponential);
    }

    /// <summary>Φ(−t) for t ≥ 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> LowerTail(Vector256<double> t, out Vector256<double> exponential)
    {
        t = Vector256.ConditionalSelect(Vector256.GreaterThan(t, Vector256.Create(Farthest)), Vector256.Create(Farthest), t);
        Vector256<double> square = t * t;
        Vector256<double> rest = Vector256.FusedMultiplyAdd(t, t, -square);
        Vector256<double> e = VectorExp.Exp(square * Vector256.Create(-0.5));
        exponential = Vector256.FusedMultiplyAdd(e * Vector256.Create(-0.5), rest, e);
        return exponential * (Numerator(t) / Denominator(t));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Numerator(Vector256<double> t)
    {
        Vector256<double> p = Vector256.Create(1.3744822943442351e-06);
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(3.700187302533551e-05));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.0004876365677116093));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.004070066456902895));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.02353173223173967));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.09740227211468669));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.2886702768949547));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.5931183027139412));
        p = Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.774232960449664));
        return Vector256.FusedMultiplyAdd(p, t, Vector256.Create(0.5));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Denominator(Vector256<double> t)
    {
        Vector256<double> q = Vector256.Create(3.445316181994279e-06);
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(9.274994113729776e-05));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.0012257689247653612));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.010294893589786148));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.060200738785667895));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.25416792087603557));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(0.7801644417452887));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(1.7113975352873223));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(2.5583534290107286));
        q = Vector256.FusedMultiplyAdd(q, t, Vector256.Create(2.3463504817021836));
        return Vector256.FusedMultiplyAdd(q, t, Vector256<double>.One);
    }
}
