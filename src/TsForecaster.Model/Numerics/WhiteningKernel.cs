using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Rows of z = W x − b for eight windows at a time, and their sums of squares: the E-step's inner loop (Bishop, PRML eq. 2.44
/// with Σ⁻¹ = WᵀW). W is lower triangular and lies in panels of eight rows, column by column (<see cref="PanelLayout"/>);
/// one call takes a pair of panels, or a last single one. Naive loop:
/// <c>for i: z = −b[i]; for j ≤ i: z = fma(W[i,j], x[order[j]], z)</c>, then the squares of eight rows a panel.
/// <para>
/// Summation order: a lane is a row, so every z is one running sum over j whatever the vector width. The second panel's squares
/// are added to the first's, and the eight lanes as ((0+1)+(2+3))+((4+5)+(6+7)). Each product is added by a fused multiply-add,
/// which rounds once with and without the hardware: the same bits with 512, 256 and no vector lanes.
/// </para>
/// </summary>
internal static unsafe class WhiteningKernel
{
    /// <summary>Windows of one call's groups; lists are padded to a multiple of it.</summary>
    public const int Group = 8;

    /// <summary>Rows of a panel.</summary>
    public const int PanelRows = 8;

    /// <summary>Adds to <paramref name="sums"/> the squares of the rows of one or two panels.</summary>
    /// <param name="panel">Columns of both panels side by side up to <paramref name="columns"/>, then those of the second alone.</param>
    /// <param name="columns">Columns of the first panel.</param>
    /// <param name="second">Columns of the second panel, at least as many; 0 when there is none.</param>
    /// <param name="order">Which number of a window belongs to column j.</param>
    /// <param name="bias">b, eight numbers a panel.</param>
    /// <param name="windows">Where each window starts.</param>
    /// <param name="list">The windows to take, as indices; readable up to the next multiple of <see cref="Group"/>.</param>
    /// <param name="sums">One running sum an entry of the list, equally padded.</param>
    public static void AddSquares(double* panel, int columns, int second, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            Groups256(panel, columns, second, order, bias, windows, list, count, sums);
        }
        else if (second > 0)
        {
            Pairs512(panel, columns, second, order, bias, windows, list, count, sums);
        }
        else
        {
            Singles512(panel, columns, order, bias, windows, list, count, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs512(double* panel, int columns, int second, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        for (int g = 0; g < count; g += Group)
        {
            int* w = list + g;
            double* x0 = windows[w[0]], x1 = windows[w[1]], x2 = windows[w[2]], x3 = windows[w[3]], x4 = windows[w[4]], x5 = windows[w[5]], x6 = windows[w[6]], x7 = windows[w[7]];
            double* p = panel;
            int* o = order, end = order + columns;
            Vector512<double> a0 = -Vector512.Load(bias), b0 = -Vector512.Load(bias + PanelRows);
            Vector512<double> a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            Vector512<double> b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0;
            for (; o < end; o++, p += 2 * PanelRows)
            {
                nint j = *o;
                Vector512<double> wa = Vector512.Load(p), wb = Vector512.Load(p + PanelRows);
                Vector512<double> v0 = Vector512.Create(x0[j]), v1 = Vector512.Create(x1[j]);
                a0 = Vector512.FusedMultiplyAdd(wa, v0, a0);
                b0 = Vector512.FusedMultiplyAdd(wb, v0, b0);
                a1 = Vector512.FusedMultiplyAdd(wa, v1, a1);
                b1 = Vector512.FusedMultiplyAdd(wb, v1, b1);
                Vector512<double> v2 = Vector512.Create(x2[j]), v3 = Vector512.Create(x3[j]);
                a2 = Vector512.FusedMultiplyAdd(wa, v2, a2);
                b2 = Vector512.FusedMultiplyAdd(wb, v2, b2);
                a3 = Vector512.FusedMultiplyAdd(wa, v3, a3);
                b3 = Vector512.FusedMultiplyAdd(wb, v3, b3);
                Vector512<double> v4 = Vector512.Create(x4[j]), v5 = Vector512.Create(x5[j]);
                a4 = Vector512.FusedMultiplyAdd(wa, v4, a4);
                b4 = Vector512.FusedMultiplyAdd(wb, v4, b4);
                a5 = Vector512.FusedMultiplyAdd(wa, v5, a5);
                b5 = Vector512.FusedMultiplyAdd(wb, v5, b5);
                Vector512<double> v6 = Vector512.Create(x6[j]), v7 = Vector512.Create(x7[j]);
                a6 = Vector512.FusedMultiplyAdd(wa, v6, a6);
                b6 = Vector512.FusedMultiplyAdd(wb, v6, b6);
                a7 = Vector512.FusedMultiplyAdd(wa, v7, a7);
                b7 = Vector512.FusedMultiplyAdd(wb, v7, b7);
            }

            end += second - columns;
            for (; o < end; o++, p += PanelRows)
            {
                nint j = *o;
                Vector512<double> wb = Vector512.Load(p);
                b0 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x0[j]), b0);
                b1 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x1[j]), b1);
                b2 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x2[j]), b2);
                b3 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x3[j]), b3);
                b4 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x4[j]), b4);
                b5 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x5[j]), b5);
                b6 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x6[j]), b6);
                b7 = Vector512.FusedMultiplyAdd(wb, Vector512.Create(x7[j]), b7);
            }

            a0 = Vector512.FusedMultiplyAdd(b0, b0, a0 * a0);
            a1 = Vector512.FusedMultiplyAdd(b1, b1, a1 * a1);
            a2 = Vector512.FusedMultiplyAdd(b2, b2, a2 * a2);
            a3 = Vector512.FusedMultiplyAdd(b3, b3, a3 * a3);
            a4 = Vector512.FusedMultiplyAdd(b4, b4, a4 * a4);
            a5 = Vector512.FusedMultiplyAdd(b5, b5, a5 * a5);
            a6 = Vector512.FusedMultiplyAdd(b6, b6, a6 * a6);
            a7 = Vector512.FusedMultiplyAdd(b7, b7, a7 * a7);
            (Vector512.Load(sums + g) + LaneSums(a0, a1, a2, a3, a4, a5, a6, a7)).Store(sums + g);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Singles512(double* panel, int columns, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        for (int g = 0; g < count; g += Group)
        {
            int* w = list + g;
            double* x0 = windows[w[0]], x1 = windows[w[1]], x2 = windows[w[2]], x3 = windows[w[3]], x4 = windows[w[4]], x5 = windows[w[5]], x6 = windows[w[6]], x7 = windows[w[7]];
            double* p = panel;
            int* o = order, end = order + columns;
            Vector512<double> a0 = -Vector512.Load(bias);
            Vector512<double> a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            for (; o < end; o++, p += PanelRows)
            {
                nint j = *o;
                Vector512<double> wa = Vector512.Load(p);
                a0 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x0[j]), a0);
                a1 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x1[j]), a1);
                a2 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x2[j]), a2);
                a3 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x3[j]), a3);
                a4 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x4[j]), a4);
                a5 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x5[j]), a5);
                a6 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x6[j]), a6);
                a7 = Vector512.FusedMultiplyAdd(wa, Vector512.Create(x7[j]), a7);
            }

            Vector512<double> total = LaneSums(a0 * a0, a1 * a1, a2 * a2, a3 * a3, a4 * a4, a5 * a5, a6 * a6, a7 * a7);
            (Vector512.Load(sums + g) + total).Store(sums + g);
        }
    }

    /// <summary>Lane w of the result is the sum of the lanes of v_w, in the order the class names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> LaneSums(
        Vector512<double> v0, Vector512<double> v1, Vector512<double> v2, Vector512<double> v3, Vector512<double> v4, Vector512<double> v5, Vector512<double> v6, Vector512<double> v7)
    {
        // Neighbouring lanes, then neighbouring pairs, then the halves; each step leaves half as many vectors.
        Vector512<double> v0123 = Halves(Neighbours(v0, v1), Neighbours(v2, v3)), v4567 = Halves(Neighbours(v4, v5), Neighbours(v6, v7));
        return Halves(v0123, v4567);
    }

    /// <summary>Lanes 2m and 2m + 1: the sums of these two lanes of v and of w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Neighbours(Vector512<double> v, Vector512<double> w) =>
        Avx512F.IsSupported
            ? Avx512F.UnpackLow(v, w) + Avx512F.UnpackHigh(v, w)
            : Vector512.Create(v[0] + v[1], w[0] + w[1], v[2] + v[3], w[2] + w[3], v[4] + v[5], w[4] + w[5], v[6] + v[7], w[6] + w[7]);

    /// <summary>The four pairs of lanes of v and then those of w, each added to its neighbour: two pairs of v, two of w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Halves(Vector512<double> v, Vector512<double> w)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        return Avx512F.IsSupported
            ? Avx512F.Shuffle4x128(v, w, Even) + Avx512F.Shuffle4x128(v, w, Odd)
            : Vector512.Create(v[0] + v[2], v[1] + v[3], v[4] + v[6], v[5] + v[7], w[0] + w[2], w[1] + w[3], w[4] + w[6], w[5] + w[7]);
    }

    /// <summary>The same with vectors of four: two windows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Groups256(double* panel, int columns, int second, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        const int Half = PanelRows / 2;
        int both = second > 0 ? 2 * PanelRows : PanelRows;
        for (int w = 0; w < count; w += 2)
        {
            double* x0 = windows[list[w]], x1 = windows[list[w + 1]], p = panel;
            Vector256<double> a00 = -Vector256.Load(bias), a01 = -Vector256.Load(bias + Half), a10 = a00, a11 = a01;
            Vector256<double> b00 = default, b01 = default, b10, b11;
            if (second > 0)
            {
                (b00, b01) = (-Vector256.Load(bias + PanelRows), -Vector256.Load(bias + PanelRows + Half));
            }

            (b10, b11) = (b00, b01);
            for (int c = 0; c < columns; c++, p += both)
            {
                Vector256<double> v0 = Vector256.Create(x0[order[c]]), v1 = Vector256.Create(x1[order[c]]);
                Vector256<double> w0 = Vector256.Load(p), w1 = Vector256.Load(p + Half);
                a00 = Vector256.FusedMultiplyAdd(w0, v0, a00);
                a01 = Vector256.FusedMultiplyAdd(w1, v0, a01);
                a10 = Vector256.FusedMultiplyAdd(w0, v1, a10);
                a11 = Vector256.FusedMultiplyAdd(w1, v1, a11);
                if (second > 0)
                {
                    w0 = Vector256.Load(p + PanelRows);
                    w1 = Vector256.Load(p + PanelRows + Half);
                    b00 = Vector256.FusedMultiplyAdd(w0, v0, b00);
                    b01 = Vector256.FusedMultiplyAdd(w1, v0, b01);
                    b10 = Vector256.FusedMultiplyAdd(w0, v1, b10);
                    b11 = Vector256.FusedMultiplyAdd(w1, v1, b11);
                }
            }

            for (int c = columns; c < second; c++, p += PanelRows)
            {
                Vector256<double> v0 = Vector256.Create(x0[order[c]]), v1 = Vector256.Create(x1[order[c]]);
                Vector256<double> w0 = Vector256.Load(p), w1 = Vector256.Load(p + Half);
                b00 = Vector256.FusedMultiplyAdd(w0, v0, b00);
                b01 = Vector256.FusedMultiplyAdd(w1, v0, b01);
                b10 = Vector256.FusedMultiplyAdd(w0, v1, b10);
                b11 = Vector256.FusedMultiplyAdd(w1, v1, b11);
            }

            // Without a second panel its lanes are zero, and adding them changes nothing.
            sums[w] += LaneSum(Vector256.FusedMultiplyAdd(b00, b00, a00 * a00)) + LaneSum(Vector256.FusedMultiplyAdd(b01, b01, a01 * a01));
            sums[w + 1] += LaneSum(Vector256.FusedMultiplyAdd(b10, b10, a10 * a10)) + LaneSum(Vector256.FusedMultiplyAdd(b11, b11, a11 * a11));
        }
    }

    private static double LaneSum(Vector256<double> v) => (v[0] + v[1]) + (v[2] + v[3]);
}
