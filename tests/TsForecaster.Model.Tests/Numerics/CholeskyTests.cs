using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class CholeskyTests
{
    public static TheoryData<int> Sizes => [.. Enumerable.Range(0, 34)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TryFactor_PositiveDefinite_ProductIsTheMatrixAndUpperTriangleIsClear(int n)
    {
        double[] a = NaiveMatrix.PositiveDefinite(n, new SeededRandom((ulong)n));
        double[] factor = [.. a];

        Assert.True(Cholesky.TryFactor(factor, n, out int pivot));

        Assert.Equal(-1, pivot);
        NaiveMatrix.AssertClose(a, NaiveMatrix.Multiply(factor, NaiveMatrix.Transpose(factor, n, n), n, n, n), 1e-12);
        for (int i = 0; i < n; i++)
        {
            Assert.True(factor[(i * n) + i] > 0.0);
            Assert.All(factor.AsSpan((i * n) + i + 1, n - i - 1).ToArray(), upper => Assert.Equal(0.0, upper));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddOuterProduct_AnyVector_IsTheFactorOfTheSum(int n)
    {
        double[] a = NaiveMatrix.PositiveDefinite(n, new SeededRandom((ulong)n)), factor = [.. a];
        Assert.True(Cholesky.TryFactor(factor, n, out _));
        double[] x = NaiveMatrix.Gaussian(n, new SeededRandom(7)), sum = [.. a.Select((value, i) => value + (x[i / n] * x[i % n]))];

        Cholesky.AddOuterProduct(factor, n, x);

        NaiveMatrix.AssertClose(sum, NaiveMatrix.Multiply(factor, NaiveMatrix.Transpose(factor, n, n), n, n, n), 1e-12);
        Assert.All(Enumerable.Range(0, n), i => Assert.True(factor[(i * n) + i] > 0.0));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TryFactor_NonsenseAboveTheDiagonal_IsNotRead(int n)
    {
        double[] a = NaiveMatrix.PositiveDefinite(n, new SeededRandom((ulong)n));
        double[] lowerOnly = [.. a];
        for (int i = 0; i < n; i++)
        {
            lowerOnly.AsSpan((i * n) + i + 1, n - i - 1).Fill(double.NaN);
        }

        Assert.True(Cholesky.TryFactor(a, n, out _));
        Assert.True(Cholesky.TryFactor(lowerOnly, n, out _));
        Assert.Equal(a, lowerOnly);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Solves_ThenMultiplied_GiveTheRightHandSideBack(int n)
    {
        SeededRandom random = new((ulong)n + 100);
        double[] factor = Factor(NaiveMatrix.PositiveDefinite(n, random), n);
        double[] b = NaiveMatrix.Gaussian(n, random);
        double[] z = [.. b], x = [.. b], product = new double[n];

        Cholesky.SolveLower(factor, n, z);
        Cholesky.SolveLowerTransposed(factor, n, x);
        Cholesky.MultiplyLower(factor, n, z, product);

        NaiveMatrix.AssertClose(b, NaiveMatrix.Multiply(factor, z, n, n, 1), 1e-10);
        NaiveMatrix.AssertClose(b, NaiveMatrix.Multiply(NaiveMatrix.Transpose(factor, n, n), x, n, n, 1), 1e-10);
        NaiveMatrix.AssertClose(b, product, 1e-10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(12)]
    public void LogDeterminant_OfTheFactor_IsThatOfTheMatrix(int n)
    {
        double[] a = NaiveMatrix.PositiveDefinite(n, new SeededRandom((ulong)n));

        Assert.Equal(Math.Log(NaiveMatrix.Invert(a, n).Determinant), Cholesky.LogDeterminant(Factor(a, n), n), 9);
    }

    [Fact]
    public void LogDeterminant_OfSizeZero_IsZero() => Assert.Equal(0.0, Cholesky.LogDeterminant([], 0));

    [Theory]
    [InlineData(1e-3, true)]
    [InlineData(1e-8, true)]
    [InlineData(1e-13, true)]
    [InlineData(0.0, false)]
    [InlineData(-1e-8, false)]
    public void TryFactor_NearlySingular_FailsOnlyBelowRoundingError(double excess, bool expected)
    {
        // Third row = first + second but for the excess on the diagonal.
        double[] a = [2.0, 1.0, 3.0, 1.0, 5.0, 6.0, 3.0, 6.0, 9.0 + excess];

        Assert.Equal(expected, Cholesky.TryFactor(a, 3, out int pivot));
        Assert.Equal(expected ? -1 : 2, pivot);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void TryFactor_BadDiagonal_NamesThePivotAndDoesNotThrow(double diagonal)
    {
        double[] a = [1.0, 0.0, 0.0, 0.0, diagonal, 0.0, 0.0, 0.0, 1.0];

        Assert.False(Cholesky.TryFactor(a, 3, out int pivot));
        Assert.Equal(1, pivot);
    }

    [Theory]
    [InlineData(1e-30)]
    [InlineData(1e30)]
    public void TryFactor_TinyOrHugeScale_IsAsGoodAsAnyOther(double scale)
    {
        double[] a = [.. NaiveMatrix.PositiveDefinite(6, new SeededRandom(3)).Select(value => value * scale)];

        double[] factor = Factor(a, 6);
        double[] product = NaiveMatrix.Multiply(factor, NaiveMatrix.Transpose(factor, 6, 6), 6, 6, 6);

        NaiveMatrix.AssertClose([.. a.Select(value => value / scale)], [.. product.Select(value => value / scale)], 1e-12);
    }

    [Fact]
    public void TryFactor_WrongLength_Throws() => Assert.Throws<ArgumentException>(() => Cholesky.TryFactor(new double[5], 2, out _));

    private static double[] Factor(double[] a, int n)
    {
        double[] factor = [.. a];
        Assert.True(Cholesky.TryFactor(factor, n, out _));
        return factor;
    }
}
