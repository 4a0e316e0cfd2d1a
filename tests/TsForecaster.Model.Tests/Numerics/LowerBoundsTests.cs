using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed unsafe class LowerBoundsTests
{
    private const int KindBits = LowerBounds.Kinds - 1;

    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 26), 511, 512];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Note_EveryLength_WritesTheRootWithItsKindAndNothingElse(int count)
    {
        SeededRandom random = new((ulong)count + 1);
        int[] list = [.. Enumerable.Range(0, count).Select(m => (2 * m) + 1)];
        double[] sums = [.. NaiveMatrix.Gaussian(count + 8, random).Select(value => value * value * 1e3)];
        for (int m = 0; m < count; m += 3)
        {
            sums[m] = (m % 4) switch { 0 => double.NaN, 1 => 0.0, 2 => 1e300, _ => double.PositiveInfinity };
        }

        float[] bounds = [.. Enumerable.Repeat(7f, (2 * count) + 1)];
        fixed (int* l = list)
        {
            fixed (double* s = sums)
            {
                fixed (float* b = bounds)
                {
                    LowerBounds.Note(l, s, count, 5, b);
                }
            }
        }

        Assert.All(Enumerable.Range(0, count + 1), m => Assert.Equal(7f, bounds[2 * m]));
        for (int m = 0; m < count; m++)
        {
            (double bound, int kind) = Decode(bounds[list[m]]);
            Assert.Equal(5, kind);
            Assert.Equal(double.IsNaN(sums[m]), double.IsNaN(bound));
            if (!double.IsNaN(bound))
            {
                double root = Math.Min(1e19, Math.Sqrt(sums[m]));
                Assert.InRange(bound * (1.0 - LowerBounds.Rounding), root * (1.0 - (3.0 * LowerBounds.Rounding)), root);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void MoveAndList_EveryLength_AgreesWithOneWindowAtATime(int count)
    {
        const int Component = 1;
        const double Top = 7.5;
        SeededRandom random = new((ulong)count + 1);
        int[] owners = [.. Enumerable.Range(0, count).Select(_ => (int)(3 * random.NextUniform()))];
        double[] best = [.. NaiveMatrix.Gaussian(count, random).Select(value => 3.0 * value)], limits = new double[count + 8];
        double[] moves = [.. Enumerable.Range(0, 2 * LowerBounds.Kinds).Select(i => i < LowerBounds.Kinds ? random.NextUniform() : -random.NextUniform())];
        float[] bounds = [.. Enumerable.Range(0, count).Select(n => n % 11 == 5 ? float.NaN : Encode(6.0 * random.NextUniform(), n % LowerBounds.Kinds))], moved = [.. bounds];
        List<int> expected = [];
        for (int n = 0; n < count; n++)
        {
            (double bound, int kind) = Decode(bounds[n]);
            bound = Math.FusedMultiplyAdd(bound, moves[kind], moves[LowerBounds.Kinds + kind]);
            bounds[n] = owners[n] == Component ? 0f : Encode(bound, kind);
            double square = bound < 0.0 ? -(bound * bound) : bound * bound;
            if (owners[n] != Component && !(square > Top - (2.0 * best[n])))
            {
                expected.Add(n);
            }
        }

        int[] list = new int[count + 8];
        int listed;
        fixed (int* o = owners, l = list)
        {
            fixed (double* b = best, m = limits, s = moves)
            {
                fixed (float* r = moved)
                {
                    listed = LowerBounds.MoveAndList(o, Component, Top, b, count, r, s, l, m);
                }
            }
        }

        Assert.Equal(expected, list[..listed]);
        Assert.Equal(expected.Select(n => Top - (2.0 * best[n])), limits[..listed]);
        Assert.Equal(bounds.Select(BitConverter.SingleToInt32Bits), moved.Select(BitConverter.SingleToInt32Bits));
        Assert.True(count < 511 || (listed > 20 && listed < owners.Count(owner => owner != Component) - 20), $"{listed} of {count} listed");
    }

    private static float Encode(double bound, int kind) => BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits((float)bound) & ~KindBits) | kind);

    private static (double Bound, int Kind) Decode(float bound)
    {
        int bits = BitConverter.SingleToInt32Bits(bound);
        return (BitConverter.Int32BitsToSingle(bits & ~KindBits), bits & KindBits);
    }
}
