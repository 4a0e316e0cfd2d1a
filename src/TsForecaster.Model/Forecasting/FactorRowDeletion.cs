using System.Buffers;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Marginalises variables out of a Cholesky factor. Without its row i, L still satisfies BBᵀ = Σ without i, but the rows
/// below reach one column too far; a Givens rotation of columns j and j+1 for each j ≥ i (Golub &amp; Van Loan, §6.5) makes it
/// triangular again. Costs (n − i)² a variable, in one working place for all of them, and cannot fail: every new diagonal entry is √(a² + b²) with b &gt; 0.
/// </summary>
internal static class FactorRowDeletion
{
    /// <param name="factor">L, n×n row-major lower triangular with a positive diagonal; not changed.</param>
    /// <param name="indices">The variables to leave out, ascending.</param>
    /// <returns>The factor of the remaining variables, in their order.</returns>
    public static double[] Delete(ReadOnlySpan<double> factor, int n, ReadOnlySpan<int> indices)
    {
        double[] work = ArrayPool<double>.Shared.Rent((n * n) + (2 * n));
        Span<double> rows = work.AsSpan(0, n * n), rotations = work.AsSpan(n * n, 2 * n);
        factor.CopyTo(rows);
        for (int i = indices.Length - 1, size = n; i >= 0; i--, size--)
        {
            Delete(rows, n, size, indices[i], rotations);
        }

        int m = n - indices.Length;
        double[] result = new double[m * m];
        for (int r = 0; r < m; r++)
        {
            rows.Slice(r * n, r + 1).CopyTo(result.AsSpan(r * m));
        }

        ArrayPool<double>.Shared.Return(work);
        return result;
    }

    /// <summary>Leaves one variable of the first <paramref name="size"/> out; rows stay <paramref name="stride"/> numbers apart.</summary>
    private static void Delete(Span<double> rows, int stride, int size, int index, Span<double> rotations)
    {
        for (int r = index; r < size - 1; r++)
        {
            // A row moves up into a place whose own has moved before.
            ReadOnlySpan<double> row = rows.Slice((r + 1) * stride, r + 2);
            Span<double> target = rows.Slice(r * stride, r + 1);
            row[..index].CopyTo(target);

            // Rotate the row by what earlier rows have fixed; "carry" is what is left in the column beyond.
            double carry = row[index];
            for (int j = index; j < r; j++)
            {
                (double cosine, double sine, double next) = (rotations[2 * j], rotations[(2 * j) + 1], row[j + 1]);
                target[j] = (cosine * carry) + (sine * next);
                carry = (cosine * next) - (sine * carry);
            }

            double last = row[r + 1], diagonal = Math.Sqrt((carry * carry) + (last * last));
            (rotations[2 * r], rotations[(2 * r) + 1]) = (carry / diagonal, last / diagonal);
            target[r] = diagonal;
        }
    }
}
