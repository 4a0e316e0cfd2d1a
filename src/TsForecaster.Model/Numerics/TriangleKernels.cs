using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// V ← U⁻¹ V and V ← U V for two upper triangular matrices, n³/6 multiply-adds each: rows a multiple of eight numbers apart, four rows at a time, room for whole fours
/// of rows. What lies left of U's diagonal may be anything, of V's it is zero. Naive loops: <c>V[i,c] = (V[i,c] − Σ_{k&gt;i} U[i,k]·V[k,c]) / U[i,i]</c>, i and k from the
/// last row down; <c>V[i,c] = U[i,i]·V[i,c] + Σ_{k&gt;i} U[i,k]·V[k,c]</c>, i from the first row up, k beyond i's four rows from the last down.
/// <para>
/// A lane is a column and every number one running sum of fused multiply-adds, so the bits do not depend on the vector width.
/// </para>
/// </summary>
internal static unsafe class TriangleKernels
{
    private const int Lanes = 4;
    private const int Together = 4;

    /// <summary>V ← U⁻¹ V.</summary>
    public static void Solve(double* u, double* v, int n, int width)
    {
        for (int block = (n - 1) & -Together; block >= 0; block -= Together)
        {
            AddLater(u, block, -1.0, v, n, width);
            int from = block & -(2 * Lanes);
            for (int i = Math.Min(block + Together, n) - 1; i >= block; i--)
            {
                double* row = v + ((nint)i * width);
                Divide(row, from, width, u[((nint)i * width) + i]);
                for (int k = block; k < i; k++)
                {
                    AddMultiple(-u[((nint)k * width) + i], row, v + ((nint)k * width), from, width);
                }
            }
        }
    }

    /// <summary>V ← U V.</summary>
    public static void Multiply(double* u, double* v, int n, int width)
    {
        for (int block = 0; block < n; block += Together)
        {
            int from = block & -(2 * Lanes), end = Math.Min(block + Together, n);
            for (int i = block; i < end; i++)
            {
                double* row = v + ((nint)i * width), factors = u + ((nint)i * width);
                Scale(row, from, width, factors[i]);
                for (int k = i + 1; k < end; k++)
                {
                    AddMultiple(factors[k], v + ((nint)k * width), row, from, width);
                }
            }

            AddLater(u, block, 1.0, v, n, width);
        }
    }

    /// <summary>target[c] += factor · row[c] for whole vectors of columns.</summary>
    public static void AddMultiple(double factor, double* row, double* target, int from, int to)
    {
        Vector256<double> f = Vector256.Create(factor);
        for (int c = from; c < to; c += Lanes)
        {
            Vector256.FusedMultiplyAdd(f, Vector256.Load(row + c), Vector256.Load(target + c)).Store(target + c);
        }
    }

    /// <summary>row[c] /= divisor.</summary>
    public static void Divide(double* row, int from, int to, double divisor)
    {
        Vector256<double> d = Vector256.Create(divisor);
        for (int c = from; c < to; c += Lanes)
        {
            (Vector256.Load(row + c) / d).Store(row + c);
        }
    }

    private static void Scale(double* row, int from, int to, double factor)
    {
        Vector256<double> f = Vector256.Create(factor);
        for (int c = from; c < to; c += Lanes)
        {
            (Vector256.Load(row + c) * f).Store(row + c);
        }
    }

    /// <summary>V[i,·] += sign Σ_{k ≥ block + 4} U[i,k] · V[k,·] for the four rows of a block, k from the last down; V is zero left of its diagonal.</summary>
    private static void AddLater(double* u, int block, double sign, double* v, int n, int width)
    {
        int c = block & -(2 * Lanes);
        for (; Vector512.IsHardwareAccelerated && c <= width - (4 * Lanes); c += 4 * Lanes)
        {
            AddLaterSixteen(u, block, Math.Min(n, c + (4 * Lanes)), sign, v + c, width);
        }

        for (; c < width; c += 2 * Lanes)
        {
            AddLaterEight(u, block, Math.Min(n, c + (2 * Lanes)), sign, v + c, width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLaterSixteen(double* u, int block, int end, double sign, double* v, int width)
    {
        const int Half = 2 * Lanes;
        double* r0 = v + ((nint)block * width), r1 = r0 + width, r2 = r1 + width, r3 = r2 + width;
        double* f0 = u + ((nint)block * width), f1 = f0 + width, f2 = f1 + width, f3 = f2 + width;
        Vector512<double> s0 = Vector512.Load(r0), s1 = Vector512.Load(r1), s2 = Vector512.Load(r2), s3 = Vector512.Load(r3);
        Vector512<double> t0 = Vector512.Load(r0 + Half), t1 = Vector512.Load(r1 + Half), t2 = Vector512.Load(r2 + Half), t3 = Vector512.Load(r3 + Half);
        Vector512<double> signs = Vector512.Create(sign);
        for (int k = end - 1; k >= block + Together; k--)
        {
            double* row = v + ((nint)k * width);
            Vector512<double> s = Vector512.Load(row) * signs, t = Vector512.Load(row + Half) * signs;
            Vector512<double> a0 = Vector512.Create(f0[k]), a1 = Vector512.Create(f1[k]), a2 = Vector512.Create(f2[k]), a3 = Vector512.Create(f3[k]);
            s0 = Vector512.FusedMultiplyAdd(a0, s, s0);
            t0 = Vector512.FusedMultiplyAdd(a0, t, t0);
            s1 = Vector512.FusedMultiplyAdd(a1, s, s1);
            t1 = Vector512.FusedMultiplyAdd(a1, t, t1);
            s2 = Vector512.FusedMultiplyAdd(a2, s, s2);
            t2 = Vector512.FusedMultiplyAdd(a2, t, t2);
            s3 = Vector512.FusedMultiplyAdd(a3, s, s3);
            t3 = Vector512.FusedMultiplyAdd(a3, t, t3);
        }

        s0.Store(r0);
        s1.Store(r1);
        s2.Store(r2);
        s3.Store(r3);
        t0.Store(r0 + Half);
        t1.Store(r1 + Half);
        t2.Store(r2 + Half);
        t3.Store(r3 + Half);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLaterEight(double* u, int block, int end, double sign, double* v, int width)
    {
        double* r0 = v + ((nint)block * width), r1 = r0 + width, r2 = r1 + width, r3 = r2 + width;
        double* f0 = u + ((nint)block * width), f1 = f0 + width, f2 = f1 + width, f3 = f2 + width;
        Vector256<double> s0 = Vector256.Load(r0), s1 = Vector256.Load(r1), s2 = Vector256.Load(r2), s3 = Vector256.Load(r3);
        Vector256<double> t0 = Vector256.Load(r0 + Lanes), t1 = Vector256.Load(r1 + Lanes), t2 = Vector256.Load(r2 + Lanes), t3 = Vector256.Load(r3 + Lanes);
        Vector256<double> signs = Vector256.Create(sign);
        for (int k = end - 1; k >= block + Together; k--)
        {
            double* row = v + ((nint)k * width);
            Vector256<double> s = Vector256.Load(row) * signs, t = Vector256.Load(row + Lanes) * signs;
            Vector256<double> a0 = Vector256.Create(f0[k]), a1 = Vector256.Create(f1[k]), a2 = Vector256.Create(f2[k]), a3 = Vector256.Create(f3[k]);
            s0 = Vector256.FusedMultiplyAdd(a0, s, s0);
            t0 = Vector256.FusedMultiplyAdd(a0, t, t0);
            s1 = Vector256.FusedMultiplyAdd(a1, s, s1);
            t1 = Vector256.FusedMultiplyAdd(a1, t, t1);
            s2 = Vector256.FusedMultiplyAdd(a2, s, s2);
            t2 = Vector256.FusedMultiplyAdd(a2, t, t2);
            s3 = Vector256.FusedMultiplyAdd(a3, s, s3);
            t3 = Vector256.FusedMultiplyAdd(a3, t, t3);
        }

        s0.Store(r0);
        s1.Store(r1);
        s2.Store(r2);
        s3.Store(r3);
        t0.Store(r0 + Lanes);
        t1.Store(r1 + Lanes);
        t2.Store(r2 + Lanes);
        t3.Store(r3 + Lanes);
    }
}
