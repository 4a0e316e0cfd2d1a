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
        double[] a = NaiveMatrix.Gaussian(length, random), b = NaiveMatrix.Gaussian(length, random), c = NaiveMatrix.Gaussian(length, random);
        double[] sum = [.. c], means = [.. a], variance = [.. c], difference = new double[length], roots = [.. a.Select(Math.Abs)];

        MomentKernels.AddMean(0.3, b, means, sum);
        MomentKernels.AddVariance(0.3, a, b, c, variance);
        MomentKernels.Subtract(a, b, difference);
        MomentKernels.SquareRoot(roots);
        double[] ofMany = new double[length];
        MomentKernels.SubtractFromMany(a, b.AsSpan(0, length / 8), 8, ofMany);

        Assert.Equal(a.Select((x, i) => x - b[i / 8]), ofMany);
        Assert.Equal(a.Zip(b, (m, center) => m + center), means);
        Assert.Equal(c.Select((s, i) => Math.FusedMultiplyAdd(0.3, a[i] + b[i], s)), sum);
        Assert.Equal(c.Select((s, i) => Math.FusedMultiplyAdd(0.3, Math.FusedMultiplyAdd(a[i] - c[i], a[i] - c[i], b[i]), s)), variance);
        Assert.Equal(a.Zip(b, (x, y) => x - y), difference);
        Assert.Equal(a.Select(x => Math.Sqrt(Math.Abs(x))), roots);
    }

    [Fact]
    public void Kernels_NaN_StaysInItsLane()
    {
        double[] means = new double[16], sum = new double[16];
        means[5] = double.NaN;
        MomentKernels.AddMean(0.5, new double[16], means, sum);
        MomentKernels.AddVariance(0.5, means, new double[16], new double[16], sum);
        MomentKernels.SquareRoot(sum);
        Assert.Equal([5], Enumerable.Range(0, 16).Where(i => double.IsNaN(sum[i])));
    }

    [Fact]
    public void Kernels_SizesThatDisagreeOrFillNoPanel_Throw()
    {
        Assert.Throws<ArgumentException>(() => MomentKernels.AddMean(1.0, new double[8], new double[8], new double[16]));
        Assert.Throws<ArgumentException>(() => MomentKernels.AddVariance(1.0, new double[8], new double[8], new double[16], new double[8]));
        Assert.Throws<ArgumentException>(() => MomentKernels.Subtract(new double[7], new double[7], new double[7]));
        Assert.Throws<ArgumentException>(() => MomentKernels.SquareRoot(new double[9]));
    }
}
