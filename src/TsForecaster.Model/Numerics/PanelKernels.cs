using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Products of a matrix with one vector, or with many at once. The matrix is stored in panels: eight rows at a time, column by
/// column, rows past the last filled with zeros; element (i, j) of a panel of c columns stands at 8·c·⌊i/8⌋ + 8·j + i mod 8. Of a
/// lower triangular matrix each panel ends with the last column that reaches its diagonal.
/// <para>
/// Order of summation: every number of a product is one running sum over j = 0, 1, …, each step one fused multiply-add, which
/// rounds once. Lanes hold different numbers of the result and never parts of one, so that vectors of eight, four or two, plain
/// scalar code, and the form for one and for many vectors all give the same bits.
/// </para>
/// </summary>
internal static class PanelKernels
{
    /// <summary>Rows of a panel.</summary>
    public const int Lanes = 8;

    /// <summary>Vectors in a product with many.</summary>
    public const int Width = 16;

    // Rows times vectors of a tile: eight running sums hide the latency of the multiply-add and fit the registers.
    private const int Tile = 4;

    /// <summary>Panels of a matrix of so many rows.</summary>
    public static int Panels(int rows) => (rows + Lanes - 1) / Lanes;

    /// <summary>Rows with those that only fill the last panel.</summary>
    public static int Padded(int rows) => Panels(rows) * Lanes;

    /// <summary>Numbers in the panels of a matrix.</summary>
    public static int Size(int rows, int columns) => Padded(rows) * columns;

    /// <summary>Numbers in the panels of a lower triangular matrix, and so where its panel <paramref name="panels"/> starts.</summary>
    public static int TriangleSize(int panels, int order)
    {
        int whole = Math.Min(panels, order / Lanes);
        return Lanes * ((Lanes * whole * (whole + 1) / 2) + ((panels - whole) * order));
    }

    /// <summary>Stores row <paramref name="i"/> of a matrix.</summary>
    public static void SetRow(Span<double> panels, int columns, int i, ReadOnlySpan<double> row)
    {
        Span<double> panel = panels.Slice(Lanes * columns * (i / Lanes), Lanes * columns);
        for (int j = 0; j < row.Length; j++)
        {
            panel[(Lanes * j) + (i % Lanes)] = row[j];
        }
    }

    /// <summary>Stores row <paramref name="i"/> of a lower triangular matrix, its first i + 1 numbers.</summary>
    public static void SetTriangleRow(Span<double> panels, int order, int i, ReadOnlySpan<double> row)
    {
        Span<double> panel = panels[TriangleSize(i / Lanes, order)..TriangleSize((i / Lanes) + 1, order)];
        for (int j = 0; j <= i; j++)
        {
            panel[(Lanes * j) + (i % Lanes)] = row[j];
        }
    }

    /// <summary>y ← y + A x. Naive loop: <c>for i: for j: y[i] = fma(A[i,j], x[j], y[i])</c>.</summary>
    /// <param name="panels">A, by <see cref="SetRow"/>.</param>
    /// <param name="x">One number a column.</param>
    /// <param name="y">One number a row, padded to whole panels.</param>
    public static void MultiplyAdd(ReadOnlySpan<double> panels, ReadOnlySpan<double> x, Span<double> y)
    {
        Require(panels.Length == x.Length * y.Length && y.Length % Lanes == 0);
        nuint stride = (nuint)(Lanes * x.Length);
        ref double a = ref MemoryMarshal.GetReference(panels);
        ref double target = ref MemoryMarshal.GetReference(y);
        int left = y.Length / Lanes;
        for (; left >= 4; left -= 4)
        {
            MultiplyAddFour(ref a, stride, x, ref target);
            a = ref Unsafe.Add(ref a, 4 * stride);
            target = ref Unsafe.Add(ref target, 4 * Lanes);
        }

        for (; left > 0; left--)
        {
            Vector512<double> sum = Vector512.LoadUnsafe(ref target);
            for (int j = 0; j < x.Length; j++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, (nuint)(Lanes * j)), Vector512.Create(x[j]), sum);
            }

            sum.StoreUnsafe(ref target);
            a = ref Unsafe.Add(ref a, stride);
            target = ref Unsafe.Add(ref target, Lanes);
        }
    }

    /// <summary>
    /// s ← s + squares of the rows of W x that two panels hold (one, when it is the last), row i added to s[i mod 8]. Naive loop:
    /// <c>for i in rows of the panels: { z = 0; for j ≤ i: z = fma(W[i,j], x[j], z); s[i % 8] = fma(z, z, s[i % 8]) }</c>.
    /// </summary>
    /// <param name="panels">W, lower triangular of the order of <paramref name="x"/>, by <see cref="SetTriangleRow"/>.</param>
    /// <param name="panel">The first of the two.</param>
    /// <param name="squares">s, eight numbers.</param>
    public static void AddSquares(ReadOnlySpan<double> panels, int panel, ReadOnlySpan<double> x, Span<double> squares)
    {
        int count = Panels(x.Length);
        Require(panels.Length == TriangleSize(count, x.Length) && panel >= 0 && panel < count && squares.Length == Lanes);
        int columns = Math.Min(Lanes * (panel + 1), x.Length);
        ref double a = ref Unsafe.Add(ref MemoryMarshal.GetReference(panels), TriangleSize(panel, x.Length));
        ref double b = ref Unsafe.Add(ref a, Lanes * columns);
        Vector512<double> first = Vector512<double>.Zero, second = Vector512<double>.Zero;
        if (panel + 1 == count)
        {
            for (int j = 0; j < columns; j++)
            {
                first = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, (nuint)(Lanes * j)), Vector512.Create(x[j]), first);
            }
        }
        else
        {
            int j = 0;
            for (; j < columns; j++)
            {
                Vector512<double> factor = Vector512.Create(x[j]);
                first = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, (nuint)(Lanes * j)), factor, first);
                second = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref b, (nuint)(Lanes * j)), factor, second);
            }

            for (columns = Math.Min(columns + Lanes, x.Length); j < columns; j++)
            {
                second = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref b, (nuint)(Lanes * j)), Vector512.Create(x[j]), second);
            }
        }

        ref double s = ref MemoryMarshal.GetReference(squares);
        Vector512<double> sum = Vector512.FusedMultiplyAdd(first, first, Vector512.LoadUnsafe(ref s));
        (panel + 1 == count ? sum : Vector512.FusedMultiplyAdd(second, second, sum)).StoreUnsafe(ref s);
    }

    /// <summary>
    /// The same for <see cref="Width"/> vectors and one panel: x and s hold a vector a column, and column n of s has the bits that
    /// <see cref="AddSquares"/> gives vector n alone.
    /// </summary>
    /// <param name="columns">x, order×<see cref="Width"/> row-major.</param>
    /// <param name="order">Of W.</param>
    /// <param name="squares">s, 8×<see cref="Width"/> row-major.</param>
    public static void AddSquaresOfMany(ReadOnlySpan<double> panels, int panel, ReadOnlySpan<double> columns, int order, Span<double> squares)
    {
        int count = Panels(order);
        Require(panels.Length == TriangleSize(count, order) && panel >= 0 && panel < count);
        Require(columns.Length == order * Width && squares.Length == Lanes * Width);
        int reach = Math.Min(Lanes * (panel + 1), order);
        ref double a = ref Unsafe.Add(ref MemoryMarshal.GetReference(panels), TriangleSize(panel, order));
        for (int row = 0; row < Math.Min(Lanes, order - (Lanes * panel)); row += Tile)
        {
            AddSquaresOfTile(ref Unsafe.Add(ref a, row), reach, columns, squares.Slice(row * Width, Tile * Width));
        }
    }

    /// <summary>The sum of eight numbers: ((s₀+s₄)+(s₂+s₆)) + ((s₁+s₅)+(s₃+s₇)).</summary>
    public static double Sum(ReadOnlySpan<double> squares) =>
        ((squares[0] + squares[4]) + (squares[2] + squares[6])) + ((squares[1] + squares[5]) + (squares[3] + squares[7]));

    private static void MultiplyAddFour(ref double a, nuint stride, ReadOnlySpan<double> x, ref double y)
    {
        Vector512<double> s0 = Vector512.LoadUnsafe(ref y), s1 = Vector512.LoadUnsafe(ref y, Lanes);
        Vector512<double> s2 = Vector512.LoadUnsafe(ref y, 2 * Lanes), s3 = Vector512.LoadUnsafe(ref y, 3 * Lanes);
        for (int j = 0; j < x.Length; j++)
        {
            Vector512<double> factor = Vector512.Create(x[j]);
            s0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a), factor, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, stride), factor, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, 2 * stride), factor, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, 3 * stride), factor, s3);
            a = ref Unsafe.Add(ref a, Lanes);
        }

        s0.StoreUnsafe(ref y);
        s1.StoreUnsafe(ref y, Lanes);
        s2.StoreUnsafe(ref y, 2 * Lanes);
        s3.StoreUnsafe(ref y, 3 * Lanes);
    }

    private static void AddSquaresOfTile(ref double a, int reach, ReadOnlySpan<double> columns, Span<double> squares)
    {
        Vector512<double> z00 = default, z01 = default, z10 = default, z11 = default, z20 = default, z21 = default, z30 = default, z31 = default;
        ref double x = ref MemoryMarshal.GetReference(columns);
        for (int j = 0; j < reach; j++)
        {
            Vector512<double> x0 = Vector512.LoadUnsafe(ref x), x1 = Vector512.LoadUnsafe(ref x, Lanes);
            Vector512<double> w = Vector512.Create(a);
            z00 = Vector512.FusedMultiplyAdd(w, x0, z00);
            z01 = Vector512.FusedMultiplyAdd(w, x1, z01);
            w = Vector512.Create(Unsafe.Add(ref a, 1));
            z10 = Vector512.FusedMultiplyAdd(w, x0, z10);
            z11 = Vector512.FusedMultiplyAdd(w, x1, z11);
            w = Vector512.Create(Unsafe.Add(ref a, 2));
            z20 = Vector512.FusedMultiplyAdd(w, x0, z20);
            z21 = Vector512.FusedMultiplyAdd(w, x1, z21);
            w = Vector512.Create(Unsafe.Add(ref a, 3));
            z30 = Vector512.FusedMultiplyAdd(w, x0, z30);
            z31 = Vector512.FusedMultiplyAdd(w, x1, z31);
            a = ref Unsafe.Add(ref a, Lanes);
            x = ref Unsafe.Add(ref x, Width);
        }

        ref double s = ref MemoryMarshal.GetReference(squares);
        AddSquare(z00, ref s);
        AddSquare(z01, ref Unsafe.Add(ref s, Lanes));
        AddSquare(z10, ref Unsafe.Add(ref s, Width));
        AddSquare(z11, ref Unsafe.Add(ref s, Width + Lanes));
        AddSquare(z20, ref Unsafe.Add(ref s, 2 * Width));
        AddSquare(z21, ref Unsafe.Add(ref s, (2 * Width) + Lanes));
        AddSquare(z30, ref Unsafe.Add(ref s, 3 * Width));
        AddSquare(z31, ref Unsafe.Add(ref s, (3 * Width) + Lanes));
    }

    private static void AddSquare(Vector512<double> z, ref double s) =>
        Vector512.FusedMultiplyAdd(z, z, Vector512.LoadUnsafe(ref s)).StoreUnsafe(ref s);

    private static void Require(bool sizesAgree)
    {
        if (!sizesAgree)
        {
            throw new ArgumentException("the sizes of the panels and vectors do not agree");
        }
    }
}
