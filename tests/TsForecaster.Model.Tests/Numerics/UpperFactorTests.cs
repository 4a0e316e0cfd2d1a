using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>To the bit where a number is one running sum of fused multiply-adds in the naive loop's order.</summary>
public sealed class UpperFactorTests
{
    private const int Most = 53;

    /// <summary>Every remainder by four rows, eight and sixteen columns.</summary>
    public static TheoryData<int> Sizes => [.. Enumerable.Range(1, Most)];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TryFactor_EverySize_EqualsTheNaiveLoop(int n)
    {
        double[] matrix = Matrix(n);
        UpperFactor factor = new();
        factor.Take(matrix, n, Natural(n));
        Assert.True(factor.TryFactor());

        double[][] expected = Naive(matrix, n);
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(expected[i][i..], factor.Row(i).ToArray());
        }

        Assert.Equal(2.0 * expected.Select((row, i) => Math.Log(row[i])).Sum(), factor.LogDeterminant, 1e-11 * n);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Take_SomeRowsAfterAFailure_LeavesNothingOfItBehind(int n)
    {
        double[] matrix = Matrix(Most);
        int[] some = [.. PanelLayout.Spread(Most).Order[..n].Order()];
        double[] part = [.. some.SelectMany(i => some.Select(j => matrix[(i * Most) + j]))];
        UpperFactor factor = new();
        factor.Take([.. matrix.Select((value, i) => i == 30 ? double.NaN : value)], Most, Natural(Most));
        Assert.False(factor.TryFactor());

        factor.Take(matrix, Most, some);
        Assert.True(factor.TryFactor());

        Assert.Equal(n, factor.Dimension);
        Assert.Equal(Naive(part, n).SelectMany((row, i) => row[i..]), Enumerable.Range(0, n).SelectMany(i => factor.Row(i).ToArray()));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SolveTransposed_ManyColumns_EqualsTheNaiveLoop(int n)
    {
        (UpperFactor factor, double[][] u) = Factored(n);
        foreach (int width in new[] { 8, 16, 24, 40 })
        {
            double[] b = NaiveMatrix.Gaussian(n * width, new SeededRandom(3));
            double[] rows = [.. b, .. Enumerable.Repeat(double.NaN, (UpperFactor.PaddedRows(n) - n) * width)];
            factor.SolveTransposed(rows, width);

            for (int i = 0; i < n; i++)
            {
                for (int c = 0; c < width; c++)
                {
                    for (int k = 0; k < i; k++)
                    {
                        b[(i * width) + c] = Math.FusedMultiplyAdd(-u[k][i], b[(k * width) + c], b[(i * width) + c]);
                    }

                    b[(i * width) + c] /= u[i][i];
                }
            }

            Assert.Equal(b, rows[..b.Length]);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SolveUpper_EverySize_EqualsTheNaiveLoop(int n)
    {
        (UpperFactor factor, double[][] u) = Factored(n);
        double[] b = Upper(n, factor.Width), rows = [.. b, .. Enumerable.Repeat(double.NaN, (UpperFactor.PaddedRows(n) - n) * factor.Width)];

        factor.SolveUpper(rows);

        for (int i = n - 1; i >= 0; i--)
        {
            for (int c = 0; c < n; c++)
            {
                for (int k = n - 1; k > i; k--)
                {
                    b[(i * factor.Width) + c] = Math.FusedMultiplyAdd(-u[i][k], b[(k * factor.Width) + c], b[(i * factor.Width) + c]);
                }

                b[(i * factor.Width) + c] /= u[i][i];
            }
        }

        Assert.Equal(b, rows[..b.Length]);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void MultiplyUpper_AfterSolveUpper_GivesBackWhatItWas(int n)
    {
        (UpperFactor factor, _) = Factored(n);
        double[] b = Upper(n, factor.Width), rows = [.. b, .. Enumerable.Repeat(double.NaN, (UpperFactor.PaddedRows(n) - n) * factor.Width)];

        factor.SolveUpper(rows);
        factor.MultiplyUpper(rows);

        NaiveMatrix.AssertClose(b, rows.AsSpan(0, b.Length), 1e-13);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Solve_AfterSolveTransposed_IsTheInverse(int n)
    {
        (UpperFactor factor, _) = Factored(n);
        double[] b = NaiveMatrix.Gaussian(n, new SeededRandom(5)), solution = [.. b];
        factor.SolveTransposed(solution);
        factor.Solve(solution);
        NaiveMatrix.AssertClose(b, NaiveMatrix.Multiply(Matrix(n), solution, n, n, 1), 1e-10);
    }

    [Fact]
    public void SolveTransposed_RowsThatDoNotFit_AreRefused()
    {
        (UpperFactor factor, _) = Factored(5);
        Assert.Throws<ArgumentException>(() => factor.SolveTransposed(new double[5 * 8], 8));
        Assert.Throws<ArgumentException>(() => factor.SolveTransposed(new double[8 * 7], 7));
    }

    [Theory]
    [InlineData(1.0, 1.0, 1.0 + 1e-14, true)]
    [InlineData(1.0, 1.0, 1.0, false)]
    [InlineData(1.0, 2.0, 1.0, false)]
    [InlineData(1.0, double.NaN, 1.0, false)]
    [InlineData(1.0, 0.0, double.PositiveInfinity, false)]
    [InlineData(0.0, 0.0, 0.0, false)]
    public void TryFactor_NearSingular_SucceedsDownToRoundingAndNotBelow(double a, double b, double c, bool expected)
    {
        UpperFactor factor = new();
        factor.Take([a, b, b, c], 2, [0, 1]);
        Assert.Equal(expected, factor.TryFactor());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(61)]
    public void TryFactor_ColumnTwice_IsJudgedAsTheScalarReferenceDoes(int n)
    {
        // What cancels in the last pivot is all that the rows above take, not what those of its own block do.
        int refused = 0;
        for (ulong seed = 1; seed <= 40; seed++)
        {
            double[] data = NaiveMatrix.Gaussian(3 * n * n, new SeededRandom(seed)), gram = new double[n * n];
            for (int row = 0; row < 3 * n; row++)
            {
                data[(row * n) + n - 1] = data[row * n];
            }

            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    gram[(i * n) + j] = Enumerable.Range(0, 3 * n).Sum(row => data[(row * n) + i] * data[(row * n) + j]);
                }
            }

            UpperFactor factor = new();
            factor.Take(gram, n, Natural(n));
            refused += factor.TryFactor() ? 0 : 1;
        }

        Assert.InRange(refused, 28, 40);
    }

    [Fact]
    public void Factors_EverySize_HaveTheSameBitsAsEver() => Rerun.Note(Hashes());

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task Factors_WithAnInstructionSetSwitchedOff_HaveTheSameBits(string setting) =>
        Assert.Equal(Hashes(), await Rerun.WithoutAsync(setting, typeof(UpperFactorTests), nameof(Factors_EverySize_HaveTheSameBitsAsEver)));

    private static string[] Hashes() => [.. Enumerable.Range(1, Most).Select(n =>
    {
        (UpperFactor factor, _) = Factored(n);
        double[] rows = [.. Matrix(Most)[..(UpperFactor.PaddedRows(n) * 8)]];
        factor.SolveTransposed(rows, 8);
        double[] upper = new double[UpperFactor.PaddedRows(n) * factor.Width];
        Upper(n, factor.Width).CopyTo(upper, 0);
        factor.SolveUpper(upper);
        factor.MultiplyUpper(upper);
        double[] numbers = [.. Enumerable.Range(0, n).SelectMany(i => factor.Row(i).ToArray()), .. rows[..(n * 8)], .. upper[..(n * factor.Width)]];
        return Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<double>(numbers)));
    })];

    private static (UpperFactor Factor, double[][] Naive) Factored(int n)
    {
        UpperFactor factor = new();
        factor.Take(Matrix(n), n, Natural(n));
        Assert.True(factor.TryFactor());
        return (factor, Naive(Matrix(n), n));
    }

    private static double[][] Naive(double[] matrix, int n)
    {
        double[][] u = [.. Enumerable.Range(0, n).Select(i => matrix[(i * n)..((i + 1) * n)])];
        for (int i = 0; i < n; i++)
        {
            for (int j = i; j < n; j++)
            {
                for (int k = 0; k < i; k++)
                {
                    u[i][j] = Math.FusedMultiplyAdd(-u[k][i], u[k][j], u[i][j]);
                }
            }

            double pivot = Math.Sqrt(u[i][i]);
            for (int j = i; j < n; j++)
            {
                u[i][j] = j == i ? pivot : u[i][j] / pivot;
            }
        }

        return u;
    }

    /// <summary>Zero left of the diagonal and in the padding.</summary>
    private static double[] Upper(int n, int width)
    {
        SeededRandom random = new(3);
        return [.. Enumerable.Range(0, n * width).Select(at => at % width >= at / width && at % width < n ? (2.0 * random.NextUniform()) - 1.0 : 0.0)];
    }

    private static int[] Natural(int n) => [.. Enumerable.Range(0, n)];

    /// <summary>Without functions of the C library, whose last bit is its own.</summary>
    private static double[] Matrix(int n)
    {
        SeededRandom random = new((ulong)n);
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                matrix[(i * n) + j] = matrix[(j * n) + i] = (2.0 * random.NextUniform()) - 1.0;
            }

            matrix[(i * n) + i] = n + random.NextUniform();
        }

        return matrix;
    }
}
