using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Products of spectra summed over blocks, four filters by eight complex lanes at a pair of frequencies f and M − f:
/// C_k[f] += Σ_b conj(T_k[b, f]) Z[b, f] and C_k[M − f] += Σ_b T_k[b, f] Z[b, M − f], a filter T_k being the transform of real numbers, Z of
/// complex ones. Naive loop: <c>for b: re = fma(t.re, z.re, re); re = fma(t.im, z.im, re); im = fma(t.re, z.im, im); im = fma(−t.im, z.re, im)</c>.
/// <para>
/// Summation order: every number is one running sum over b and each product is added by a fused multiply-add, which rounds once with and
/// without the hardware: neither vector width nor tile changes a bit.
/// </para>
/// </summary>
internal static unsafe class SpectralProduct
{
    /// <summary>Filters at a time.</summary>
    public const int Filters = 4;

    private const int Lanes = LaneTransform.Lanes;

    /// <param name="t">T of the first filter and block; re and im of a filter are <see cref="LaneTransform.Lanes"/> apart, filters side by side.</param>
    /// <param name="step">Numbers from a block's T to the next one's.</param>
    /// <param name="z">Z[0, f], a block every <see cref="LaneTransform.Element"/> numbers.</param>
    /// <param name="mirrored">Z[0, M − f].</param>
    /// <param name="c">C_0[f]; the other filters' follow every <paramref name="stride"/> numbers.</param>
    /// <param name="other">C_0[M − f]; the same as C_0[f] where f = M − f modulo M, whose T are real and which is summed once.</param>
    public static void Add(double* t, nint step, double* z, double* mirrored, int blocks, double* c, double* other, nint stride)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Add512(t, step, z, mirrored, blocks, c, other, stride);
            return;
        }

        for (int lane = 0; lane < Lanes; lane += Lanes / 2)
        {
            for (int k = 0; k < Filters; k += 2)
            {
                Add256(t + k, step, z + lane, blocks, c + (k * stride) + lane, stride, 1.0);
                if (other != c)
                {
                    Add256(t + k, step, mirrored + lane, blocks, other + (k * stride) + lane, stride, -1.0);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add512(double* t, nint step, double* z, double* mirrored, int blocks, double* c, double* other, nint stride)
    {
        double* d = c, e = other;
        Vector512<double> r0 = Vector512.Load(d), i0 = Vector512.Load(d + Lanes), r1 = Vector512.Load(d += stride), i1 = Vector512.Load(d + Lanes);
        Vector512<double> r2 = Vector512.Load(d += stride), i2 = Vector512.Load(d + Lanes), r3 = Vector512.Load(d += stride), i3 = Vector512.Load(d + Lanes);
        Vector512<double> p0 = Vector512.Load(e), q0 = Vector512.Load(e + Lanes), p1 = Vector512.Load(e += stride), q1 = Vector512.Load(e + Lanes);
        Vector512<double> p2 = Vector512.Load(e += stride), q2 = Vector512.Load(e + Lanes), p3 = Vector512.Load(e += stride), q3 = Vector512.Load(e + Lanes);
        for (int b = 0; b < blocks; b++, t += step, z += LaneTransform.Element, mirrored += LaneTransform.Element)
        {
            Vector512<double> zr = Vector512.Load(z), zi = Vector512.Load(z + Lanes), mr = Vector512.Load(mirrored), mi = Vector512.Load(mirrored + Lanes);
            Vector512<double> re = Vector512.Create(t[0]), im = Vector512.Create(t[Lanes]);
            r0 = Vector512.FusedMultiplyAdd(im, zi, Vector512.FusedMultiplyAdd(re, zr, r0));
            i0 = Vector512.FusedMultiplyAdd(-im, zr, Vector512.FusedMultiplyAdd(re, zi, i0));
            p0 = Vector512.FusedMultiplyAdd(-im, mi, Vector512.FusedMultiplyAdd(re, mr, p0));
            q0 = Vector512.FusedMultiplyAdd(im, mr, Vector512.FusedMultiplyAdd(re, mi, q0));
            re = Vector512.Create(t[1]);
            im = Vector512.Create(t[Lanes + 1]);
            r1 = Vector512.FusedMultiplyAdd(im, zi, Vector512.FusedMultiplyAdd(re, zr, r1));
            i1 = Vector512.FusedMultiplyAdd(-im, zr, Vector512.FusedMultiplyAdd(re, zi, i1));
            p1 = Vector512.FusedMultiplyAdd(-im, mi, Vector512.FusedMultiplyAdd(re, mr, p1));
            q1 = Vector512.FusedMultiplyAdd(im, mr, Vector512.FusedMultiplyAdd(re, mi, q1));
            re = Vector512.Create(t[2]);
            im = Vector512.Create(t[Lanes + 2]);
            r2 = Vector512.FusedMultiplyAdd(im, zi, Vector512.FusedMultiplyAdd(re, zr, r2));
            i2 = Vector512.FusedMultiplyAdd(-im, zr, Vector512.FusedMultiplyAdd(re, zi, i2));
            p2 = Vector512.FusedMultiplyAdd(-im, mi, Vector512.FusedMultiplyAdd(re, mr, p2));
            q2 = Vector512.FusedMultiplyAdd(im, mr, Vector512.FusedMultiplyAdd(re, mi, q2));
            re = Vector512.Create(t[3]);
            im = Vector512.Create(t[Lanes + 3]);
            r3 = Vector512.FusedMultiplyAdd(im, zi, Vector512.FusedMultiplyAdd(re, zr, r3));
            i3 = Vector512.FusedMultiplyAdd(-im, zr, Vector512.FusedMultiplyAdd(re, zi, i3));
            p3 = Vector512.FusedMultiplyAdd(-im, mi, Vector512.FusedMultiplyAdd(re, mr, p3));
            q3 = Vector512.FusedMultiplyAdd(im, mr, Vector512.FusedMultiplyAdd(re, mi, q3));
        }

        Store(r0, i0, c);
        Store(r1, i1, c += stride);
        Store(r2, i2, c += stride);
        Store(r3, i3, c + stride);
        Store(p0, q0, other);
        Store(p1, q1, other += stride);
        Store(p2, q2, other += stride);
        Store(p3, q3, other + stride);
    }

    /// <summary>Two filters by four lanes at one frequency.</summary>
    /// <param name="sign">One for conj(T), minus one for T.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add256(double* t, nint step, double* z, int blocks, double* c, nint stride, double sign)
    {
        double* d = c + stride;
        Vector256<double> r0 = Vector256.Load(c), i0 = Vector256.Load(c + Lanes), r1 = Vector256.Load(d), i1 = Vector256.Load(d + Lanes);
        for (int b = 0; b < blocks; b++, t += step, z += LaneTransform.Element)
        {
            Vector256<double> zr = Vector256.Load(z), zi = Vector256.Load(z + Lanes);
            Vector256<double> re = Vector256.Create(t[0]), im = Vector256.Create(sign * t[Lanes]);
            r0 = Vector256.FusedMultiplyAdd(im, zi, Vector256.FusedMultiplyAdd(re, zr, r0));
            i0 = Vector256.FusedMultiplyAdd(-im, zr, Vector256.FusedMultiplyAdd(re, zi, i0));
            re = Vector256.Create(t[1]);
            im = Vector256.Create(sign * t[Lanes + 1]);
            r1 = Vector256.FusedMultiplyAdd(im, zi, Vector256.FusedMultiplyAdd(re, zr, r1));
            i1 = Vector256.FusedMultiplyAdd(-im, zr, Vector256.FusedMultiplyAdd(re, zi, i1));
        }

        r0.Store(c);
        i0.Store(c + Lanes);
        r1.Store(d);
        i1.Store(d + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<double> re, Vector512<double> im, double* target)
    {
        re.Store(target);
        im.Store(target + Lanes);
    }
}
