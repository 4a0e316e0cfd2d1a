using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>The kernels promise the bits of the naive loop, so the tests demand equality.</summary>
public sealed class BlockKernelsTests
{
    public static TheoryData<int, int> OuterSizes
    {
        get
        {
            TheoryData<int, int> sizes = [];
            foreach (int width in new[] { 8, 16, 24, 40 })
            {
                foreach (int count in new[] { 0, 1, 2, 3, 7, 64, 65 })
                {
                    sizes.Add(width, count);
                }
            }

            return sizes;
        }
    }

    public static TheoryData<int> Sizes => [.. Enumerable.Range(0, 34)];

    [Theory]
    [MemberData(nameof(OuterSizes))]
    public void AddOuterProducts_EveryTile_EqualsTheNaiveLoopToTheBit(int width, int count)
    {
        SeededRandom random = new((ulong)((width * 100) + count));
        double[] rows = NaiveMatrix.Gaussian(count * width, random);
        double[] c = NaiveMatrix.Gaussian(width * width, random);
        double[] expected = [.. c];
        for (int n = 0; n < count; n++)
        {
            for (int i = 0; i < width; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    expected[(i * width) + j] += rows[(n * width) + i] * rows[(n * width) + j];
                }
            }
        }

        BlockKernels.AddOuterProducts(rows, count, width, c);

        for (int i = 0; i < width; i++)
        {
            Assert.Equal(expected.AsSpan(i * width, i + 1).ToArray(), c.AsSpan(i * width, i + 1).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SolveLower_EverySize_EqualsTheNaiveLoopToTheBit(int n)
    {
        const int Width = 16;
        SeededRandom random = new((ulong)n);
        double[] factor = NaiveMatrix.PositiveDefinite(n, random);
        Assert.True(Cholesky.TryFactor(factor, n, out _));
        double[] columns = NaiveMatrix.Gaussian(n * Width, random);
        double[] expected = [.. columns];
        for (int c = 0; c < Width; c++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    expected[(i * Width) + c] -= factor[(i * n) + j] * expected[(j * Width) + c];
                }

                expected[(i * Width) + c] /= factor[(i * n) + i];
            }
        }

        BlockKernels.SolveLower(factor, n, columns, Width);

        Assert.Equal(expected, columns);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 8)]
    [InlineData(8, 8)]
    [InlineData(9, 16)]
    public void Padded_Count_IsTheNextMultipleOfEight(int count, int expected) => Assert.Equal(expected, BlockKernels.Padded(count));

    [Fact]
    public void Kernels_SizesThatDoNotAgree_Throw()
    {
        Assert.Throws<ArgumentException>(() => BlockKernels.AddOuterProducts(new double[7], 1, 7, new double[49]));
        Assert.Throws<ArgumentException>(() => BlockKernels.AddOuterProducts(new double[8], 2, 8, new double[64]));
        Assert.Throws<ArgumentException>(() => BlockKernels.SolveLower(new double[4], 2, new double[8], 8));
    }
}
