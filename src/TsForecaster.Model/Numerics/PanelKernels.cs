using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Products of a trapezoid matrix A, r×n with A[i,j] = 0 for j &gt; i, with one vector or with many at once. It is stored in panels:
/// eight rows at a time, column by column as far as the panel reaches (to the diagonal of its last row, or to column n), rows past
/// the last filled with zeros.
/// <para>
/// Order of summation: every number of a product is one running sum over j = 0, 1, … from zero, each step one fused multiply-add,
/// which rounds once. Lanes hold different numbers of the result and never parts of one, so that vectors of eight, four or two,
/// plain scalar code, and the form for one and for many vectors all give the same bits. Vectors x are finite: a panel that
/// reaches past a row's diagonal multiplies zeros there.
/// </para>
/// </summary>
internal static class PanelKernels
{
    /// <summary>Rows of a panel.</summary>
    public const int Lanes = 8;

    /// <summary>Panels that are multiplied side by side at most, so that the latency of one running sum is hidden by the others.</summary>
    public const int Group = 4;

    /// <summary>Vectors in a product with many.</summary>
    public const int Width = 16;

    // Rows of a tile in a product with many: eight running sums of eight lanes.
    private const int Tile = 4;

    /// <summary>Panels of so many rows.</summary>
    public static int Panels(int rows) => (rows + Lanes - 1) / Lanes;

    /// <summary>Rows with those that only fill the last panel.</summary>
    public static int Padded(int rows) => Panels(rows) * Lanes;

    /// <summary>Numbers in so many panels of a matrix of n columns, and so where the next one starts.</summary>
    public static int Size(int panels, int n)
    {
        int whole = Math.Min(panels, n / Lanes);
        return Lanes * ((Lanes * whole * (whole + 1) / 2) + ((panels - whole) * n));
    }

    /// <summary>The next group of so many panels left: as few groups as there can be, of nearly equal size.</summary>
    public static int NextGroup(int left)
    {
        if (left <= Group)
        {
            return left;
        }

        int groups = (left + Group - 1) / Group;
        return (left + groups - 1) / groups;
    }

    /// <summary>Stores row <paramref name="i"/>, of which the first i + 1 numbers count.</summary>
    /// <param name="row">n numbers.</param>
    public static void SetRow(Span<double> panels, int i, ReadOnlySpan<double> row)
    {
        int start = Size(i / Lanes, row.Length);
        for (int j = 0; j < Math.Min(i + 1, row.Length); j++)
        {
            panels[start + (Lanes * j) + (i % Lanes)] = row[j];
        }
    }

    /// <summary>Copies row <paramref name="i"/>, of which the first i + 1 numbers count.</summary>
    /// <param name="row">Receives n numbers.</param>
    public static void CopyRow(ReadOnlySpan<double> panels, int i, Span<double> row)
    {
        int start = Size(i / Lanes, row.Length);
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = j <= i ? panels[start + (Lanes * j) + (i % Lanes)] : 0.0;
        }
    }

    /// <summary>The rows of A x that a group of panels holds. Naive loop: <c>for i: { y[i] = 0; for j ≤ i: y[i] = fma(A[i,j], x[j], y[i]) }</c>.</summary>
    /// <param name="panels">A.</param>
    /// <param name="panel">The first of the group.</param>
    /// <param name="x">n numbers.</param>
    /// <param name="y">Eight numbers a panel, of one to <see cref="Group"/> panels.</param>
    public static void Multiply(ReadOnlySpan<double> panels, int panel, ReadOnlySpan<double> x, Span<double> y)
    {
        int count = y.Length / Lanes;
        ref double a = ref First(panels, panel, count, x.Length);
        if (count == 3 && Lanes * (panel + 1) >= x.Length)
        {
            MultiplyThree(ref a, x, ref MemoryMarshal.GetReference(y));
            return;
        }

        Multiply(ref a, panel, count, x, out Vector512<double> y0, out Vector512<double> y1, out Vector512<double> y2, out Vector512<double> y3);
        ref double target = ref MemoryMarshal.GetReference(y);
        y0.StoreUnsafe(ref target);
        if (count > 1)
        {
            y1.StoreUnsafe(ref target, Lanes);
        }

        if (count > 2)
        {
            y2.StoreUnsafe(ref target, 2 * Lanes);
        }

        if (count > 3)
        {
            y3.StoreUnsafe(ref target, 3 * Lanes);
        }
    }

    /// <summary>
    /// s ← s + squares of the rows i &lt; n of A x that a group of panels holds, row i added to s[i mod 8]. Naive loop:
    /// <c>for i &lt; n: { z = 0; for j ≤ i: z = fma(A[i,j], x[j], z); s[i % 8] = fma(z, z, s[i % 8]) }</c>.
    /// </summary>
    /// <param name="panels">A.</param>
    /// <param name="panel">The first of the group.</param>
    /// <param name="count">Panels in the group; none may be without a row i &lt; n.</param>
    /// <param name="x">n numbers.</param>
    /// <param name="squares">s.</param>
    /// <param name="last">Receives the eight rows of A x of the group's last panel; those from n on are not in s.</param>
    /// <returns>s.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> AddSquares(
        ReadOnlySpan<double> panels, int panel, int count, ReadOnlySpan<double> x, Vector512<double> squares, Span<double> last)
    {
        ref double a = ref First(panels, panel, count, x.Length);
        Require(panel + count <= Panels(x.Length) && last.Length == Lanes);
        Multiply(ref a, panel, count, x, out Vector512<double> z0, out Vector512<double> z1, out Vector512<double> z2, out Vector512<double> z3);
        z3.StoreUnsafe(ref MemoryMarshal.GetReference(last));
        if (count > 1)
        {
            squares = Vector512.FusedMultiplyAdd(z0, z0, squares);
        }

        if (count > 2)
        {
            squares = Vector512.FusedMultiplyAdd(z1, z1, squares);
        }

        if (count > 3)
        {
            squares = Vector512.FusedMultiplyAdd(z2, z2, squares);
        }

        // A group's last panel stands in for those the group lacks, so it is always the fourth.
        Vector512<double> rows = Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7) + Vector512.Create((double)(Lanes * (panel + count - 1)));
        z3 = Vector512.ConditionalSelect(Vector512.LessThan(rows, Vector512.Create((double)x.Length)), z3, Vector512<double>.Zero);
        return Vector512.FusedMultiplyAdd(z3, z3, squares);
    }

    /// <summary>
    /// The same for one panel and <see cref="Width"/> vectors: x and s hold a vector a column, and column n of s has the bits that
    /// <see cref="AddSquares"/> gives vector n alone.
    /// </summary>
    /// <param name="columns">x, n×<see cref="Width"/> row-major.</param>
    /// <param name="n">Columns of A.</param>
    /// <param name="squares">s, 8×<see cref="Width"/> row-major.</param>
    public static void AddSquaresOfMany(ReadOnlySpan<double> panels, int panel, ReadOnlySpan<double> columns, int n, Span<double> squares)
    {
        ref double a = ref First(panels, panel, 1, n);
        Require(columns.Length == n * Width && squares.Length == Lanes * Width);
        int reach = Math.Min(Lanes * (panel + 1), n);
        int rows = Math.Min(Lanes, n - (Lanes * panel));
        for (int row = 0; row < rows; row += Tile)
        {
            AddSquaresOfTile(ref Unsafe.Add(ref a, row), reach, columns, squares[(row * Width)..(Math.Min(rows, row + Tile) * Width)]);
        }
    }

    /// <summary>The sum of eight lanes: ((s₀+s₄)+(s₂+s₆)) + ((s₁+s₅)+(s₃+s₇)).</summary>
    public static double Sum(Vector512<double> s)
    {
        Vector256<double> four = s.GetLower() + s.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }

    /// <summary><see cref="Sum"/> of eight columns from <paramref name="column"/> on, of 8×<see cref="Width"/> numbers row-major.</summary>
    public static Vector512<double> SumRows(ReadOnlySpan<double> squares, int column)
    {
        Require(squares.Length == Lanes * Width && column >= 0 && column + Lanes <= Width);
        ref double s = ref Unsafe.Add(ref MemoryMarshal.GetReference(squares), column);
        Vector512<double> s04 = Vector512.LoadUnsafe(ref s) + Vector512.LoadUnsafe(ref s, 4 * Width);
        Vector512<double> s15 = Vector512.LoadUnsafe(ref s, Width) + Vector512.LoadUnsafe(ref s, 5 * Width);
        Vector512<double> s26 = Vector512.LoadUnsafe(ref s, 2 * Width) + Vector512.LoadUnsafe(ref s, 6 * Width);
        Vector512<double> s37 = Vector512.LoadUnsafe(ref s, 3 * Width) + Vector512.LoadUnsafe(ref s, 7 * Width);
        return (s04 + s26) + (s15 + s37);
    }

    /// <summary>Up to four panels side by side. Where there are fewer, the last stands in for the missing ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(
        ref double a, int panel, int count, ReadOnlySpan<double> x, out Vector512<double> y0, out Vector512<double> y1, out Vector512<double> y2, out Vector512<double> y3)
    {
        int n = x.Length;
        int r0 = Math.Min(Lanes * (panel + 1), n), r1 = Math.Min(r0 + Lanes, n), r2 = Math.Min(r1 + Lanes, n), r3 = Math.Min(r2 + Lanes, n);
        ref double b = ref Unsafe.Add(ref a, count > 1 ? Lanes * r0 : 0);
        ref double c = ref Unsafe.Add(ref b, count > 2 ? Lanes * r1 : 0);
        ref double d = ref Unsafe.Add(ref c, count > 3 ? Lanes * r2 : 0);
        (r1, r2, r3) = (count > 1 ? r1 : r0, count > 2 ? r2 : count > 1 ? r1 : r0, count > 3 ? r3 : count > 2 ? r2 : count > 1 ? r1 : r0);
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
        nuint at = 0;
        int j = 0;
        for (; j < r0; j++, at += Lanes)
        {
            Vector512<double> factor = Vector512.Create(x[j]);
            s0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, at), factor, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref b, at), factor, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, at), factor, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref d, at), factor, s3);
        }

        for (; j < r1; j++, at += Lanes)
        {
            Vector512<double> factor = Vector512.Create(x[j]);
            s1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref b, at), factor, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, at), factor, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref d, at), factor, s3);
        }

        for (; j < r2; j++, at += Lanes)
        {
            Vector512<double> factor = Vector512.Create(x[j]);
            s2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, at), factor, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref d, at), factor, s3);
        }

        for (; j < r3; j++, at += Lanes)
        {
            s3 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref d, at), Vector512.Create(x[j]), s3);
        }

        (y0, y1, y2, y3) = (s0, s1, s2, s3);
    }

    /// <summary>Three panels that reach over all columns, without a fourth to stand in.</summary>
    private static void MultiplyThree(ref double a, ReadOnlySpan<double> x, ref double y)
    {
        ref double b = ref Unsafe.Add(ref a, Lanes * x.Length);
        ref double c = ref Unsafe.Add(ref b, Lanes * x.Length);
        Vector512<double> s0 = default, s1 = default, s2 = default;
        nuint at = 0;
        for (int j = 0; j < x.Length; j++, at += Lanes)
        {
            Vector512<double> factor = Vector512.Create(x[j]);
            s0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref a, at), factor, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref b, at), factor, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, at), factor, s2);
        }

        s0.StoreUnsafe(ref y);
        s1.StoreUnsafe(ref y, Lanes);
        s2.StoreUnsafe(ref y, 2 * Lanes);
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

        AddSquare(z00, z01, squares);
        if (squares.Length > Width)
        {
            AddSquare(z10, z11, squares[Width..]);
        }

        if (squares.Length > 2 * Width)
        {
            AddSquare(z20, z21, squares[(2 * Width)..]);
        }

        if (squares.Length > 3 * Width)
        {
            AddSquare(z30, z31, squares[(3 * Width)..]);
        }
    }

    private static void AddSquare(Vector512<double> low, Vector512<double> high, Span<double> squares)
    {
        ref double s = ref MemoryMarshal.GetReference(squares);
        Vector512.FusedMultiplyAdd(low, low, Vector512.LoadUnsafe(ref s)).StoreUnsafe(ref s);
        Vector512.FusedMultiplyAdd(high, high, Vector512.LoadUnsafe(ref s, Lanes)).StoreUnsafe(ref s, Lanes);
    }

    /// <summary>Where a group starts, after a check that it lies within the panels.</summary>
    private static ref double First(ReadOnlySpan<double> panels, int panel, int count, int n)
    {
        Require(panel >= 0 && count is > 0 and <= Group && Size(panel + count, n) <= panels.Length);
        return ref Unsafe.Add(ref MemoryMarshal.GetReference(panels), Size(panel, n));
    }

    private static void Require(bool sizesAgree)
    {
        if (!sizesAgree)
        {
            throw new ArgumentException("the sizes of the panels and vectors do not agree");
        }
    }
}
