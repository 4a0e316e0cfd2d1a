namespace TsForecaster.Model.Numerics;

/// <summary>
/// Σ = L Lᵀ and W = L⁻¹ in one working place, for one matrix after another, whole ones or those of some rows and columns. It is Wᵀ that is
/// computed, as U⁻¹ from U = Lᵀ (<see cref="UpperFactor"/>, which says in what order: the bits do not depend on the vector width). Rows are padded to whole vectors.
/// Naive loop: <c>W[i,j] = ([i=j] − Σ_{j&lt;k≤i} W[i,k]·L[k,j]) / L[j,j]</c>, k from i down.
/// </summary>
/// <remarks>
/// So W is solved from the right, W L = I: it is applied to windows as z = W(L z), so it is the product in that order
/// that has to be the identity. Solved from the left it loses as many digits again as L has (Higham, Accuracy and Stability, §14.2).
/// </remarks>
internal sealed class InverseFactor
{
    private readonly UpperFactor _factor = new();
    private readonly AlignedBuffer _transposed;
    private double[] _inverse = [];
    private bool _isTransposedOnly;

    /// <param name="dimension">Of the largest matrix, and until another is factored.</param>
    public InverseFactor(int dimension)
    {
        _factor.Begin(dimension);
        _transposed = new AlignedBuffer(UpperFactor.PaddedRows(dimension) * Width);
    }

    /// <summary>Of the matrix at hand.</summary>
    public int Dimension => _factor.Dimension;

    /// <summary>Numbers from one row to the next.</summary>
    public int Width => _factor.Width;

    /// <summary>Wᵀ, upper triangular, zero below the diagonal.</summary>
    public ReadOnlySpan<double> Transposed => _transposed.Slice(0, Dimension * Width);

    /// <summary>W, lower triangular, zero above the diagonal.</summary>
    public ReadOnlySpan<double> Inverse
    {
        get
        {
            if (_inverse.Length < Dimension * Width)
            {
                _inverse = new double[Dimension * Width];
            }

            Span<double> inverse = _inverse.AsSpan(0, Dimension * Width);
            if (_isTransposedOnly)
            {
                Transpose(Transposed, Dimension, Width, inverse);
                _isTransposedOnly = false;
            }

            return inverse;
        }
    }

    /// <summary>ln det Σ.</summary>
    public double LogDeterminant { get; private set; }

    /// <summary>Writes the transpose of an upper triangular matrix, n rows of <paramref name="width"/> numbers, and zeros above its diagonal.</summary>
    public static void Transpose(ReadOnlySpan<double> upper, int n, int width, Span<double> lower)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = lower.Slice(i * width, width);
            for (int j = 0; j <= i; j++)
            {
                row[j] = upper[(j * width) + i];
            }

            row[(i + 1)..].Clear();
        }
    }

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

    /// <summary>Fills <see cref="Transposed"/> and <see cref="Inverse"/> from the factor.</summary>
    public void Invert()
    {
        Span<double> rows = _transposed.Slice(0, UpperFactor.PaddedRows(Dimension) * Width);
        rows.Clear();
        for (int i = 0; i < Dimension; i++)
        {
            rows[(i * Width) + i] = 1.0;
        }

        _factor.SolveUpper(rows);
        _isTransposedOnly = true;
    }

    /// <summary>Replaces the transpose of a lower triangular A by that of A L: Lᵀ Aᵀ. Cost D³/6 multiply-adds.</summary>
    /// <param name="transposed">Aᵀ, <see cref="UpperFactor.PaddedRows"/> rows of <see cref="Width"/> numbers, zero below the diagonal.</param>
    public void MultiplyByFactor(Span<double> transposed) => _factor.MultiplyUpper(transposed);

    /// <summary>√Σ_ij L_ij².</summary>
    public double FactorNorm()
    {
        double squares = 0.0;
        for (int i = 0; i < Dimension; i++)
        {
            ReadOnlySpan<double> row = _factor.Row(i);
            squares += VectorKernels.Dot(row, row);
        }

        return Math.Sqrt(squares);
    }

    /// <summary>Replaces b by Σ⁻¹ b: two triangular solves with the factor, W is not needed.</summary>
    public void Solve(Span<double> b)
    {
        _factor.SolveTransposed(b);
        _factor.Solve(b);
    }
}
