using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Rows of z = W x − b for eight windows at a time, and their sums of squares: the E-step's inner loop (Bishop, PRML eq. 2.44
/// with Σ⁻¹ = WᵀW). W is lower triangular and lies in panels of eight rows, column by column (<see cref="PanelLayout"/>);
/// one call takes the panels of a stage. Naive loop:
/// <c>for i: z = −b[i]; for j ≤ i: z = fma(W[i,j], x[order[j]], z)</c>, then the squares of eight rows a panel.
/// <para>
/// Summation order: a lane is a row, so every z is one running sum over j whatever the vector width. The squares of later panels
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

    /// <summary>Adds to <paramref name="sums"/> the squares of the rows of a stage.</summary>
    /// <param name="panels">All of W.</param>
    /// <param name="order">Which number of a window belongs to column j.</param>
    /// <param name="bias">b, eight numbers a panel.</param>
    /// <param name="windows">Where each window starts.</param>
    /// <param name="list">The windows to take, as indices; readable up to the next multiple of <see cref="Group"/>.</param>
    /// <param name="sums">One running sum an entry of the list, equally padded.</param>
    public static void AddSquares(double* panels, PanelLayout.Stage stage, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        panels += stage.Offset;
        bias += PanelRows * stage.Panel;
        if (!Vector512.IsHardwareAccelerated)
        {
            Groups256(panels, stage, order, bias, windows, list, count, sums);
        }
        else if (stage.Panels == 3)
        {
            Triples512(panels, stage.Columns, order, bias, windows, list, count, sums);
        }
        else if (stage.Panels == 2)
        {
            Pairs512(panels, stage.Columns, order, bias, windows, list, count, sums);
        }
        else
        {
            Singles512(panels, stage.Columns, order, bias, windows, list, count, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triples512(double* panel, int columns, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        for (int g = 0; g < count; g += Group)
        {
            int* w = list + g;
            double* x0 = windows[w[0]], x1 = windows[w[1]], x2 = windows[w[2]], x3 = windows[w[3]], x4 = windows[w[4]], x5 = windows[w[5]], x6 = windows[w[6]], x7 = windows[w[7]];
            double* p = panel;
            int* o = order, end = order + columns;
            Vector512<double> a0 = -Vector512.Load(bias), b0 = -Vector512.Load(bias + PanelRows), c0 = -Vector512.Load(bias + (2 * PanelRows));
            Vector512<double> a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            Vector512<double> b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0;
            Vector512<double> c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;

            for (; o < end; o++, p += 3 * PanelRows)
            {
                nint j = *o;
                Vector512<double> wa = Vector512.Load(p), wb = Vector512.Load(p + PanelRows), wc = Vector512.Load(p + (2 * PanelRows));
                Vector512<double> v0 = Vector512.Create(x0[j]);
                a0 = Vector512.FusedMultiplyAdd(wa, v0, a0);
                b0 = Vector512.FusedMultiplyAdd(wb, v0, b0);
                c0 = Vector512.FusedMultiplyAdd(wc, v0, c0);
                Vector512<double> v1 = Vector512.Create(x1[j]);
                a1 = Vector512.FusedMultiplyAdd(wa, v1, a1);
                b1 = Vector512.FusedMultiplyAdd(wb, v1, b1);
                c1 = Vector512.FusedMultiplyAdd(wc, v1, c1);
                Vector512<double> v2 = Vector512.Create(x2[j]);
                a2 = Vector512.FusedMultiplyAdd(wa, v2, a2);
                b2 = Vector512.FusedMultiplyAdd(wb, v2, b2);
                c2 = Vector512.FusedMultiplyAdd(wc, v2, c2);
                Vector512<double> v3 = Vector512.Create(x3[j]);
                a3 = Vector512.FusedMultiplyAdd(wa, v3, a3);
                b3 = Vector512.FusedMultiplyAdd(wb, v3, b3);
                c3 = Vector512.FusedMultiplyAdd(wc, v3, c3);
                Vector512<double> v4 = Vector512.Create(x4[j]);
                a4 = Vector512.FusedMultiplyAdd(wa, v4, a4);
                b4 = Vector512.FusedMultiplyAdd(wb, v4, b4);
                c4 = Vector512.FusedMultiplyAdd(wc, v4, c4);
                Vector512<double> v5 = Vector512.Create(x5[j]);
                a5 = Vector512.FusedMultiplyAdd(wa, v5, a5);
                b5 = Vector512.FusedMultiplyAdd(wb, v5, b5);
                c5 = Vector512.FusedMultiplyAdd(wc, v5, c5);
                Vector512<double> v6 = Vector512.Create(x6[j]);
                a6 = Vector512.FusedMultiplyAdd(wa, v6, a6);
                b6 = Vector512.FusedMultiplyAdd(wb, v6, b6);
                c6 = Vector512.FusedMultiplyAdd(wc, v6, c6);
                Vector512<double> v7 = Vector512.Create(x7[j]);
                a7 = Vector512.FusedMultiplyAdd(wa, v7, a7);
                b7 = Vector512.FusedMultiplyAdd(wb, v7, b7);
                c7 = Vector512.FusedMultiplyAdd(wc, v7, c7);
            }

            end += PanelRows;
            for (; o < end; o++, p += 2 * PanelRows)
            {
                nint j = *o;
                Vector512<double> wb = Vector512.Load(p), wc = Vector512.Load(p + PanelRows);
                Vector512<double> v0 = Vector512.Create(x0[j]);
                b0 = Vector512.FusedMultiplyAdd(wb, v0, b0);
                c0 = Vector512.FusedMultiplyAdd(wc, v0, c0);
                Vector512<double> v1 = Vector512.Create(x1[j]);
                b1 = Vector512.FusedMultiplyAdd(wb, v1, b1);
                c1 = Vector512.FusedMultiplyAdd(wc, v1, c1);
                Vector512<double> v2 = Vector512.Create(x2[j]);
                b2 = Vector512.FusedMultiplyAdd(wb, v2, b2);
                c2 = Vector512.FusedMultiplyAdd(wc, v2, c2);
                Vector512<double> v3 = Vector512.Create(x3[j]);
                b3 = Vector512.FusedMultiplyAdd(wb, v3, b3);
                c3 = Vector512.FusedMultiplyAdd(wc, v3, c3);
                Vector512<double> v4 = Vector512.Create(x4[j]);
                b4 = Vector512.FusedMultiplyAdd(wb, v4, b4);
                c4 = Vector512.FusedMultiplyAdd(wc, v4, c4);
                Vector512<double> v5 = Vector512.Create(x5[j]);
                b5 = Vector512.FusedMultiplyAdd(wb, v5, b5);
                c5 = Vector512.FusedMultiplyAdd(wc, v5, c5);
                Vector512<double> v6 = Vector512.Create(x6[j]);
                b6 = Vector512.FusedMultiplyAdd(wb, v6, b6);
                c6 = Vector512.FusedMultiplyAdd(wc, v6, c6);
                Vector512<double> v7 = Vector512.Create(x7[j]);
                b7 = Vector512.FusedMultiplyAdd(wb, v7, b7);
                c7 = Vector512.FusedMultiplyAdd(wc, v7, c7);
            }

            end += PanelRows;
            for (; o < end; o++, p += PanelRows)
            {
                nint j = *o;
                Vector512<double> wc = Vector512.Load(p);
                c0 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x0[j]), c0);
                c1 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x1[j]), c1);
                c2 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x2[j]), c2);
                c3 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x3[j]), c3);
                c4 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x4[j]), c4);
                c5 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x5[j]), c5);
                c6 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x6[j]), c6);
                c7 = Vector512.FusedMultiplyAdd(wc, Vector512.Create(x7[j]), c7);
            }

            a0 = Vector512.FusedMultiplyAdd(c0, c0, Vector512.FusedMultiplyAdd(b0, b0, a0 * a0));
            a1 = Vector512.FusedMultiplyAdd(c1, c1, Vector512.FusedMultiplyAdd(b1, b1, a1 * a1));
            a2 = Vector512.FusedMultiplyAdd(c2, c2, Vector512.FusedMultiplyAdd(b2, b2, a2 * a2));
            a3 = Vector512.FusedMultiplyAdd(c3, c3, Vector512.FusedMultiplyAdd(b3, b3, a3 * a3));
            a4 = Vector512.FusedMultiplyAdd(c4, c4, Vector512.FusedMultiplyAdd(b4, b4, a4 * a4));
            a5 = Vector512.FusedMultiplyAdd(c5, c5, Vector512.FusedMultiplyAdd(b5, b5, a5 * a5));
            a6 = Vector512.FusedMultiplyAdd(c6, c6, Vector512.FusedMultiplyAdd(b6, b6, a6 * a6));
            a7 = Vector512.FusedMultiplyAdd(c7, c7, Vector512.FusedMultiplyAdd(b7, b7, a7 * a7));
            (Vector512.Load(sums + g) + LaneSums(a0, a1, a2, a3, a4, a5, a6, a7)).Store(sums + g);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs512(double* panel, int columns, int* order, double* bias, double** windows, int* list, int count, double* sums)
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

            end += PanelRows;
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

    /// <summary>The same with vectors of four: a panel after another, four windows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Groups256(double* panels, PanelLayout.Stage stage, int* order, double* bias, double** windows, int* list, int count, double* sums)
    {
        const int Half = PanelRows / 2;
        for (int g = 0; g < count; g += Half)
        {
            double* x0 = windows[list[g]], x1 = windows[list[g + 1]], x2 = windows[list[g + 2]], x3 = windows[list[g + 3]];
            Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
            for (int panel = 0; panel < stage.Panels; panel++)
            {
                Vector256<double> a0 = -Vector256.Load(bias + (PanelRows * panel)), b0 = -Vector256.Load(bias + (PanelRows * panel) + Half);
                Vector256<double> a1 = a0, a2 = a0, a3 = a0, b1 = b0, b2 = b0, b3 = b0;
                double* p = panels;
                for (int before = 0, j = 0; before <= panel; before++)
                {
                    // Here panels before that many have ended, and the others lie side by side.
                    int step = PanelRows * (stage.Panels - before), at = PanelRows * (panel - before);
                    for (int end = stage.ColumnsOf(before); j < end; j++, p += step)
                    {
                        nint c = order[j];
                        Vector256<double> wa = Vector256.Load(p + at), wb = Vector256.Load(p + at + Half);
                        Vector256<double> v0 = Vector256.Create(x0[c]), v1 = Vector256.Create(x1[c]), v2 = Vector256.Create(x2[c]), v3 = Vector256.Create(x3[c]);
                        a0 = Vector256.FusedMultiplyAdd(wa, v0, a0);
                        b0 = Vector256.FusedMultiplyAdd(wb, v0, b0);
                        a1 = Vector256.FusedMultiplyAdd(wa, v1, a1);
                        b1 = Vector256.FusedMultiplyAdd(wb, v1, b1);
                        a2 = Vector256.FusedMultiplyAdd(wa, v2, a2);
                        b2 = Vector256.FusedMultiplyAdd(wb, v2, b2);
                        a3 = Vector256.FusedMultiplyAdd(wa, v3, a3);
                        b3 = Vector256.FusedMultiplyAdd(wb, v3, b3);
                    }
                }

                s0 = Vector256.FusedMultiplyAdd(a0, a0, s0);
                t0 = Vector256.FusedMultiplyAdd(b0, b0, t0);
                s1 = Vector256.FusedMultiplyAdd(a1, a1, s1);
                t1 = Vector256.FusedMultiplyAdd(b1, b1, t1);
                s2 = Vector256.FusedMultiplyAdd(a2, a2, s2);
                t2 = Vector256.FusedMultiplyAdd(b2, b2, t2);
                s3 = Vector256.FusedMultiplyAdd(a3, a3, s3);
                t3 = Vector256.FusedMultiplyAdd(b3, b3, t3);
            }

            sums[g] += LaneSum(s0) + LaneSum(t0);
            sums[g + 1] += LaneSum(s1) + LaneSum(t1);
            sums[g + 2] += LaneSum(s2) + LaneSum(t2);
            sums[g + 3] += LaneSum(s3) + LaneSum(t3);
        }
    }

    private static double LaneSum(Vector256<double> v) => (v[0] + v[1]) + (v[2] + v[3]);
}
