namespace TsForecaster.Model.Numerics;

/// <summary>
/// A = L Lᵀ for symmetric positive definite A; matrices are n×n row-major. Numeric trouble is a return value: nothing here
/// throws but for sizes that do not agree.
/// </summary>
internal static class Cholesky
{
    private const double MachineEpsilon = 2.220446049250313e-16;

    /// <summary>
    /// Replaces A (its lower triangle is read) by L, row by row, and clears the upper triangle. Cost n³/3.
    /// </summary>
    /// <param name="a">A, then L.</param>
    /// <param name="n">The order of A.</param>
    /// <param name="pivot">−1, or the row whose pivot was not above rounding error; A is then half overwritten.</param>
    /// <returns>Whether A is positive definite to working precision.</returns>
    public static bool TryFactor(Span<double> a, int n, out int pivot)
    {
        RequireSquare(a.Length, n);
        for (int i = 0; i < n; i++)
        {
            Span<double> row = a.Slice(i * n, n);
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> other = a.Slice(j * n, j + 1);
                row[j] = (row[j] - VectorKernels.Dot(row[..j], other[..j])) / other[j];
            }

            double diagonal = row[i];
            double square = diagonal - VectorKernels.Dot(row[..i], row[..i]);

            // What is left of the diagonal after cancellation is noise below this; comparisons are false for NaN.
            if (!(square > MachineEpsilon * diagonal) || !double.IsFinite(square))
            {
                pivot = i;
                return false;
            }

            row[i] = Math.Sqrt(square);
            row[(i + 1)..].Clear();
        }

        pivot = -1;
        return true;
    }

    /// <summary>
    /// Replaces L by the factor of LLᵀ + xxᵀ: rotations of x into one column of L after another (Golub &amp; Van Loan, §6.5.4). Cost n²; cannot fail.
    /// </summary>
    /// <param name="factor">L, n×n, with a positive diagonal.</param>
    /// <param name="n">Its order.</param>
    /// <param name="x">n numbers; overwritten.</param>
    public static void AddOuterProduct(Span<double> factor, int n, Span<double> x)
    {
        RequireSquare(factor.Length, n);
        for (int j = 0; j < n; j++)
        {
            double diagonal = factor[(j * n) + j], length = Math.Sqrt((diagonal * diagonal) + (x[j] * x[j]));
            (double cosine, double sine) = (diagonal / length, x[j] / length);
            factor[(j * n) + j] = length;
            for (int i = j + 1; i < n; i++)
            {
                double l = factor[(i * n) + j];
                factor[(i * n) + j] = (cosine * l) + (sine * x[i]);
                x[i] = (cosine * x[i]) - (sine * l);
            }
        }
    }

    /// <summary>Solves L z = b in place.</summary>
    public static void SolveLower(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        RequireSquare(factor.Length, n);
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> row = factor.Slice(i * n, i + 1);
            b[i] = (b[i] - VectorKernels.Dot(row[..i], b[..i])) / row[i];
        }
    }

    /// <summary>Solves Lᵀ x = b in place.</summary>
    public static void SolveLowerTransposed(ReadOnlySpan<double> factor, int n, Span<double> b)
    {
        RequireSquare(factor.Length, n);
        for (int i = n - 1; i >= 0; i--)
        {
            ReadOnlySpan<double> row = factor.Slice(i * n, i + 1);
            b[i] /= row[i];
            VectorKernels.AddScaled(-b[i], row[..i], b[..i]);
        }
    }

    /// <summary>y = L z.</summary>
    public static void MultiplyLower(ReadOnlySpan<double> factor, int n, ReadOnlySpan<double> z, Span<double> y)
    {
        RequireSquare(factor.Length, n);
        for (int i = 0; i < n; i++)
        {
            y[i] = VectorKernels.Dot(factor.Slice(i * n, i + 1), z[..(i + 1)]);
        }
    }

    /// <summary>ln det A = 2 Σ ln L_ii.</summary>
    public static double LogDeterminant(ReadOnlySpan<double> factor, int n)
    {
        RequireSquare(factor.Length, n);
        double sum = 0.0;
        for (int i = 0; i < n; i++)
        {
            sum += Math.Log(factor[(i * n) + i]);
        }

        return 2.0 * sum;
    }

    private static void RequireSquare(int length, int n)
    {
        if (length != n * n)
        {
            throw new ArgumentException($"a matrix of order {n} has {n * n} numbers, not {length}");
        }
    }
}
