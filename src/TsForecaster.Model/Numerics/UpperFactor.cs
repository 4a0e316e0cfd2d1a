using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// A = UᵀU in one working place, for one symmetric positive definite matrix after another: whole ones, or those of some rows and columns of a
/// larger one. Rows are padded to whole vectors and to whole fours, and eliminated four at a time, so that what stands above is read once for all four.
/// <para>
/// Naive loop: <c>U[i,j] = (A[i,j] − Σ_{k&lt;i} U[k,i]·U[k,j]) / U[i,i]</c> for j ≥ i. A lane is a column and every number one running sum of
/// fused multiply-adds over k = 0, 1, …, so the bits do not depend on the vector width. What lies left of the diagonal is scratch.
/// </para>
/// </summary>
internal sealed unsafe class UpperFactor
{
    private const double MachineEpsilon = 2.220446049250313e-16;
    private const int Lanes = 4;
    private const int Together = 4;

    private AlignedBuffer _rows = new(0);

    /// <summary>Of the matrix at hand.</summary>
    public int Dimension { get; private set; }

    /// <summary>Numbers from one row to the next, a multiple of eight.</summary>
    public int Width { get; private set; }

    /// <summary>ln det A.</summary>
    public double LogDeterminant { get; private set; }

    /// <summary>Rows that hold as many, when four are eliminated at a time.</summary>
    public static int PaddedRows(int count) => (count + Together - 1) / Together * Together;

    /// <summary>Row i, from its diagonal on: before <see cref="TryFactor"/> of A, after it of U.</summary>
    public Span<double> Row(int i) => _rows.Slice((i * Width) + i, Dimension - i);

    /// <summary>Makes room for a matrix, whose rows are then to be written.</summary>
    public void Begin(int dimension)
    {
        (Dimension, Width) = (dimension, OuterProductKernel.Padded(dimension));
        int length = PaddedRows(dimension) * Width;
        if (_rows.Length < length)
        {
            _rows = new AlignedBuffer(length);
        }

        for (int i = 0; i < PaddedRows(dimension); i++)
        {
            // Padding takes part in the elimination; what an earlier matrix left there need not be finite.
            int end = Math.Min(i, dimension);
            _rows.Slice(i * Width, i < dimension ? end : Width).Clear();
            _rows.Slice((i * Width) + dimension, Width - dimension).Clear();
        }
    }

    /// <summary>Takes those rows and columns of a symmetric matrix that the order names.</summary>
    /// <param name="matrix">Row-major.</param>
    /// <param name="size">Numbers from one of its rows to the next.</param>
    /// <param name="order">Of its rows.</param>
    public void Take(ReadOnlySpan<double> matrix, int size, ReadOnlySpan<int> order)
    {
        Begin(order.Length);
        for (int i = 0; i < order.Length; i++)
        {
            ReadOnlySpan<double> source = matrix.Slice(order[i] * size, size);
            Span<double> target = Row(i);
            for (int j = 0; j < target.Length; j++)
            {
                target[j] = source[order[i + j]];
            }
        }
    }

    /// <summary>Replaces A by U; false when A is not positive definite to working precision. Cost n³/6 multiply-adds.</summary>
    public bool TryFactor()
    {
        double product = 1.0;
        LogDeterminant = 0.0;
        double* diagonals = stackalloc double[Together];
        fixed (double* u = _rows.Span)
        {
            for (int block = 0; block < Dimension; block += Together)
            {
                for (int i = 0; i < Together; i++)
                {
                    diagonals[i] = u[((nint)(block + i) * Width) + block + i];
                }

                Eliminate(u, block, u, Width, block & -(2 * Lanes));
                for (int i = block; i < Math.Min(block + Together, Dimension); i++)
                {
                    double* row = u + ((nint)i * Width);
                    EliminateWithin(u, block, i, u, Width, i & -Lanes);
                    double square = row[i];

                    // What all rows above leave of A's own diagonal is noise below this; comparisons are false for NaN.
                    if (!(square > MachineEpsilon * diagonals[i - block]) || !double.IsFinite(square))
                    {
                        return false;
                    }

                    double pivot = Math.Sqrt(square);
                    TriangleKernels.Divide(row, i & -Lanes, Width, pivot);
                    row[i] = pivot;
                    product *= pivot;
                    if (product is > 1e100 or < 1e-100)
                    {
                        LogDeterminant += Math.Log(product);
                        product = 1.0;
                    }
                }
            }
        }

        LogDeterminant = 2.0 * (LogDeterminant + Math.Log(product));
        return true;
    }

    /// <summary>Replaces b by U⁻ᵀ b.</summary>
    public void SolveTransposed(Span<double> b) => SolveLeading(b, Dimension);

    /// <summary>Replaces the first numbers of b by those of U⁻ᵀ b, and takes their part in the rows below off the others.</summary>
    /// <param name="count">How many.</param>
    public void SolveLeading(Span<double> b, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<double> row = Row(i);
            b[i] /= row[0];
            VectorKernels.AddScaled(-b[i], row[1..], b[(i + 1)..Dimension]);
        }
    }

    /// <summary>Replaces b by U⁻¹ b.</summary>
    public void Solve(Span<double> b)
    {
        for (int i = Dimension - 1; i >= 0; i--)
        {
            ReadOnlySpan<double> row = Row(i);
            b[i] = (b[i] - VectorKernels.Dot(row[1..], b[(i + 1)..Dimension])) / row[0];
        }
    }

    /// <summary>Replaces B by V = U⁻ᵀ B, all columns side by side, in the order of the factor itself. Cost n²/2 multiply-adds a column.</summary>
    /// <param name="rows">B, <see cref="PaddedRows"/>×width row-major; the rows that pad it are scratch.</param>
    /// <param name="width">A multiple of eight.</param>
    public void SolveTransposed(Span<double> rows, int width)
    {
        RequireRows(rows.Length, width);

        rows[(Dimension * width)..].Clear();
        fixed (double* u = _rows.Span, v = rows)
        {
            for (int block = 0; block < Dimension; block += Together)
            {
                Eliminate(u, block, v, width, 0);
                for (int i = block; i < Math.Min(block + Together, Dimension); i++)
                {
                    EliminateWithin(u, block, i, v, width, 0);
                    TriangleKernels.Divide(v + ((nint)i * width), 0, width, u[((nint)i * Width) + i]);
                }
            }
        }
    }

    /// <summary>Replaces an upper triangular B by U⁻¹ B (<see cref="TriangleKernels.Solve"/>).</summary>
    /// <param name="rows">B, <see cref="PaddedRows"/>×<see cref="Width"/> row-major, zero left of its diagonal; the rows that pad it are scratch.</param>
    public void SolveUpper(Span<double> rows)
    {
        RequireRows(rows.Length, Width);
        fixed (double* u = _rows.Span, v = rows)
        {
            TriangleKernels.Solve(u, v, Dimension, Width);
        }
    }

    /// <summary>Replaces an upper triangular B by U B (<see cref="TriangleKernels.Multiply"/>).</summary>
    /// <param name="rows">As in <see cref="SolveUpper"/>.</param>
    public void MultiplyUpper(Span<double> rows)
    {
        RequireRows(rows.Length, Width);
        fixed (double* u = _rows.Span, v = rows)
        {
            TriangleKernels.Multiply(u, v, Dimension, Width);
        }
    }

    /// <summary>V[i,·] −= Σ_{k &lt; block} U[k,i] · V[k,·] for the four rows of a block, from a column on.</summary>
    private void Eliminate(double* u, int block, double* v, int width, int from)
    {
        int c = from;
        for (; Vector512.IsHardwareAccelerated && c <= width - (4 * Lanes); c += 4 * Lanes)
        {
            EliminateSixteen(u + block, Width, block, v + c, width);
        }

        for (; c < width; c += 2 * Lanes)
        {
            EliminateEight(u + block, Width, block, v + c, width);
        }
    }

    /// <summary>Sixteen columns: eight running sums of eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EliminateSixteen(double* factor, int factorWidth, int block, double* v, int width)
    {
        const int Half = 2 * Lanes;
        double* r0 = v + ((nint)block * width), r1 = r0 + width, r2 = r1 + width, r3 = r2 + width;
        Vector512<double> s0 = Vector512.Load(r0), s1 = Vector512.Load(r1), s2 = Vector512.Load(r2), s3 = Vector512.Load(r3);
        Vector512<double> t0 = Vector512.Load(r0 + Half), t1 = Vector512.Load(r1 + Half), t2 = Vector512.Load(r2 + Half), t3 = Vector512.Load(r3 + Half);
        for (int k = 0; k < block; k++, factor += factorWidth, v += width)
        {
            Vector512<double> s = Vector512.Load(v), t = Vector512.Load(v + Half);
            Vector512<double> f0 = Vector512.Create(-factor[0]), f1 = Vector512.Create(-factor[1]), f2 = Vector512.Create(-factor[2]), f3 = Vector512.Create(-factor[3]);
            s0 = Vector512.FusedMultiplyAdd(f0, s, s0);
            t0 = Vector512.FusedMultiplyAdd(f0, t, t0);
            s1 = Vector512.FusedMultiplyAdd(f1, s, s1);
            t1 = Vector512.FusedMultiplyAdd(f1, t, t1);
            s2 = Vector512.FusedMultiplyAdd(f2, s, s2);
            t2 = Vector512.FusedMultiplyAdd(f2, t, t2);
            s3 = Vector512.FusedMultiplyAdd(f3, s, s3);
            t3 = Vector512.FusedMultiplyAdd(f3, t, t3);
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

    /// <summary>Eight columns: eight running sums of four lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EliminateEight(double* factor, int factorWidth, int block, double* v, int width)
    {
        double* r0 = v + ((nint)block * width), r1 = r0 + width, r2 = r1 + width, r3 = r2 + width;
        Vector256<double> s0 = Vector256.Load(r0), s1 = Vector256.Load(r1), s2 = Vector256.Load(r2), s3 = Vector256.Load(r3);
        Vector256<double> t0 = Vector256.Load(r0 + Lanes), t1 = Vector256.Load(r1 + Lanes), t2 = Vector256.Load(r2 + Lanes), t3 = Vector256.Load(r3 + Lanes);
        for (int k = 0; k < block; k++, factor += factorWidth, v += width)
        {
            Vector256<double> s = Vector256.Load(v), t = Vector256.Load(v + Lanes);
            Vector256<double> f0 = Vector256.Create(-factor[0]), f1 = Vector256.Create(-factor[1]), f2 = Vector256.Create(-factor[2]), f3 = Vector256.Create(-factor[3]);
            s0 = Vector256.FusedMultiplyAdd(f0, s, s0);
            t0 = Vector256.FusedMultiplyAdd(f0, t, t0);
            s1 = Vector256.FusedMultiplyAdd(f1, s, s1);
            t1 = Vector256.FusedMultiplyAdd(f1, t, t1);
            s2 = Vector256.FusedMultiplyAdd(f2, s, s2);
            t2 = Vector256.FusedMultiplyAdd(f2, t, t2);
            s3 = Vector256.FusedMultiplyAdd(f3, s, s3);
            t3 = Vector256.FusedMultiplyAdd(f3, t, t3);
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

    /// <summary>V[i,·] −= Σ_{block ≤ k &lt; i} U[k,i] · V[k,·].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EliminateWithin(double* u, int block, int i, double* v, int width, int from)
    {
        double* row = v + ((nint)i * width);
        for (int k = block; k < i; k++)
        {
            TriangleKernels.AddMultiple(-u[((nint)k * Width) + i], v + ((nint)k * width), row, from, width);
        }
    }

    private void RequireRows(int length, int width)
    {
        if (width % (2 * Lanes) != 0 || length != PaddedRows(Dimension) * width)
        {
            throw new ArgumentException($"{length} numbers are not {PaddedRows(Dimension)} rows of {width}, in whole vectors of {2 * Lanes}");
        }
    }
}
