using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Discrete Fourier transforms of eight complex sequences of one length M at a time, in place: X[f] = Σ_m x[m] exp(−2πi f m/M), and back.
/// Element m of the eight stands at 16 m: eight real parts, eight imaginary ones. Radix 4 (Cooley and Tukey 1965), with a last stage of radix 2
/// where log2 M is odd. Forward decimates in frequency and leaves X[f] at place p with <see cref="Frequencies"/>[p] = f; the way
/// back decimates in time and takes it from there, so that nothing is ever reordered.
/// <para>
/// Summation order: a lane is a sequence and none sees its neighbours; products enter by fused multiply-add, which rounds once with
/// and without the hardware: the same bits with 512, 256 and no vector lanes.
/// </para>
/// <para>
/// Rounding: every output is a sum over a tree of log2 M additions, with a factor of modulus one (off by 2 u in modulus) at every other level, so that
/// |error| ≤ 4 log2 M · u Σ|x| + O(u²), u = 2⁻⁵³, and in the 2-norm 4 log2 M · u ‖X‖ (Higham, Accuracy and Stability of Numerical Algorithms, §24.1).
/// </para>
/// </summary>
internal sealed unsafe class LaneTransform
{
    /// <summary>Numbers of one element: eight real parts and eight imaginary ones.</summary>
    public const int Element = 16;

    /// <summary>Sequences at a time.</summary>
    public const int Lanes = 8;

    /// <summary>w^j, w^2j, w^3j for each j below a quarter, stage after stage from the longest: six numbers a butterfly.</summary>
    private readonly double[] _factors;

    /// <param name="length">M, a power of two, at least 16.</param>
    public LaneTransform(int length)
    {
        if (length < 16 || !int.IsPow2(length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "a transform's length is a power of two from 16");
        }

        Length = length;
        _factors = new double[2 * length];
        int next = 0;
        for (int n = length; n >= 4; n /= 4)
        {
            for (int j = 0; j < n / 4; j++)
            {
                for (int power = 1; power <= 3; power++)
                {
                    (_factors[next], _factors[next + 1]) = UnitRoots.At(power * j * (length / n), length);
                    next += 2;
                }
            }
        }

        Frequencies = new int[length];
        for (int place = 0; place < length; place++)
        {
            int frequency = 0, scale = 1, rest = place;
            for (int n = length; n > 1; n /= 4)
            {
                int part = Math.Max(1, n / 4);
                frequency += scale * (rest / part);
                rest %= part;
                scale *= 4;
            }

            Frequencies[place] = frequency;
        }
    }

    public int Length { get; }

    /// <summary>Which frequency stands at each place of a transformed sequence.</summary>
    public int[] Frequencies { get; }

    /// <summary>x → X; element p is written at <paramref name="destination"/> + p · stride.</summary>
    /// <param name="x">M elements, used up.</param>
    public void Forward(double* x, double* destination, nint stride)
    {
        fixed (double* factors = _factors)
        {
            double* w = factors;
            int n = Length;
            for (; n > 4; w += 6 * (n / 4), n /= 4)
            {
                for (int start = 0; start < Length; start += n)
                {
                    ForwardStage(x + ((nint)start * Element), n / 4, w);
                }
            }

            if (n == 4)
            {
                LastForward4(x, Length, destination, stride);
            }
            else
            {
                LastForward2(x, Length, destination, stride);
            }
        }
    }

    /// <summary>M x ← X, not yet divided by M.</summary>
    public void Back(double* x)
    {
        fixed (double* factors = _factors)
        {
            // The stages of Forward, the last first.
            int stages = 0, n = Length;
            double** w = stackalloc double*[16];
            for (double* next = factors; n >= 4; next += 6 * (n / 4), n /= 4)
            {
                w[stages++] = next;
            }

            if (n == 2)
            {
                FirstBack2(x, Length);
            }

            for (n *= 4; stages-- > 0; n *= 4)
            {
                for (int start = 0; start < Length; start += n)
                {
                    BackStage(x + ((nint)start * Element), n / 4, w[stages]);
                }
            }
        }
    }

    /// <summary>From X[f] and X[M − f] of x + iy, x and y real: the transforms of both at f.</summary>
    public static void Separate(double* at, double* mirrored, double* first, double* second)
    {
        Vector512<double> half = Vector512.Create(0.5), re = Vector512.Load(at), im = Vector512.Load(at + Lanes);
        Vector512<double> otherRe = Vector512.Load(mirrored), otherIm = Vector512.Load(mirrored + Lanes);
        (half * (re + otherRe)).Store(first);
        (half * (im - otherIm)).Store(first + Lanes);
        (half * (im + otherIm)).Store(second);
        (half * (otherRe - re)).Store(second + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardStage(double* x, int quarter, double* w)
    {
        nint q = (nint)quarter * Element;
        for (int j = 0; j < quarter; j++, x += Element, w += 6)
        {
            Vector512<double> ar = Vector512.Load(x), ai = Vector512.Load(x + Lanes), br = Vector512.Load(x + q), bi = Vector512.Load(x + q + Lanes);
            Vector512<double> cr = Vector512.Load(x + (2 * q)), ci = Vector512.Load(x + (2 * q) + Lanes), dr = Vector512.Load(x + (3 * q)), di = Vector512.Load(x + (3 * q) + Lanes);
            Vector512<double> sr = ar + cr, si = ai + ci, tr = br + dr, ti = bi + di;
            Vector512<double> ur = ar - cr, ui = ai - ci, vr = br - dr, vi = bi - di;
            (sr + tr).Store(x);
            (si + ti).Store(x + Lanes);
            StoreProduct(ur + vi, ui - vr, w[0], w[1], x + q);
            StoreProduct(sr - tr, si - ti, w[2], w[3], x + (2 * q));
            StoreProduct(ur - vi, ui + vr, w[4], w[5], x + (3 * q));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreProduct(Vector512<double> re, Vector512<double> im, double cosine, double minusSine, double* target)
    {
        Vector512<double> c = Vector512.Create(cosine), s = Vector512.Create(minusSine);
        Vector512.FusedMultiplyAdd(c, re, -(s * im)).Store(target);
        Vector512.FusedMultiplyAdd(c, im, s * re).Store(target + Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LastForward4(double* x, int length, double* y, nint stride)
    {
        for (int m = 0; m < length; m += 4, x += 4 * Element, y += 4 * stride)
        {
            Vector512<double> ar = Vector512.Load(x), ai = Vector512.Load(x + 8), br = Vector512.Load(x + 16), bi = Vector512.Load(x + 24);
            Vector512<double> cr = Vector512.Load(x + 32), ci = Vector512.Load(x + 40), dr = Vector512.Load(x + 48), di = Vector512.Load(x + 56);
            Vector512<double> sr = ar + cr, si = ai + ci, tr = br + dr, ti = bi + di;
            Vector512<double> ur = ar - cr, ui = ai - ci, vr = br - dr, vi = bi - di;
            (sr + tr).Store(y);
            (si + ti).Store(y + Lanes);
            (ur + vi).Store(y + stride);
            (ui - vr).Store(y + stride + Lanes);
            (sr - tr).Store(y + (2 * stride));
            (si - ti).Store(y + (2 * stride) + Lanes);
            (ur - vi).Store(y + (3 * stride));
            (ui + vr).Store(y + (3 * stride) + Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LastForward2(double* x, int length, double* y, nint stride)
    {
        for (int m = 0; m < length; m += 2, x += 2 * Element, y += 2 * stride)
        {
            Vector512<double> ar = Vector512.Load(x), ai = Vector512.Load(x + 8), br = Vector512.Load(x + 16), bi = Vector512.Load(x + 24);
            (ar + br).Store(y);
            (ai + bi).Store(y + Lanes);
            (ar - br).Store(y + stride);
            (ai - bi).Store(y + stride + Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FirstBack2(double* x, int length) => LastForward2(x, length, x, Element);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BackStage(double* x, int quarter, double* w)
    {
        nint q = (nint)quarter * Element;
        for (int j = 0; j < quarter; j++, x += Element, w += 6)
        {
            (Vector512<double> br, Vector512<double> bi) = ConjugateProduct(x + q, w[0], w[1]);
            (Vector512<double> cr, Vector512<double> ci) = ConjugateProduct(x + (2 * q), w[2], w[3]);
            (Vector512<double> dr, Vector512<double> di) = ConjugateProduct(x + (3 * q), w[4], w[5]);
            Vector512<double> ar = Vector512.Load(x), ai = Vector512.Load(x + Lanes);
            Vector512<double> sr = ar + cr, si = ai + ci, tr = br + dr, ti = bi + di;
            Vector512<double> ur = ar - cr, ui = ai - ci, vr = br - dr, vi = bi - di;
            (sr + tr).Store(x);
            (si + ti).Store(x + Lanes);
            (ur - vi).Store(x + q);
            (ui + vr).Store(x + q + Lanes);
            (sr - tr).Store(x + (2 * q));
            (si - ti).Store(x + (2 * q) + Lanes);
            (ur + vi).Store(x + (3 * q));
            (ui - vr).Store(x + (3 * q) + Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> Re, Vector512<double> Im) ConjugateProduct(double* x, double cosine, double minusSine)
    {
        Vector512<double> re = Vector512.Load(x), im = Vector512.Load(x + Lanes), c = Vector512.Create(cosine), s = Vector512.Create(minusSine);
        return (Vector512.FusedMultiplyAdd(c, re, s * im), Vector512.FusedMultiplyAdd(c, im, -(s * re)));
    }
}
