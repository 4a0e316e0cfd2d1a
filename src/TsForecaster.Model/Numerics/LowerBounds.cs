using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Lower bounds on lengths |z|, a float a window, whose last three bits say of which kind it is (of how many of z's rows). A bound moves on as
/// b ← scale b − shift with the scale and shift of its kind. Clearing the bits rounds toward zero, but a number may have become a float by rounding
/// up: scales are to be less by <see cref="Rounding"/>, and are at most one. NaN rules nothing out. Eight windows at a time where the
/// processor can close gaps within a vector, else one: the same bits.
/// </summary>
internal static unsafe class LowerBounds
{
    /// <summary>Kinds that three bits tell apart.</summary>
    public const int Kinds = 8;

    /// <summary>More than what becoming a float adds to a number, in proportion to it.</summary>
    public const double Rounding = 1.0 / (1 << 20);

    private const int Lanes = 8;
    private const int KindBits = Kinds - 1;
    private const double Largest = 1e38;

    /// <summary>
    /// Moves the bounds of all windows, those of the component itself to zero; lists the other windows whose bound squared is not above
    /// limit = top − 2 best[n], in their order, and counts them.
    /// </summary>
    /// <param name="owners">The owner of each window.</param>
    /// <param name="moves">A scale for each kind, then what is added for each kind: its shift less than zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int MoveAndList(int* owners, int component, double top, double* best, int count, float* bounds, double* moves, int* list, double* limits)
    {
        int listed = 0, n = 0;
        if (Avx512F.VL.IsSupported)
        {
            Vector256<int> numbers = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), own = Vector256.Create(component), kindBits = Vector256.Create(KindBits);
            Vector512<double> from = Vector512.Create(top), scales = Vector512.Load(moves), shifts = Vector512.Load(moves + Kinds);
            for (; n <= count - Lanes; n += Lanes, numbers += Vector256.Create(Lanes))
            {
                Vector256<int> others = ~Vector256.Equals(Vector256.Load(owners + n), own), bits = Vector256.Load((int*)bounds + n), kinds = bits & kindBits;
                Vector512<long> index = Avx512F.ConvertToVector512Int64(kinds);
                Vector512<double> bound = Avx512F.ConvertToVector512Double((bits & ~kindBits).AsSingle());
                bound = Vector512.FusedMultiplyAdd(bound, Avx512F.PermuteVar8x64(scales, index), Avx512F.PermuteVar8x64(shifts, index));
                (others & ((Avx512F.ConvertToVector256Single(bound).AsInt32() & ~kindBits) | kinds)).Store((int*)bounds + n);
                Vector512<double> limit = from - (Vector512.Load(best + n) * 2.0);
                Vector512<double> stays = Avx512F.ConvertToVector512Int64(others).AsDouble() & ~Vector512.GreaterThan(bound * Vector512.Abs(bound), limit);
                ulong mask = stays.ExtractMostSignificantBits();
                if (mask != 0)
                {
                    Avx512F.VL.Compress(Vector256<int>.Zero, Avx512F.ConvertToVector256Int32(stays.AsInt64()), numbers).Store(list + listed);
                    Avx512F.Compress(Vector512<double>.Zero, stays, limit).Store(limits + listed);
                    listed += BitOperations.PopCount(mask);
                }
            }
        }

        for (; n < count; n++)
        {
            int bits = ((int*)bounds)[n], kind = bits & KindBits;
            double bound = Math.FusedMultiplyAdd(BitConverter.Int32BitsToSingle(bits & ~KindBits), moves[kind], moves[Kinds + kind]), limit = top - (2.0 * best[n]);
            bool isOther = owners[n] != component;
            ((int*)bounds)[n] = isOther ? (BitConverter.SingleToInt32Bits((float)bound) & ~KindBits) | kind : 0;
            list[listed] = n;
            limits[listed] = limit;

            // A bound below zero stands for zero: minus its square is no more than |z|² either.
            listed += isOther && !(bound * Math.Abs(bound) > limit) ? 1 : 0;
        }

        return listed;
    }

    /// <summary>Writes √sum as the bound of every listed window. Naive loop: <c>for m: bounds[list[m]] = √(float)sums[m], kind</c>.</summary>
    /// <param name="list">As indices.</param>
    /// <param name="sums">|z|² of each over the rows of that kind; readable up to the next multiple of eight.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Note(int* list, double* sums, int listed, int kind, float* bounds)
    {
        int* noted = stackalloc int[Lanes], bits = (int*)bounds;
        int m = 0;
        for (; m <= listed - Lanes; m += Lanes)
        {
            Roots(sums + m, kind).Store(noted);
            bits[list[m]] = noted[0];
            bits[list[m + 1]] = noted[1];
            bits[list[m + 2]] = noted[2];
            bits[list[m + 3]] = noted[3];
            bits[list[m + 4]] = noted[4];
            bits[list[m + 5]] = noted[5];
            bits[list[m + 6]] = noted[6];
            bits[list[m + 7]] = noted[7];
        }

        if (m < listed)
        {
            Roots(sums + m, kind).Store(noted);
            for (int lane = 0; m < listed; m++, lane++)
            {
                bits[list[m]] = noted[lane];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Roots(double* sums, int kind)
    {
        Vector256<double> largest = Vector256.Create(Largest), lower = Vector256.Load(sums), upper = Vector256.Load(sums + (Lanes / 2));
        lower = Vector256.ConditionalSelect(Vector256.GreaterThan(lower, largest), largest, lower);
        upper = Vector256.ConditionalSelect(Vector256.GreaterThan(upper, largest), largest, upper);
        return (Vector256.Sqrt(Vector256.Narrow(lower, upper)).AsInt32() & ~Vector256.Create(KindBits)) | Vector256.Create(kind);
    }
}
