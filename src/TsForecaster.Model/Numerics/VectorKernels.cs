using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Dot products and scaled additions over spans. Every sum has one order that does not depend on the machine: sixteen partial
/// sums (four vectors of four), the tail added last. Products are rounded before they are added (no fused multiply-add), so that
/// machines with and without it agree to the bit.
/// </summary>
internal static class VectorKernels
{
    private const int Lanes = 4;
    private const int Block = 4 * Lanes;

    /// <summary>Σ_i a_i b_i over spans of one length.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        RequireSameLength(a.Length, b.Length);
        ref double p = ref MemoryMarshal.GetReference(a);
        ref double q = ref MemoryMarshal.GetReference(b);
        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        int i = 0;
        for (; i <= a.Length - Block; i += Block)
        {
            s0 += Vector256.LoadUnsafe(ref p, (nuint)i) * Vector256.LoadUnsafe(ref q, (nuint)i);
            s1 += Vector256.LoadUnsafe(ref p, (nuint)(i + Lanes)) * Vector256.LoadUnsafe(ref q, (nuint)(i + Lanes));
            s2 += Vector256.LoadUnsafe(ref p, (nuint)(i + (2 * Lanes))) * Vector256.LoadUnsafe(ref q, (nuint)(i + (2 * Lanes)));
            s3 += Vector256.LoadUnsafe(ref p, (nuint)(i + (3 * Lanes))) * Vector256.LoadUnsafe(ref q, (nuint)(i + (3 * Lanes)));
        }

        double sum = SumInOrder((s0 + s1) + (s2 + s3));
        for (; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>Σ_i a_i.</summary>
    public static double Sum(ReadOnlySpan<double> a)
    {
        ref double p = ref MemoryMarshal.GetReference(a);
        Vector256<double> s0 = default, s1 = default;
        int i = 0;
        for (; i <= a.Length - (2 * Lanes); i += 2 * Lanes)
        {
            s0 += Vector256.LoadUnsafe(ref p, (nuint)i);
            s1 += Vector256.LoadUnsafe(ref p, (nuint)(i + Lanes));
        }

        double sum = SumInOrder(s0 + s1);
        for (; i < a.Length; i++)
        {
            sum += a[i];
        }

        return sum;
    }

    /// <summary>y_i ← y_i + α x_i.</summary>
    public static void AddScaled(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        RequireSameLength(x.Length, y.Length);
        ref double p = ref MemoryMarshal.GetReference(x);
        ref double q = ref MemoryMarshal.GetReference(y);
        Vector256<double> factor = Vector256.Create(alpha);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
        {
            Vector256<double> sum = Vector256.LoadUnsafe(ref q, (nuint)i) + (factor * Vector256.LoadUnsafe(ref p, (nuint)i));
            sum.StoreUnsafe(ref q, (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            y[i] += alpha * x[i];
        }
    }

    /// <summary>d_i ← α (x_i − m_i).</summary>
    public static void ScaledDifference(double alpha, ReadOnlySpan<double> x, ReadOnlySpan<double> m, Span<double> d)
    {
        RequireSameLength(x.Length, m.Length);
        RequireSameLength(x.Length, d.Length);
        for (int i = 0; i < x.Length; i++)
        {
            d[i] = alpha * (x[i] - m[i]);
        }
    }

    /// <summary>d_i ← x_i + α.</summary>
    public static void Shift(ReadOnlySpan<double> x, double alpha, Span<double> d)
    {
        RequireSameLength(x.Length, d.Length);
        ref double p = ref MemoryMarshal.GetReference(x);
        ref double q = ref MemoryMarshal.GetReference(d);
        Vector256<double> shift = Vector256.Create(alpha);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
        {
            (Vector256.LoadUnsafe(ref p, (nuint)i) + shift).StoreUnsafe(ref q, (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            d[i] = x[i] + alpha;
        }
    }

    /// <summary>x_i ← x_i / d.</summary>
    public static void Divide(Span<double> x, double divisor)
    {
        ref double p = ref MemoryMarshal.GetReference(x);
        Vector256<double> d = Vector256.Create(divisor);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
        {
            (Vector256.LoadUnsafe(ref p, (nuint)i) / d).StoreUnsafe(ref p, (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            x[i] /= divisor;
        }
    }

    /// <summary>s_i ← s_i + x_i².</summary>
    public static void AddSquares(ReadOnlySpan<double> x, Span<double> s)
    {
        RequireSameLength(x.Length, s.Length);
        ref double p = ref MemoryMarshal.GetReference(x);
        ref double q = ref MemoryMarshal.GetReference(s);
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
        {
            Vector256<double> v = Vector256.LoadUnsafe(ref p, (nuint)i);
            (Vector256.LoadUnsafe(ref q, (nuint)i) + (v * v)).StoreUnsafe(ref q, (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            s[i] += x[i] * x[i];
        }
    }

    /// <summary>Σ_i (a_i − b_i)².</summary>
    public static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        RequireSameLength(a.Length, b.Length);
        ref double p = ref MemoryMarshal.GetReference(a);
        ref double q = ref MemoryMarshal.GetReference(b);
        Vector256<double> s0 = default, s1 = default;
        int i = 0;
        for (; i <= a.Length - (2 * Lanes); i += 2 * Lanes)
        {
            Vector256<double> d0 = Vector256.LoadUnsafe(ref p, (nuint)i) - Vector256.LoadUnsafe(ref q, (nuint)i);
            Vector256<double> d1 = Vector256.LoadUnsafe(ref p, (nuint)(i + Lanes)) - Vector256.LoadUnsafe(ref q, (nuint)(i + Lanes));
            s0 += d0 * d0;
            s1 += d1 * d1;
        }

        double sum = SumInOrder(s0 + s1);
        for (; i < a.Length; i++)
        {
            double d = a[i] - b[i];
            sum += d * d;
        }

        return sum;
    }

    // Vector256.Sum may add in another order on another machine.
    private static double SumInOrder(Vector256<double> v) => (v.GetElement(0) + v.GetElement(1)) + (v.GetElement(2) + v.GetElement(3));

    private static void RequireSameLength(int a, int b)
    {
        if (a != b)
        {
            throw new ArgumentException($"the spans have lengths {a} and {b}; they must agree");
        }
    }
}
