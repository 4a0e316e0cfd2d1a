using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Lists of windows: those that a component is tried on, each with the sum of squares so far and the limit beyond which it is of no
/// interest, shortened stage by stage; and those that count in a component. Always in their order. Eight entries at a time where the
/// processor can close gaps within a vector, else one: the same lists.
/// </summary>
internal static unsafe class WindowLists
{
    private const int Lanes = 8;

    /// <summary>Lists the windows n whose owner is another than <paramref name="component"/>, with limit top − 2 best[n]; counts them.</summary>
    /// <param name="owners">The owner of each window.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Others(int* owners, int component, double top, double* best, int count, int* list, double* limits)
    {
        int listed = 0, n = 0;
        if (Avx512F.VL.IsSupported)
        {
            Vector256<int> numbers = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), own = Vector256.Create(component);
            Vector512<double> from = Vector512.Create(top);
            for (; n <= count - Lanes; n += Lanes, numbers += Vector256.Create(Lanes))
            {
                Vector256<int> others = ~Vector256.Equals(Vector256.Load(owners + n), own);
                Vector512<double> limit = from - (Vector512.Load(best + n) * 2.0);
                Avx512F.VL.Compress(Vector256<int>.Zero, others, numbers).Store(list + listed);
                Avx512F.Compress(Vector512<double>.Zero, Widen(others), limit).Store(limits + listed);
                listed += BitOperations.PopCount(others.ExtractMostSignificantBits());
            }
        }

        for (; n < count; n++)
        {
            list[listed] = n;
            limits[listed] = top - (2.0 * best[n]);
            listed += owners[n] == component ? 0 : 1;
        }

        return listed;
    }

    /// <summary>Moves the entries within their limits to the front, in their order, and counts them; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Keep(int* list, double* limits, double* sums, int listed)
    {
        int kept = 0, m = 0;
        if (Avx512F.VL.IsSupported)
        {
            for (; m <= listed - Lanes; m += Lanes)
            {
                Vector512<double> sum = Vector512.Load(sums + m), limit = Vector512.Load(limits + m), stays = ~Vector512.GreaterThan(sum, limit);
                ulong bits = stays.ExtractMostSignificantBits();
                if (bits != 0xFF || kept != m)
                {
                    Vector256<int> entries = Vector256.Load(list + m);
                    Avx512F.VL.Compress(Vector256<int>.Zero, Avx512F.ConvertToVector256Int32(stays.AsInt64()), entries).Store(list + kept);
                    Avx512F.Compress(Vector512<double>.Zero, stays, sum).Store(sums + kept);
                    Avx512F.Compress(Vector512<double>.Zero, stays, limit).Store(limits + kept);
                }

                kept += BitOperations.PopCount(bits);
            }
        }

        for (; m < listed; m++)
        {
            double sum = sums[m], limit = limits[m];
            list[kept] = list[m];
            sums[kept] = sum;
            limits[kept] = limit;
            kept += sum > limit ? 0 : 1;
        }

        return kept;
    }

    /// <summary>Lists the n of a range whose t[n] is not below <paramref name="least"/>, and their t; counts them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int NotBelow(double least, double* t, int from, int to, int* list, double* values)
    {
        int listed = 0, n = from;
        if (Avx512F.VL.IsSupported)
        {
            Vector256<int> numbers = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7) + Vector256.Create(from);
            Vector512<double> bound = Vector512.Create(least);
            for (; n <= to - Lanes; n += Lanes, numbers += Vector256.Create(Lanes))
            {
                Vector512<double> value = Vector512.Load(t + n), counts = ~Vector512.LessThan(value, bound);
                ulong bits = counts.ExtractMostSignificantBits();
                if (bits != 0)
                {
                    Avx512F.VL.Compress(Vector256<int>.Zero, Avx512F.ConvertToVector256Int32(counts.AsInt64()), numbers).Store(list + listed);
                    Avx512F.Compress(Vector512<double>.Zero, counts, value).Store(values + listed);
                    listed += BitOperations.PopCount(bits);
                }
            }
        }

        for (; n < to; n++)
        {
            list[listed] = n;
            values[listed] = t[n];
            listed += t[n] < least ? 0 : 1;
        }

        return listed;
    }

    /// <summary>How many of t[0 … count − 1] are not below <paramref name="least"/>.</summary>
    public static int CountNotBelow(double least, double* t, int count)
    {
        const int Quad = 4;
        Vector256<double> bound = Vector256.Create(least);
        int counted = 0, n = 0;
        for (; n <= count - Quad; n += Quad)
        {
            counted += BitOperations.PopCount((~Vector256.LessThan(Vector256.Load(t + n), bound)).ExtractMostSignificantBits());
        }

        for (; n < count; n++)
        {
            counted += t[n] < least ? 0 : 1;
        }

        return counted;
    }

    private static Vector512<double> Widen(Vector256<int> mask) => Avx512F.ConvertToVector512Int64(mask).AsDouble();
}
