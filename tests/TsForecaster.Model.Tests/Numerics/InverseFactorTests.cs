using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class InverseFactorTests
{
    public static TheoryData<int> Sizes => [.. Enumerable.Range(1, 50)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TryFactor_EverySize_WhitensTheMatrixInItsOrder(int n)
    {
        double[] covariance = Covariance(n, 1.0);
        int[] order = PanelLayout.Spread(n).Order;
        InverseFactor factor = new(n);

        Assert.True(factor.TryFactor(covariance, n, order));
        factor.Invert();

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0.0;
                for (int a = 0; a < n; a++)
                {
                    for (int b = 0; b < n; b++)
                    {
                        sum += factor.Inverse[(i * factor.Width) + a] * covariance[(order[a] * n) + order[b]] * factor.Inverse[(j * factor.Width) + b];
                    }
                }

                Assert.Equal(i == j ? 1.0 : 0.0, sum, 1e-11);
                Assert.True(j <= i || factor.Inverse[(i * factor.Width) + j] == 0.0);
            }
        }

        double[] natural = [.. covariance];
        Assert.True(Cholesky.TryFactor(natural, n, out _));
        Assert.Equal(Cholesky.LogDeterminant(natural, n), factor.LogDeterminant, 1e-11 * n);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void MultiplyByFactor_EverySize_IsTheProductOfTwoTriangles(int n)
    {
        double[] factored = Covariance(n, 1.0);
        Assert.True(Cholesky.TryFactor(factored, n, out _));
        InverseFactor factor = new(n);
        factor.TakeFactor(factored);
        factor.Invert();
        double[] triangle = NaiveMatrix.Gaussian(n * n, new SeededRandom(8)), rows = new double[UpperFactor.PaddedRows(n) * factor.Width];
        for (int i = 0; i < n; i++)
        {
            triangle.AsSpan((i * n) + i + 1, n - i - 1).Clear();
            for (int j = 0; j <= i; j++)
            {
                rows[(j * factor.Width) + i] = triangle[(i * n) + j];
            }
        }

        factor.MultiplyByFactor(rows);

        double[] product = [.. Enumerable.Range(0, n).SelectMany(i => Enumerable.Range(0, n).Select(j => rows[(j * factor.Width) + i]))];
        NaiveMatrix.AssertClose(NaiveMatrix.Multiply(triangle, factored, n, n, n), product, 1e-12);
        Assert.Equal(Math.Sqrt(factored.Sum(value => value * value)), factor.FactorNorm(), 1e-12 * factor.FactorNorm());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TakeFactor_EverySize_InvertsIt(int n)
    {
        double[] factored = Covariance(n, 1.0);
        Assert.True(Cholesky.TryFactor(factored, n, out _));
        InverseFactor factor = new(n);

        factor.TakeFactor(factored);
        factor.Invert();

        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0.0;
                for (int a = j; a <= i; a++)
                {
                    sum += factor.Inverse[(i * factor.Width) + a] * factored[(a * n) + j];
                }

                Assert.Equal(i == j ? 1.0 : 0.0, sum, 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(48, 8.0)]
    [InlineData(96, 20.0)]
    public void Invert_NearSingularSmoothCovariance_WhitensWhatTheFactorMade(int n, double length)
    {
        double[] factored = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                factored[(i * n) + j] = Math.Exp(-(i - j) * (i - j) / (2.0 * length * length)) + (i == j ? 1e-12 : 0.0);
            }
        }

        Assert.True(Cholesky.TryFactor(factored, n, out _));
        InverseFactor factor = new(n);
        factor.TakeFactor(factored);
        factor.Invert();

        // x = L z for a known z: solved from the other side, W gives back few digits of |z|² here.
        double worst = 0.0;
        for (int seed = 0; seed < 20; seed++)
        {
            double[] z = [.. Enumerable.Range(0, n).Select(i => Math.Cos((1.7 * i) + (0.9 * seed)))];
            double[] x = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, i + 1).Sum(k => factored[(i * n) + k] * z[k]))];
            double[] back = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, i + 1).Sum(k => factor.Inverse[(i * factor.Width) + k] * x[k]))];
            double square = z.Sum(v => v * v);
            worst = Math.Max(worst, Math.Abs(back.Sum(v => v * v) - square) / square);
        }

        Assert.True(worst < 1e-8, $"|z|² is off by {worst:E1}");
    }

    [Fact]
    public void TryFactor_NearSingular_SucceedsDownToRoundingAndNotBelow()
    {
        int[] order = [.. Enumerable.Range(0, 2)];
        InverseFactor factor = new(2);

        Assert.True(factor.TryFactor([1.0, 1.0, 1.0, 1.0 + 1e-14], 2, order));
        Assert.False(factor.TryFactor([1.0, 1.0, 1.0, 1.0], 2, order));
        Assert.False(factor.TryFactor([1.0, 2.0, 2.0, 1.0], 2, order));
        Assert.False(factor.TryFactor([1.0, double.NaN, double.NaN, 1.0], 2, order));
        Assert.False(factor.TryFactor([0.0, 0.0, 0.0, 0.0], 2, order));
    }

    [Fact]
    public void LogDeterminant_ExtremeScales_DoesNotOverflow()
    {
        const int N = 40;
        double[] covariance = Covariance(N, 1e-30);
        InverseFactor factor = new(N);

        Assert.True(factor.TryFactor(covariance, N, PanelLayout.Natural(N).Order));

        double[] natural = [.. covariance];
        Assert.True(Cholesky.TryFactor(natural, N, out _));
        Assert.Equal(Cholesky.LogDeterminant(natural, N), factor.LogDeterminant, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Solve_SomeRowsAndColumnsAfterALargerMatrix_IsTheInverseOfThose(int count)
    {
        const int N = 53;
        double[] matrix = Covariance(N, 1.0);
        int[] some = [.. PanelLayout.Spread(N).Order[..count].Order()];
        double[] part = [.. some.SelectMany(i => some.Select(j => matrix[(i * N) + j]))];
        InverseFactor factor = new(N);
        Assert.True(factor.TryFactor(matrix, N, PanelLayout.Natural(N).Order));
        factor.Invert();
        double[] b = NaiveMatrix.Gaussian(count, new SeededRandom(3));

        Assert.True(factor.TryFactor(matrix, N, some));
        double[] solution = [.. b];
        factor.Solve(solution);
        factor.Invert();

        NaiveMatrix.AssertClose(b, NaiveMatrix.Multiply(part, solution, count, count, 1), 1e-11);
        Assert.Equal(count, factor.Dimension);
        InverseFactor alone = new(count);
        Assert.True(alone.TryFactor(part, count, PanelLayout.Natural(count).Order));
        alone.Invert();
        Assert.Equal(alone.Inverse.ToArray(), factor.Inverse.ToArray());
        Assert.Equal(alone.LogDeterminant, factor.LogDeterminant);
    }

    private static double[] Covariance(int n, double scale)
    {
        double[] rows = NaiveMatrix.Gaussian(2 * n * n, new SeededRandom((ulong)n));
        double[] covariance = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = i == j ? 0.1 : 0.0;
                for (int r = 0; r < 2 * n; r++)
                {
                    sum += rows[(r * n) + Math.Max(i, j)] * rows[(r * n) + Math.Min(i, j)];
                }

                covariance[(i * n) + j] = scale * sum;
            }
        }

        return covariance;
    }
}
