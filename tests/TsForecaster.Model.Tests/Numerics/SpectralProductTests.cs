using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

/// <summary>The kernel promises the bits of the naive loop, so the tests demand equality.</summary>
public sealed unsafe class SpectralProductTests
{
    private const int Lanes = LaneTransform.Lanes, Element = LaneTransform.Element, Filters = SpectralProduct.Filters;

    public static TheoryData<int, bool> Blocks
    {
        get
        {
            TheoryData<int, bool> blocks = [];
            for (int count = 0; count <= 25; count++)
            {
                blocks.Add(count, false);
                blocks.Add(count, true);
            }

            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Add_EveryNumberOfBlocks_EqualsTheNaiveLoopToTheBit(int blocks, bool withNaN)
    {
        const int Step = 2 * Element, Stride = Element + 5, First = 4;
        SeededRandom random = new((ulong)blocks + 1);
        double[] t = NaiveMatrix.Gaussian((blocks + 1) * Step, random), z = NaiveMatrix.Gaussian((blocks + 1) * Element, random), mirrored = NaiveMatrix.Gaussian(z.Length, random);
        double[] c = NaiveMatrix.Gaussian(Filters * Stride, random), other = NaiveMatrix.Gaussian(c.Length, random);
        if (withNaN)
        {
            (z[3], t[First + 1]) = (double.NaN, double.NaN);
        }

        double[] expected = [.. c], expectedOther = [.. other];
        Naive(t.AsSpan(First), Step, z, blocks, expected, Stride, 1.0);
        Naive(t.AsSpan(First), Step, mirrored, blocks, expectedOther, Stride, -1.0);
        fixed (double* a = t, p = z, q = mirrored)
        {
            fixed (double* r = c, s = other)
            {
                SpectralProduct.Add(a + First, Step, p, q, blocks, r, s, Stride);
            }
        }

        Assert.Equal(expected, c);
        Assert.Equal(expectedOther, other);
    }

    [Fact]
    public void Add_FrequencyThatIsItsOwnMirror_IsSummedOnce()
    {
        const int BlockCount = 3, Stride = Element;
        SeededRandom random = new(1);
        double[] t = NaiveMatrix.Gaussian(BlockCount * Element, random), z = NaiveMatrix.Gaussian(BlockCount * Element, random), c = NaiveMatrix.Gaussian(Filters * Stride, random);
        for (int b = 0; b < BlockCount; b++)
        {
            t.AsSpan((b * Element) + Lanes, Lanes).Clear();
        }

        double[] expected = [.. c];
        Naive(t, Element, z, BlockCount, expected, Stride, 1.0);
        fixed (double* a = t, p = z, r = c)
        {
            SpectralProduct.Add(a, Element, p, p, BlockCount, r, r, Stride);
        }

        Assert.Equal(expected, c);
    }

    private static void Naive(ReadOnlySpan<double> t, int step, double[] z, int blocks, double[] c, int stride, double sign)
    {
        for (int k = 0; k < Filters; k++)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                ref double re = ref c[(k * stride) + lane];
                ref double im = ref c[(k * stride) + Lanes + lane];
                for (int b = 0; b < blocks; b++)
                {
                    double tr = t[(b * step) + k], ti = sign * t[(b * step) + Lanes + k], zr = z[(b * Element) + lane], zi = z[(b * Element) + Lanes + lane];
                    re = Math.FusedMultiplyAdd(ti, zi, Math.FusedMultiplyAdd(tr, zr, re));
                    im = Math.FusedMultiplyAdd(-ti, zr, Math.FusedMultiplyAdd(tr, zi, im));
                }
            }
        }
    }
}
