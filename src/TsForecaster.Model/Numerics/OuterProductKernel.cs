using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// C ← C + Σ_n r_n r_nᵀ on and below the diagonal, and s ← s + Σ_n f_n r_n: the M-step's inner loops (Bishop, PRML eq. 9.19).
/// Naive loop: <c>for n: for i: for j ≤ i: C[i,j] = fma(R[n,i], R[n,j], C[i,j])</c>. What lies above the diagonal in its
/// eight-by-eight blocks is scratch.
/// <para>
/// Summation order: every number is one running sum over n, a lane is a column, and each product is added by a fused
/// multiply-add, which rounds once with and without the hardware: neither vector width nor tile changes a bit.
/// </para>
/// </summary>
internal static unsafe class OuterProductKernel
{
    /// <summary>Rows are padded to a multiple of this.</summary>
    public const int Multiple = 8;

    public static int Padded(int count) => (count + Multiple - 1) / Multiple * Multiple;

    /// <summary>Adds <paramref name="count"/> rows to C.</summary>
    /// <param name="rows">R, a row every <paramref name="width"/> numbers.</param>
    /// <param name="dimension">Numbers of a row that count; what stands beyond them may be anything, and comes only into scratch.</param>
    /// <param name="width">A multiple of <see cref="Multiple"/>.</param>
    /// <param name="c">C, width×width row-major.</param>
    public static void Add(double* rows, int count, int dimension, int width, double* c)
    {
        for (int i = 0; i < dimension; i += Multiple)
        {
            double* target = c + ((nint)i * width);
            int columns = i + Multiple;
            bool half = dimension - i <= Multiple / 2;
            int j = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                for (; j + 16 <= columns && !half; j += 16)
                {
                    Tile8x16(rows + i, rows + j, count, width, target + j);
                }

                for (; j + 32 <= columns && half; j += 32)
                {
                    Tile4x32(rows + i, rows + j, count, width, target + j);
                }

                for (; j + 16 <= columns && half; j += 16)
                {
                    Tile4x16(rows + i, rows + j, count, width, target + j);
                }

                for (; j < columns; j += Multiple)
                {
                    if (half)
                    {
                        Tile4x8Wide(rows + i, rows + j, count, width, target + j);
                    }
                    else
                    {
                        Tile8x8(rows + i, rows + j, count, width, target + j);
                    }
                }
            }
            else
            {
                for (; j < columns; j += Multiple)
                {
                    Tile4x8(rows + i, rows + j, count, width, target + j);
                    if (!half)
                    {
                        Tile4x8(rows + i + 4, rows + j, count, width, target + (4 * (nint)width) + j);
                    }
                }
            }
        }
    }

    /// <summary>
    /// C ← C + WᵀW on and below the diagonal for a lower triangular W, rows eight at a time: each adds only where it is not zero
    /// (n³/6 products).
    /// </summary>
    /// <param name="w">n rows, one every <paramref name="width"/> numbers, zero above the diagonal.</param>
    /// <param name="width">n padded.</param>
    /// <param name="c">C, width×width row-major.</param>
    public static void AddGram(double* w, int n, int width, double* c)
    {
        for (int row = 0; row < n; row += Multiple)
        {
            int rows = Math.Min(Multiple, n - row);
            Add(w + ((nint)row * width), rows, row + rows, width, c);
        }
    }

    /// <summary>s_j ← s_j + Σ_n f_n R[n,j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddRows(double* rows, double* factors, int count, int width, double* sums)
    {
        for (int j = 0; j < width; j += Multiple)
        {
            double* r = rows + j;
            Vector256<double> s0 = Vector256.Load(sums + j), s1 = Vector256.Load(sums + j + 4);
            for (int n = 0; n < count; n++, r += width)
            {
                Vector256<double> f = Vector256.Create(factors[n]);
                s0 = Vector256.FusedMultiplyAdd(f, Vector256.Load(r), s0);
                s1 = Vector256.FusedMultiplyAdd(f, Vector256.Load(r + 4), s1);
            }

            s0.Store(sums + j);
            s1.Store(sums + j + 4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x16(double* a, double* b, int count, int width, double* c)
    {
        double* d = c;
        Vector512<double> c00 = Vector512.Load(d), c01 = Vector512.Load(d + 8);
        Vector512<double> c10 = Vector512.Load(d += width), c11 = Vector512.Load(d + 8);
        Vector512<double> c20 = Vector512.Load(d += width), c21 = Vector512.Load(d + 8);
        Vector512<double> c30 = Vector512.Load(d += width), c31 = Vector512.Load(d + 8);
        Vector512<double> c40 = Vector512.Load(d += width), c41 = Vector512.Load(d + 8);
        Vector512<double> c50 = Vector512.Load(d += width), c51 = Vector512.Load(d + 8);
        Vector512<double> c60 = Vector512.Load(d += width), c61 = Vector512.Load(d + 8);
        Vector512<double> c70 = Vector512.Load(d += width), c71 = Vector512.Load(d + 8);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector512<double> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 8);
            Vector512<double> v = Vector512.Create(a[0]), w = Vector512.Create(a[1]);
            c00 = Vector512.FusedMultiplyAdd(v, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(v, b1, c01);
            c10 = Vector512.FusedMultiplyAdd(w, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(w, b1, c11);
            v = Vector512.Create(a[2]);
            w = Vector512.Create(a[3]);
            c20 = Vector512.FusedMultiplyAdd(v, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(v, b1, c21);
            c30 = Vector512.FusedMultiplyAdd(w, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(w, b1, c31);
            v = Vector512.Create(a[4]);
            w = Vector512.Create(a[5]);
            c40 = Vector512.FusedMultiplyAdd(v, b0, c40);
            c41 = Vector512.FusedMultiplyAdd(v, b1, c41);
            c50 = Vector512.FusedMultiplyAdd(w, b0, c50);
            c51 = Vector512.FusedMultiplyAdd(w, b1, c51);
            v = Vector512.Create(a[6]);
            w = Vector512.Create(a[7]);
            c60 = Vector512.FusedMultiplyAdd(v, b0, c60);
            c61 = Vector512.FusedMultiplyAdd(v, b1, c61);
            c70 = Vector512.FusedMultiplyAdd(w, b0, c70);
            c71 = Vector512.FusedMultiplyAdd(w, b1, c71);
        }

        d = c;
        Store(c00, c01, d);
        Store(c10, c11, d += width);
        Store(c20, c21, d += width);
        Store(c30, c31, d += width);
        Store(c40, c41, d += width);
        Store(c50, c51, d += width);
        Store(c60, c61, d += width);
        Store(c70, c71, d + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x8(double* a, double* b, int count, int width, double* c)
    {
        double* d = c;
        Vector512<double> c0 = Vector512.Load(d), c1 = Vector512.Load(d += width), c2 = Vector512.Load(d += width), c3 = Vector512.Load(d += width);
        Vector512<double> c4 = Vector512.Load(d += width), c5 = Vector512.Load(d += width), c6 = Vector512.Load(d += width), c7 = Vector512.Load(d + width);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector512<double> v = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), v, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[1]), v, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2]), v, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3]), v, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4]), v, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5]), v, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6]), v, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7]), v, c7);
        }

        d = c;
        c0.Store(d);
        c1.Store(d += width);
        c2.Store(d += width);
        c3.Store(d += width);
        c4.Store(d += width);
        c5.Store(d += width);
        c6.Store(d += width);
        c7.Store(d + width);
    }

    /// <summary>For a last block of no more than four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x32(double* a, double* b, int count, int width, double* c)
    {
        double* d = c;
        Vector512<double> c00 = Vector512.Load(d), c01 = Vector512.Load(d + 8), c02 = Vector512.Load(d + 16), c03 = Vector512.Load(d + 24);
        d += width;
        Vector512<double> c10 = Vector512.Load(d), c11 = Vector512.Load(d + 8), c12 = Vector512.Load(d + 16), c13 = Vector512.Load(d + 24);
        d += width;
        Vector512<double> c20 = Vector512.Load(d), c21 = Vector512.Load(d + 8), c22 = Vector512.Load(d + 16), c23 = Vector512.Load(d + 24);
        d += width;
        Vector512<double> c30 = Vector512.Load(d), c31 = Vector512.Load(d + 8), c32 = Vector512.Load(d + 16), c33 = Vector512.Load(d + 24);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector512<double> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 8), b2 = Vector512.Load(b + 16), b3 = Vector512.Load(b + 24);
            Vector512<double> v = Vector512.Create(a[0]), w = Vector512.Create(a[1]);
            c00 = Vector512.FusedMultiplyAdd(v, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(v, b1, c01);
            c02 = Vector512.FusedMultiplyAdd(v, b2, c02);
            c03 = Vector512.FusedMultiplyAdd(v, b3, c03);
            c10 = Vector512.FusedMultiplyAdd(w, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(w, b1, c11);
            c12 = Vector512.FusedMultiplyAdd(w, b2, c12);
            c13 = Vector512.FusedMultiplyAdd(w, b3, c13);
            v = Vector512.Create(a[2]);
            w = Vector512.Create(a[3]);
            c20 = Vector512.FusedMultiplyAdd(v, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(v, b1, c21);
            c22 = Vector512.FusedMultiplyAdd(v, b2, c22);
            c23 = Vector512.FusedMultiplyAdd(v, b3, c23);
            c30 = Vector512.FusedMultiplyAdd(w, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(w, b1, c31);
            c32 = Vector512.FusedMultiplyAdd(w, b2, c32);
            c33 = Vector512.FusedMultiplyAdd(w, b3, c33);
        }

        d = c;
        Store(c00, c01, d);
        Store(c02, c03, d + 16);
        d += width;
        Store(c10, c11, d);
        Store(c12, c13, d + 16);
        d += width;
        Store(c20, c21, d);
        Store(c22, c23, d + 16);
        d += width;
        Store(c30, c31, d);
        Store(c32, c33, d + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x16(double* a, double* b, int count, int width, double* c)
    {
        double* d = c;
        Vector512<double> c00 = Vector512.Load(d), c01 = Vector512.Load(d + 8);
        Vector512<double> c10 = Vector512.Load(d += width), c11 = Vector512.Load(d + 8);
        Vector512<double> c20 = Vector512.Load(d += width), c21 = Vector512.Load(d + 8);
        Vector512<double> c30 = Vector512.Load(d += width), c31 = Vector512.Load(d + 8);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector512<double> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 8);
            Vector512<double> v = Vector512.Create(a[0]), w = Vector512.Create(a[1]);
            c00 = Vector512.FusedMultiplyAdd(v, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(v, b1, c01);
            c10 = Vector512.FusedMultiplyAdd(w, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(w, b1, c11);
            v = Vector512.Create(a[2]);
            w = Vector512.Create(a[3]);
            c20 = Vector512.FusedMultiplyAdd(v, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(v, b1, c21);
            c30 = Vector512.FusedMultiplyAdd(w, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(w, b1, c31);
        }

        d = c;
        Store(c00, c01, d);
        Store(c10, c11, d += width);
        Store(c20, c21, d += width);
        Store(c30, c31, d + width);
    }

    /// <summary><see cref="Tile4x8"/> with vectors of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x8Wide(double* a, double* b, int count, int width, double* c)
    {
        double* d = c;
        Vector512<double> c0 = Vector512.Load(d), c1 = Vector512.Load(d += width), c2 = Vector512.Load(d += width), c3 = Vector512.Load(d + width);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector512<double> v = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), v, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[1]), v, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2]), v, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3]), v, c3);
        }

        d = c;
        c0.Store(d);
        c1.Store(d += width);
        c2.Store(d += width);
        c3.Store(d + width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<double> left, Vector512<double> right, double* target)
    {
        left.Store(target);
        right.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x8(double* a, double* b, int count, int width, double* c)
    {
        double* d = c;
        Vector256<double> c00 = Vector256.Load(d), c01 = Vector256.Load(d + 4);
        d += width;
        Vector256<double> c10 = Vector256.Load(d), c11 = Vector256.Load(d + 4);
        d += width;
        Vector256<double> c20 = Vector256.Load(d), c21 = Vector256.Load(d + 4);
        d += width;
        Vector256<double> c30 = Vector256.Load(d), c31 = Vector256.Load(d + 4);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector256<double> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 4);
            Vector256<double> v = Vector256.Create(a[0]), w = Vector256.Create(a[1]);
            c00 = Vector256.FusedMultiplyAdd(v, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(v, b1, c01);
            c10 = Vector256.FusedMultiplyAdd(w, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(w, b1, c11);
            v = Vector256.Create(a[2]);
            w = Vector256.Create(a[3]);
            c20 = Vector256.FusedMultiplyAdd(v, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(v, b1, c21);
            c30 = Vector256.FusedMultiplyAdd(w, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(w, b1, c31);
        }

        d = c;
        c00.Store(d);
        c01.Store(d + 4);
        d += width;
        c10.Store(d);
        c11.Store(d + 4);
        d += width;
        c20.Store(d);
        c21.Store(d + 4);
        d += width;
        c30.Store(d);
        c31.Store(d + 4);
    }
}
