using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class MomentKernelsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Kernels_EveryLength_EqualTheNaiveLoops(int length)
    {
        SeededRandom random = new((ulong)length + 1);
        double[] a = NaiveMatrix.Gaussian(length, random), b = NaiveMatrix.Gaussian(length, random);
        double[] difference = new double[length];

        MomentKernels.Subtract(a, b, difference);
        Assert.Equal(a.Zip(b, (x, y) => x - y), difference);

        double[] ofMany = new double[length];
        MomentKernels.SubtractFromMany(a, b.AsSpan(0, length / 8), 8, ofMany);

        Assert.Equal(a.Select((x, i) => x - b[i / 8]), ofMany);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    public void Combine_EveryLength_EqualsTheNaiveLoop(int length)
    {
        const int Components = 5;
        int offsetStride = length + 3, stride = (2 * length) + 1;
        SeededRandom random = new((ulong)length + 7);
        int[] kept = [0, 2, 3];
        double[] weights = [0.2, 0.5, 0.3];
        double[] offsets = NaiveMatrix.Gaussian(Components * offsetStride, random), centers = NaiveMatrix.Gaussian(Components * stride, random);
        double[] variances = [.. NaiveMatrix.Gaussian(Components * stride, random).Select(Math.Abs)];
        double[] mean = new double[length], deviation = new double[length];
        MomentKernels.Combine(kept, weights, offsets, offsetStride, centers, variances, stride, mean, deviation);

        for (int i = 0; i < length; i++)
        {
            double m = 0.0, v = 0.0;
            for (int n = 0; n < kept.Length; n++)
            {
                m = Math.FusedMultiplyAdd(weights[n], offsets[(kept[n] * offsetStride) + i] + centers[(kept[n] * stride) + i], m);
            }

            for (int n = 0; n < kept.Length; n++)
            {
                double d = offsets[(kept[n] * offsetStride) + i] + centers[(kept[n] * stride) + i] - m;
                v = Math.FusedMultiplyAdd(weights[n], Math.FusedMultiplyAdd(d, d, variances[(kept[n] * stride) + i]), v);
            }

            Assert.Equal((m, Math.Sqrt(v)), (mean[i], deviation[i]));
        }
    }

    [Fact]
    public void Kernels_NaN_StaysInItsLane()
    {
        double[] offsets = new double[16], mean = new double[16], deviation = new double[16];
        offsets[5] = double.NaN;
        MomentKernels.Combine([0], [1.0], offsets, 16, new double[16], new double[16], 16, mean, deviation);
        Assert.Equal([5], Enumerable.Range(0, 16).Where(i => double.IsNaN(mean[i])));
        Assert.Equal([5], Enumerable.Range(0, 16).Where(i => double.IsNaN(deviation[i])));
    }

    [Fact]
    public void Kernels_SizesThatDisagreeOrFillNoPanel_Throw()
    {
        double[] eight = new double[8], sixteen = new double[16];
        Assert.Throws<ArgumentException>(() => MomentKernels.Combine([0, 1], [1.0], sixteen, 8, sixteen, sixteen, 8, eight, eight));
        Assert.Throws<ArgumentException>(() => MomentKernels.Combine([2], [1.0], sixteen, 8, sixteen, sixteen, 8, eight, eight));
        Assert.Throws<ArgumentException>(() => MomentKernels.Combine([-1], [1.0], sixteen, 8, sixteen, sixteen, 8, eight, eight));
        Assert.Throws<ArgumentException>(() => MomentKernels.Combine([0], [1.0], sixteen, 8, sixteen, eight, 8, sixteen, sixteen));
        Assert.Throws<ArgumentException>(() => MomentKernels.SubtractFromMany(sixteen, eight, 8, sixteen));
        Assert.Throws<ArgumentException>(() => MomentKernels.Subtract(new double[7], new double[7], new double[7]));
    }
}
