using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>The kernels promise the bits of the naive loop, so the tests demand equality.</summary>
public sealed unsafe class OuterProductKernelTests
{
    public static TheoryData<int, int> Sizes
    {
        get
        {
            TheoryData<int, int> sizes = [];
            for (int dimension = 1; dimension <= 52; dimension++)
            {
                sizes.Add(dimension, dimension % 7);
            }

            for (int count = 0; count <= 25; count++)
            {
                sizes.Add(37, count);
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddGram_EverySize_EqualsTheNaiveLoopToTheBit(int n, int seed)
    {
        int width = OuterProductKernel.Padded(n);
        SeededRandom random = new((ulong)seed + 1);
        double[] w = new double[n * width], c = NaiveMatrix.Gaussian(width * width, random);
        double[] expected = [.. c];
        for (int row = 0; row < n; row++)
        {
            for (int j = 0; j <= row; j++)
            {
                w[(row * width) + j] = random.NextGaussian();
            }
        }

        for (int row = 0; row < n; row++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    expected[(i * width) + j] = Math.FusedMultiplyAdd(w[(row * width) + i], w[(row * width) + j], expected[(i * width) + j]);
                }
            }
        }

        fixed (double* rows = w, target = c)
        {
            OuterProductKernel.AddGram(rows, n, width, target);
        }

        for (int i = 0; i < n; i++)
        {
            Assert.Equal(expected[(i * width)..((i * width) + i + 1)], c[(i * width)..((i * width) + i + 1)]);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Add_EveryTile_EqualsTheNaiveLoopToTheBit(int dimension, int count)
    {
        int width = OuterProductKernel.Padded(dimension);
        SeededRandom random = new((ulong)((dimension * 100) + count));
        double[] rows = NaiveMatrix.Gaussian(count * width, random);
        double[] c = NaiveMatrix.Gaussian(width * width, random);
        double[] expected = [.. c];
        for (int n = 0; n < count; n++)
        {
            for (int i = 0; i < dimension; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    expected[(i * width) + j] = Math.FusedMultiplyAdd(rows[(n * width) + i], rows[(n * width) + j], expected[(i * width) + j]);
                }
            }
        }

        fixed (double* r = rows, target = c)
        {
            OuterProductKernel.Add(r, count, dimension, width, target);
        }

        for (int i = 0; i < dimension; i++)
        {
            Assert.Equal(expected.AsSpan(i * width, i + 1).ToArray(), c.AsSpan(i * width, i + 1).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddRows_EverySize_EqualsTheNaiveLoopToTheBit(int dimension, int count)
    {
        int width = OuterProductKernel.Padded(dimension);
        SeededRandom random = new((ulong)((dimension * 100) + count));
        double[] rows = NaiveMatrix.Gaussian(count * width, random);
        double[] factors = NaiveMatrix.Gaussian(count, random);
        double[] sums = NaiveMatrix.Gaussian(width, random);
        double[] expected = [.. sums];
        for (int n = 0; n < count; n++)
        {
            for (int j = 0; j < width; j++)
            {
                expected[j] = Math.FusedMultiplyAdd(factors[n], rows[(n * width) + j], expected[j]);
            }
        }

        fixed (double* r = rows, f = factors, s = sums)
        {
            OuterProductKernel.AddRows(r, f, count, width, s);
        }

        Assert.Equal(expected, sums);
    }

    [Fact]
    public void Add_NaNInOneColumn_StaysInItsRowAndColumn()
    {
        const int Width = 16;
        double[] rows = NaiveMatrix.Gaussian(3 * Width, new SeededRandom(5));
        rows[Width + 9] = double.NaN;
        double[] c = new double[Width * Width];

        fixed (double* r = rows, target = c)
        {
            OuterProductKernel.Add(r, 3, Width, Width, target);
        }

        for (int i = 0; i < Width; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                Assert.Equal(i == 9 || j == 9, double.IsNaN(c[(i * Width) + j]));
            }
        }
    }
}
