using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// The two loops in which a fit spends its time, on blocks of windows. Both keep a tile of four rows by eight columns in
/// registers; each number of the result is still one running sum in the order of the naive loop, so neither the vector width
/// nor the block size changes a bit. Products are rounded before they are added (no fused multiply-add).
/// </summary>
internal static unsafe class BlockKernels
{
    /// <summary>Columns of a block come in multiples of this: two vectors of four.</summary>
    public const int ColumnMultiple = 8;

    private const int Lanes = 4;
    private const int RowMultiple = 4;

    /// <summary>The smallest multiple of <see cref="ColumnMultiple"/> that holds <paramref name="count"/> numbers.</summary>
    public static int Padded(int count) => (count + ColumnMultiple - 1) / ColumnMultiple * ColumnMultiple;

    /// <summary>
    /// C ← C + Σ_n r_n r_nᵀ, for j ≤ i only (what lies above the diagonal is scratch afterwards). Naive loop:
    /// <c>for n: for i: for j ≤ i: C[i,j] += R[n,i]·R[n,j]</c>.
    /// </summary>
    /// <param name="rows">R, <paramref name="count"/> rows of <paramref name="width"/> numbers.</param>
    /// <param name="count">Rows to add.</param>
    /// <param name="width">A multiple of <see cref="ColumnMultiple"/>; unused columns are zero.</param>
    /// <param name="c">C, width×width row-major.</param>
    public static void AddOuterProducts(ReadOnlySpan<double> rows, int count, int width, Span<double> c)
    {
        Require(width % ColumnMultiple == 0 && rows.Length >= count * width && c.Length == width * width);
        fixed (double* r = rows, target = c)
        {
            for (int i = 0; i < width; i += RowMultiple)
            {
                for (int j = 0; j < i + RowMultiple; j += ColumnMultiple)
                {
                    AddOuterTile(r + i, r + j, count, width, target + ((long)i * width) + j);
                }
            }
        }
    }

    /// <summary>
    /// Solves L Z = B in place for many right-hand sides. Naive loop:
    /// <c>for i: for j &lt; i: Z[i,n] −= L[i,j]·Z[j,n]; Z[i,n] /= L[i,i]</c>.
    /// </summary>
    /// <param name="factor">L, n×n row-major, lower triangle.</param>
    /// <param name="n">Rows of B.</param>
    /// <param name="columns">B, then Z: n×<paramref name="width"/> row-major, one right-hand side a column.</param>
    /// <param name="width">A multiple of <see cref="ColumnMultiple"/>.</param>
    public static void SolveLower(ReadOnlySpan<double> factor, int n, Span<double> columns, int width)
    {
        Require(width % ColumnMultiple == 0 && factor.Length == n * n && columns.Length >= n * width);
        fixed (double* l = factor, z = columns)
        {
            int i = 0;
            for (; i <= n - RowMultiple; i += RowMultiple)
            {
                for (int c = 0; c < width; c += ColumnMultiple)
                {
                    SubtractTile(l + ((long)i * n), n, z + c, width, i);
                    FinishRows(l, n, i, RowMultiple, z + c, width);
                }
            }

            for (int c = 0; c < width && i < n; c += ColumnMultiple)
            {
                for (int row = i; row < n; row++)
                {
                    SubtractRow(l + ((long)row * n), z + c, width, i, row);
                }

                FinishRows(l, n, i, n - i, z + c, width);
            }
        }
    }

    private static void AddOuterTile(double* a, double* b, int count, int width, double* c)
    {
        Vector256<double> c00 = Vector256.Load(c), c01 = Vector256.Load(c + Lanes);
        Vector256<double> c10 = Vector256.Load(c + width), c11 = Vector256.Load(c + width + Lanes);
        Vector256<double> c20 = Vector256.Load(c + (2 * width)), c21 = Vector256.Load(c + (2 * width) + Lanes);
        Vector256<double> c30 = Vector256.Load(c + (3 * width)), c31 = Vector256.Load(c + (3 * width) + Lanes);
        for (int n = 0; n < count; n++, a += width, b += width)
        {
            Vector256<double> b0 = Vector256.Load(b), b1 = Vector256.Load(b + Lanes);
            Vector256<double> a0 = Vector256.Create(a[0]), a1 = Vector256.Create(a[1]);
            c00 += a0 * b0;
            c01 += a0 * b1;
            c10 += a1 * b0;
            c11 += a1 * b1;
            Vector256<double> a2 = Vector256.Create(a[2]), a3 = Vector256.Create(a[3]);
            c20 += a2 * b0;
            c21 += a2 * b1;
            c30 += a3 * b0;
            c31 += a3 * b1;
        }

        c00.Store(c);
        c01.Store(c + Lanes);
        c10.Store(c + width);
        c11.Store(c + width + Lanes);
        c20.Store(c + (2 * width));
        c21.Store(c + (2 * width) + Lanes);
        c30.Store(c + (3 * width));
        c31.Store(c + (3 * width) + Lanes);
    }

    /// <summary>Four rows from <paramref name="solved"/> on: z_r −= Σ_{j &lt; solved} L[r,j] z_j, eight columns.</summary>
    private static void SubtractTile(double* l, int n, double* z, int width, int solved)
    {
        double* c = z + ((long)solved * width);
        Vector256<double> c00 = Vector256.Load(c), c01 = Vector256.Load(c + Lanes);
        Vector256<double> c10 = Vector256.Load(c + width), c11 = Vector256.Load(c + width + Lanes);
        Vector256<double> c20 = Vector256.Load(c + (2 * width)), c21 = Vector256.Load(c + (2 * width) + Lanes);
        Vector256<double> c30 = Vector256.Load(c + (3 * width)), c31 = Vector256.Load(c + (3 * width) + Lanes);
        double* l0 = l, l1 = l + n, l2 = l1 + n, l3 = l2 + n;
        for (int j = 0; j < solved; j++, z += width)
        {
            Vector256<double> b0 = Vector256.Load(z), b1 = Vector256.Load(z + Lanes);
            Vector256<double> a0 = Vector256.Create(l0[j]), a1 = Vector256.Create(l1[j]);
            c00 -= a0 * b0;
            c01 -= a0 * b1;
            c10 -= a1 * b0;
            c11 -= a1 * b1;
            Vector256<double> a2 = Vector256.Create(l2[j]), a3 = Vector256.Create(l3[j]);
            c20 -= a2 * b0;
            c21 -= a2 * b1;
            c30 -= a3 * b0;
            c31 -= a3 * b1;
        }

        c00.Store(c);
        c01.Store(c + Lanes);
        c10.Store(c + width);
        c11.Store(c + width + Lanes);
        c20.Store(c + (2 * width));
        c21.Store(c + (2 * width) + Lanes);
        c30.Store(c + (3 * width));
        c31.Store(c + (3 * width) + Lanes);
    }

    private static void SubtractRow(double* l, double* z, int width, int solved, int row)
    {
        double* c = z + ((long)row * width);
        Vector256<double> c0 = Vector256.Load(c), c1 = Vector256.Load(c + Lanes);
        for (int j = 0; j < solved; j++, z += width)
        {
            Vector256<double> a = Vector256.Create(l[j]);
            c0 -= a * Vector256.Load(z);
            c1 -= a * Vector256.Load(z + Lanes);
        }

        c0.Store(c);
        c1.Store(c + Lanes);
    }

    /// <summary>The small triangle on the diagonal, then the division by the pivot.</summary>
    private static void FinishRows(double* l, int n, int first, int rows, double* z, int width)
    {
        for (int row = first; row < first + rows; row++)
        {
            double* lr = l + ((long)row * n);
            double* c = z + ((long)row * width);
            Vector256<double> c0 = Vector256.Load(c), c1 = Vector256.Load(c + Lanes);
            for (int j = first; j < row; j++)
            {
                Vector256<double> a = Vector256.Create(lr[j]);
                double* b = z + ((long)j * width);
                c0 -= a * Vector256.Load(b);
                c1 -= a * Vector256.Load(b + Lanes);
            }

            Vector256<double> pivot = Vector256.Create(lr[row]);
            (c0 / pivot).Store(c);
            (c1 / pivot).Store(c + Lanes);
        }
    }

    private static void Require(bool sizesAgree)
    {
        if (!sizesAgree)
        {
            throw new ArgumentException("the sizes of the blocks do not agree");
        }
    }
}
