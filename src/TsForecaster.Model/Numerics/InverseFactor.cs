using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Σ = L Lᵀ and W = L⁻¹ in one working place, for one matrix after another, whole ones or those of some rows and columns (<see cref="UpperFactor"/>, U = Lᵀ).
/// Rows are padded to whole vectors; a lane is a column and every number one running sum of fused multiply-adds, so the bits do not depend on the vector width.
/// Naive loop: <c>W[i,j] = ([i=j] − Σ_{j&lt;k≤i} W[i,k]·L[k,j]) / L[j,j]</c>, k from i down.
/// </summary>
/// <remarks>
/// W is solved from the right, W L = I, one row at a time: it is applied to windows as z = W(L z), so it is the product in that order
/// that has to be the identity. Solved from the left it loses as many digits again as L has (Higham, Accuracy and Stability, §14.2).
/// </remarks>
internal sealed unsafe class InverseFactor
{
    private const int Lanes = 4;
    private const int Together = 4;

    private readonly UpperFactor _factor = new();
    private readonly double[] _inverse;

    // L by rows without its diagonal, then zeros to the end of a vector.
    private readonly double[] _strict;
    private readonly double[] _diagonal;

    /// <param name="dimension">Of the largest matrix, and until another is factored.</param>
    public InverseFactor(int dimension)
    {
        _factor.Begin(dimension);
        _inverse = new double[dimension * Width];
        _strict = new double[dimension * Width];
        _diagonal = new double[dimension];
    }

    /// <summary>Of the matrix at hand.</summary>
    public int Dimension => _factor.Dimension;

    /// <summary>Numbers from one row of <see cref="Inverse"/> to the next.</summary>
    public int Width => _factor.Width;

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
        _factor.Take(matrix, size, order);
        bool definite = _factor.TryFactor();
        LogDeterminant = _factor.LogDeterminant;
        return definite;
    }

    /// <summary>Takes over a factor L (D×D row-major) with its rows as they are.</summary>
    public void TakeFactor(ReadOnlySpan<double> factor)
    {
        for (int i = 0; i < Dimension; i++)
        {
            Span<double> row = _factor.Row(i);
            for (int j = i; j < Dimension; j++)
            {
                row[j - i] = factor[(j * Dimension) + i];
            }
        }

        LogDeterminant = Cholesky.LogDeterminant(factor, Dimension);
    }

    /// <summary>Fills <see cref="Inverse"/> from the factor.</summary>
    public void Invert()
    {
        for (int j = 0; j < Dimension; j++)
        {
            ReadOnlySpan<double> row = _factor.Row(j);
            _diagonal[j] = row[0];
            _strict.AsSpan((j * Width) + j, -j & (Lanes - 1)).Clear();
            for (int i = j + 1; i < Dimension; i++)
            {
                _strict[(i * Width) + j] = row[i - j];
            }
        }

        _inverse.AsSpan(0, Dimension * Width).Clear();
        for (int i = 0; i < Dimension; i++)
        {
            _inverse[(i * Width) + i] = 1.0;
        }

        fixed (double* l = _strict, w = _inverse)
        {
            int i = 0;
            for (; i <= Dimension - Together; i += Together)
            {
                SolveRows(w + ((nint)i * Width), l, i + Together - 1);
            }

            for (; i < Dimension; i++)
            {
                SolveRow(w + ((nint)i * Width), l, i);
            }
        }
    }

    /// <summary>Four rows of W at a time, which need not wait for one another: above the diagonal they stay zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolveRows(double* w, double* l, int last)
    {
        double* w0 = w, w1 = w0 + Width, w2 = w1 + Width, w3 = w2 + Width;
        for (int j = last; j >= 0; j--)
        {
            double diagonal = _diagonal[j];
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

    private void SolveRow(double* w, double* l, int last)
    {
        for (int j = last; j >= 0; j--)
        {
            w[j] /= _diagonal[j];
            SubtractMultiple(w, l + ((nint)j * Width), w[j], j);
        }
    }

    /// <summary>√Σ_ij L_ij², once <see cref="Invert"/> has run.</summary>
    public double FactorNorm()
    {
        ReadOnlySpan<double> diagonal = _diagonal.AsSpan(0, Dimension);
        double squares = VectorKernels.Dot(diagonal, diagonal);
        for (int i = 1; i < Dimension; i++)
        {
            ReadOnlySpan<double> row = _strict.AsSpan(i * Width, i);
            squares += VectorKernels.Dot(row, row);
        }

        return Math.Sqrt(squares);
    }

    /// <summary>Replaces a lower triangular A by A L, once <see cref="Invert"/> has run. Cost D³/6 multiply-adds.</summary>
    /// <param name="rows">A, a row every <see cref="Width"/> numbers, zero above the diagonal.</param>
    public void MultiplyByFactor(Span<double> rows)
    {
        fixed (double* l = _strict, a = rows)
        {
            int i = 0;
            for (; i <= Dimension - Together; i += Together)
            {
                MultiplyRows(a + ((nint)i * Width), l, i + Together - 1);
            }

            for (; i < Dimension; i++)
            {
                MultiplyRow(a + ((nint)i * Width), l, i);
            }
        }
    }

    /// <summary>In place: row k of L adds to columns before k alone, and column k itself is not needed any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MultiplyRows(double* a, double* l, int last)
    {
        double* a0 = a, a1 = a0 + Width, a2 = a1 + Width, a3 = a2 + Width;
        for (int k = 0; k <= last; k++)
        {
            double* other = l + ((nint)k * Width);
            Vector256<double> f0 = Vector256.Create(a0[k]), f1 = Vector256.Create(a1[k]), f2 = Vector256.Create(a2[k]), f3 = Vector256.Create(a3[k]);
            for (int c = 0; c < k; c += Lanes)
            {
                Vector256<double> v = Vector256.Load(other + c);
                Vector256.FusedMultiplyAdd(f0, v, Vector256.Load(a0 + c)).Store(a0 + c);
                Vector256.FusedMultiplyAdd(f1, v, Vector256.Load(a1 + c)).Store(a1 + c);
                Vector256.FusedMultiplyAdd(f2, v, Vector256.Load(a2 + c)).Store(a2 + c);
                Vector256.FusedMultiplyAdd(f3, v, Vector256.Load(a3 + c)).Store(a3 + c);
            }

            double diagonal = _diagonal[k];
            a0[k] *= diagonal;
            a1[k] *= diagonal;
            a2[k] *= diagonal;
            a3[k] *= diagonal;
        }
    }

    private void MultiplyRow(double* a, double* l, int last)
    {
        for (int k = 0; k <= last; k++)
        {
            SubtractMultiple(a, l + ((nint)k * Width), -a[k], k);
            a[k] *= _diagonal[k];
        }
    }

    /// <summary>Replaces b by Σ⁻¹ b: two triangular solves with the factor, W is not needed.</summary>
    public void Solve(Span<double> b)
    {
        _factor.SolveTransposed(b);
        _factor.Solve(b);
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
}
