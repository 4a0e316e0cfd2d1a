using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>Textbook loops over row-major matrices, and random matrices to run them on.</summary>
internal static class NaiveMatrix
{
    /// <summary>B Bᵀ + n·shift·I with B of standard normal numbers.</summary>
    public static double[] PositiveDefinite(int n, SeededRandom random, double shift = 0.1)
    {
        double[] b = Gaussian(n * n, random);
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                a[(i * n) + j] = i == j ? n * shift : 0.0;
                for (int k = 0; k < n; k++)
                {
                    a[(i * n) + j] += b[(i * n) + k] * b[(j * n) + k];
                }
            }
        }

        return a;
    }

    public static double[] Gaussian(int count, SeededRandom random)
    {
        double[] values = new double[count];
        random.FillGaussian(values);
        return values;
    }

    public static double[] Multiply(double[] a, double[] b, int rows, int inner, int columns)
    {
        double[] product = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = 0; k < inner; k++)
                {
                    product[(i * columns) + j] += a[(i * inner) + k] * b[(k * columns) + j];
                }
            }
        }

        return product;
    }

    public static double[] Transpose(double[] a, int rows, int columns)
    {
        double[] transposed = new double[a.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                transposed[(j * rows) + i] = a[(i * columns) + j];
            }
        }

        return transposed;
    }

    /// <summary>Determinant and inverse by Gauss-Jordan elimination with partial pivoting.</summary>
    public static (double Determinant, double[] Inverse) Invert(double[] matrix, int n)
    {
        double[] a = [.. matrix];
        double[] inverse = new double[n * n];
        double determinant = 1.0;
        for (int i = 0; i < n; i++)
        {
            inverse[(i * n) + i] = 1.0;
        }

        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(a[(row * n) + column]));
            for (int j = 0; j < n && pivot != column; j++)
            {
                (a[(pivot * n) + j], a[(column * n) + j]) = (a[(column * n) + j], a[(pivot * n) + j]);
                (inverse[(pivot * n) + j], inverse[(column * n) + j]) = (inverse[(column * n) + j], inverse[(pivot * n) + j]);
            }

            double value = a[(column * n) + column];
            determinant *= pivot == column ? value : -value;
            for (int j = 0; j < n; j++)
            {
                a[(column * n) + j] /= value;
                inverse[(column * n) + j] /= value;
            }

            for (int row = 0; row < n; row++)
            {
                double factor = a[(row * n) + column];
                for (int j = 0; j < n && row != column; j++)
                {
                    a[(row * n) + j] -= factor * a[(column * n) + j];
                    inverse[(row * n) + j] -= factor * inverse[(column * n) + j];
                }
            }
        }

        return (determinant, inverse);
    }

    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Xunit.Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = tolerance * Math.Max(1.0, Math.Abs(expected[i]));
            Xunit.Assert.True(Math.Abs(expected[i] - actual[i]) <= allowed, $"number {i}: expected {expected[i]:R}, found {actual[i]:R}");
        }
    }
}
