using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// exp(x) for x ≤ 0, within one unit in the last place, with the same bits on every machine and for every vector width: x = n ln 2 + r
/// with |r| ≤ ½ ln 2 (Cody and Waite's split of ln 2), Taylor's polynomial of degree 13 in r by Horner's rule with fused
/// multiply-adds, times 2ⁿ. Below −708, where the result would leave the normal numbers, it is zero; NaN stays NaN.
/// </summary>
internal static class VectorExp
{
    public const double Smallest = -708.0;

    private const double InverseLn2 = 1.4426950408889634;
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    // Adding and subtracting it rounds to an integer, whose bits are then those of the sum.
    private const double Rounder = 6755399441055744.0;
    private const long ExponentBias = 1023;
    private const int MantissaBits = 52;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        Vector256<double> clamped = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(Smallest)), Vector256.Create(Smallest), x);
        Vector256<double> shifted = Vector256.FusedMultiplyAdd(clamped, Vector256.Create(InverseLn2), Vector256.Create(Rounder));
        Vector256<double> n = shifted - Vector256.Create(Rounder);
        Vector256<double> r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2High), clamped);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2Low), r);
        Vector256<double> p = Vector256.Create(1.0 / 6227020800.0);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 479001600.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 39916800.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 3628800.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 362880.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 40320.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 5040.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 720.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 120.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 24.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 6.0));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<double>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<double>.One);
        Vector256<long> exponent = shifted.AsInt64() - Vector256.Create(Rounder).AsInt64() + Vector256.Create(ExponentBias);
        Vector256<double> result = p * Vector256.ShiftLeft(exponent, MantissaBits).AsDouble();
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(Smallest)), Vector256<double>.Zero, result);
    }
}
