using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Σ = L Lᵀ and W = L⁻¹ in one working place, for one matrix after another, whole ones or those of some rows and columns. Rows are padded to whole vectors; a lane is a column
/// and every number one running sum of fused multiply-adds, so the bits do not depend on the vector width.
/// Naive loops: <c>U[i,j] = (Σ[i,j] − Σ_{k&lt;i} U[k,i]·U[k,j]) / U[i,i]</c> for j ≥ i with U = Lᵀ, and
/// <c>W[i,j] = ([i=j] − Σ_{j&lt;k≤i} W[i,k]·L[k,j]) / L[j,j]</c>, k from i down.
/// </summary>
/// <remarks>
/// W is solved from the right, W L = I, one row at a time: it is applied to windows as z = W(L z), so it is the product in that order
/// that has to be the identity. Solved from the left it loses as many digits again as L has (Higham, Accuracy and Stability, §14.2).
/// </remarks>
internal sealed unsafe class InverseFactor
{
    private const double MachineEpsilon = 2.220446049250313e-16;
    private const int Lanes = 4;
    private const int Wide = 4 * Lanes;
    private const int Together = 4;

    private readonly double[] _upper;
    private readonly double[] _inverse;

    // L by rows without its diagonal, then zeros to the end of a vector.
    private readonly double[] _strict;

    /// <param name="dimension">Of the largest matrix, and until another is factored.</param>
    public InverseFactor(int dimension)
    {
        Dimension = dimension;
        Width = OuterProductKernel.Padded(dimension);
        _upper = new double[dimension * Width];
        _inverse = new double[dimension * Width];
        _strict = new double[dimension * Width];
    }

    /// <summary>Of the matrix at hand.</summary>
    public int Dimension { get; private set; }

    /// <summary>Numbers from one row of <see cref="Inverse"/> to the next.</summary>
    public int Width { get; private set; }

    /// <summary>W, lower triangular, zero above the diagonal.</summary>
    public ReadOnlySpan<double> Inverse => _inverse.AsSpan(0, Dimension * Width);

    /// <summary>ln det Σ.</summary>
    public double LogDeterminant { get; private set; }

    /// <summary>
    /// Factors a symmetric matrix, row-major, with its rows and columns in the given order, or those alone of them that the order
    /// names; false when that is not positive definite.
    /// </summary>
    public bool TryFactor(ReadOnlySpan<double> matrix, int size, ReadOnlySpan<int> order)
    {
        Dimension = order.Length;
        Width = OuterProductKernel.Padded(order.Length);
        for (int i = 0; i < Dimension; i++)
        {
            ReadOnlySpan<double> row = matrix.Slice(order[i] * size, size);
            Span<double> target = _upper.AsSpan(i * Width, Width);
            for (int j = i; j < Dimension; j++)
            {
                target[j] = row[order[j]];
            }

            target[..i].Clear();
            target[Dimension..].Clear();
        }

        double product = 1.0;
        LogDeterminant = 0.0;
        fixed (double* u = _upper)
        {
            for (int i = 0; i < Dimension; i++)
            {
                double* row = u + ((nint)i * Width);
                double diagonal = row[i];
                SubtractRows(u, i, row, i & -Lanes);
                double square = row[i];

                // What is left of the diagonal after cancellation is noise below this; comparisons are false for NaN.
                if (!(square > MachineEpsilon * diagonal) || !double.IsFinite(square))
                {
                    return false;
                }

                double pivot = Math.Sqrt(square);
                Divide(row, i & -Lanes, Width, pivot);
                row[i] = pivot;
                product *= pivot;
                if (product is > 1e100 or < 1e-100)
                {
                    LogDeterminant += Math.Log(product);
                    product = 1.0;
                }
            }
        }

        LogDeterminant = 2.0 * (LogDeterminant + Math.Log(product));
        return true;
    }

    /// <summary>Takes over a factor L (D×D row-major) with its rows as they are.</summary>
    public void TakeFactor(ReadOnlySpan<double> factor)
    {
        for (int i = 0; i < Dimension; i++)
        {
            for (int j = i; j < Dimension; j++)
            {
                _upper[(i * Width) + j] = factor[(j * Dimension) + i];
            }
        }

        LogDeterminant = Cholesky.LogDeterminant(factor, Dimension);
    }

    /// <summary>Fills <see cref="Inverse"/> from the factor.</summary>
    public void Invert()
    {
        for (int i = 1; i < Dimension; i++)
        {
            for (int j = 0; j < i; j++)
            {
                _strict[(i * Width) + j] = _upper[(j * Width) + i];
            }

            _strict.AsSpan((i * Width) + i, -i & (Lanes - 1)).Clear();
        }

        _inverse.AsSpan(0, Dimension * Width).Clear();
        for (int i = 0; i < Dimension; i++)
        {
            _inverse[(i * Width) + i] = 1.0;
        }

        fixed (double* u = _upper, l = _strict, w = _inverse)
        {
            int i = 0;
            for (; i <= Dimension - Together; i += Together)
            {
                SolveRows(w + ((nint)i * Width), u, l, i + Together - 1);
            }

            for (; i < Dimension; i++)
            {
                SolveRow(w + ((nint)i * Width), u, l, i);
            }
        }
    }

    /// <summary>Four rows of W at a time, which need not wait for one another: above the diagonal they stay zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveRows(double* w, double* u, double* l, int last)
    {
        double* w0 = w, w1 = w0 + Width, w2 = w1 + Width, w3 = w2 + Width;
        for (int j = last; j >= 0; j--)
        {
            double diagonal = u[((nint)j * Width) + j];
            double* other = l + ((nint)j * Width);
            w0[j] /= diagonal;
            w1[j] /= diagonal;
            w2[j] /= diagonal;
            w3[j] /= diagonal;
            Vector256<double> f0 = Vector256.Create(-w0[j]), f1 = Vector256.Create(-w1[j]), f2 = Vector256.Create(-w2[j]), f3 = Vector256.Create(-w3[j]);
            for (int c = 0; c < j; c += Lanes)
            {
                Vector256<double> v = Vector256.Load(other + c);
                Vector256.FusedMultiplyAdd(f0, v, Vector256.Load(w0 + c)).Store(w0 + c);
                Vector256.FusedMultiplyAdd(f1, v, Vector256.Load(w1 + c)).Store(w1 + c);
                Vector256.FusedMultiplyAdd(f2, v, Vector256.Load(w2 + c)).Store(w2 + c);
                Vector256.FusedMultiplyAdd(f3, v, Vector256.Load(w3 + c)).Store(w3 + c);
            }
        }
    }

    private void SolveRow(double* w, double* u, double* l, int last)
    {
        for (int j = last; j >= 0; j--)
        {
            w[j] /= u[((nint)j * Width) + j];
            SubtractMultiple(w, l + ((nint)j * Width), w[j], j);
        }
    }

    /// <summary>Replaces b by Σ⁻¹ b: two triangular solves with the factor, W is not needed.</summary>
    public void Solve(Span<double> b)
    {
        int n = Dimension;
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> row = _upper.AsSpan((i * Width) + i, n - i);
            b[i] /= row[0];
            VectorKernels.AddScaled(-b[i], row[1..], b[(i + 1)..n]);
        }

        for (int i = n - 1; i >= 0; i--)
        {
            ReadOnlySpan<double> row = _upper.AsSpan((i * Width) + i, n - i);
            b[i] = (b[i] - VectorKernels.Dot(row[1..], b[(i + 1)..n])) / row[0];
        }
    }

    /// <summary>row −= Σ_{k &lt; i} U[k,i] · U[k,·] from column <paramref name="from"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SubtractRows(double* u, int i, double* row, int from)
    {
        int c = from;
        for (; c <= Width - Wide; c += Wide)
        {
            double* r = row + c, above = u + c, factor = u + i;
            Vector256<double> s0 = Vector256.Load(r), s1 = Vector256.Load(r + Lanes), s2 = Vector256.Load(r + (2 * Lanes)), s3 = Vector256.Load(r + (3 * Lanes));
            for (int k = 0; k < i; k++, above += Width, factor += Width)
            {
                Vector256<double> f = Vector256.Create(-*factor);
                s0 = Vector256.FusedMultiplyAdd(f, Vector256.Load(above), s0);
                s1 = Vector256.FusedMultiplyAdd(f, Vector256.Load(above + Lanes), s1);
                s2 = Vector256.FusedMultiplyAdd(f, Vector256.Load(above + (2 * Lanes)), s2);
                s3 = Vector256.FusedMultiplyAdd(f, Vector256.Load(above + (3 * Lanes)), s3);
            }

            s0.Store(r);
            s1.Store(r + Lanes);
            s2.Store(r + (2 * Lanes));
            s3.Store(r + (3 * Lanes));
        }

        for (; c < Width; c += Lanes)
        {
            double* above = u + c, factor = u + i;
            Vector256<double> s = Vector256.Load(row + c);
            for (int k = 0; k < i; k++, above += Width, factor += Width)
            {
                s = Vector256.FusedMultiplyAdd(Vector256.Create(-*factor), Vector256.Load(above), s);
            }

            s.Store(row + c);
        }
    }

    /// <summary>row[c] −= value · other[c] for c below <paramref name="count"/>; from there to the next whole vector, other is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractMultiple(double* row, double* other, double value, int count)
    {
        Vector256<double> factor = Vector256.Create(-value);
        for (int c = 0; c < count; c += Lanes)
        {
            Vector256.FusedMultiplyAdd(factor, Vector256.Load(other + c), Vector256.Load(row + c)).Store(row + c);
        }
    }

    private static void Divide(double* row, int from, int to, double divisor)
    {
        Vector256<double> d = Vector256.Create(divisor);
        for (int c = from; c < to; c += Lanes)
        {
            (Vector256.Load(row + c) / d).Store(row + c);
        }
    }
}
