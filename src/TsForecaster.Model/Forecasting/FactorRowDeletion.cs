namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Marginalises one variable out of a Cholesky factor. Without its row i, L still satisfies BBᵀ = Σ without i, but the rows
/// below reach one column too far; a Givens rotation of columns j and j+1 for each j ≥ i (Golub &amp; Van Loan, §6.5) makes it
/// triangular again. Costs (n − i)² and cannot fail: every new diagonal entry is √(a² + b²) with b &gt; 0.
/// </summary>
internal static class FactorRowDeletion
{
    /// <param name="factor">L, n×n row-major lower triangular with a positive diagonal; not changed.</param>
    /// <returns>The factor of the remaining n − 1 variables, in their order.</returns>
    public static double[] Delete(ReadOnlySpan<double> factor, int n, int index)
    {
        int m = n - 1;
        double[] result = new double[m * m];
        for (int r = 0; r < index; r++)
        {
            factor.Slice(r * n, r + 1).CopyTo(result.AsSpan(r * m));
        }

        double[] cosines = new double[m];
        double[] sines = new double[m];
        for (int r = index; r < m; r++)
        {
            ReadOnlySpan<double> row = factor.Slice((r + 1) * n, r + 2);
            Span<double> target = result.AsSpan(r * m, r + 1);
            row[..index].CopyTo(target);

            // Rotate the row by what earlier rows have fixed; "carry" is what is left in the column beyond.
            double carry = row[index];
            for (int j = index; j < r; j++)
            {
                double next = row[j + 1];
                target[j] = (cosines[j] * carry) + (sines[j] * next);
                carry = (cosines[j] * next) - (sines[j] * carry);
            }

            double diagonal = Math.Sqrt((carry * carry) + (row[r + 1] * row[r + 1]));
            (cosines[r], sines[r]) = (carry / diagonal, row[r + 1] / diagonal);
            target[r] = diagonal;
        }

        return result;
    }
}
