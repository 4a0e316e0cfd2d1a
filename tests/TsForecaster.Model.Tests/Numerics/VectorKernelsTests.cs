using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class VectorKernelsTests
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 71)];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Dot_EveryLength_HasTheDocumentedSummationOrder(int length)
    {
        (double[] a, double[] b) = Pair(length);
        double[] partial = new double[16];
        int whole = length / 16 * 16;
        for (int i = 0; i < whole; i++)
        {
            partial[i % 16] += a[i] * b[i];
        }

        double[] lane = new double[4];
        for (int i = 0; i < 4; i++)
        {
            lane[i] = (partial[i] + partial[4 + i]) + (partial[8 + i] + partial[12 + i]);
        }

        double expected = (lane[0] + lane[1]) + (lane[2] + lane[3]);
        for (int i = whole; i < length; i++)
        {
            expected += a[i] * b[i];
        }

        Assert.Equal(expected, VectorKernels.Dot(a, b));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Sums_EveryLength_AgreeWithTheNaiveLoops(int length)
    {
        (double[] a, double[] b) = Pair(length);

        Assert.Equal(a.Sum(), VectorKernels.Sum(a), 12);
        Assert.Equal(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum(), VectorKernels.SquaredDistance(a, b), 10);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void ElementwiseKernels_EveryLength_EqualTheNaiveLoops(int length)
    {
        (double[] a, double[] b) = Pair(length);
        double[] scaled = [.. b], squares = [.. b], divided = [.. a], shifted = new double[length], difference = new double[length];

        VectorKernels.AddScaled(1.7, a, scaled);
        VectorKernels.AddSquares(a, squares);
        VectorKernels.Shift(a, 0.3, shifted);
        VectorKernels.ScaledDifference(1.7, a, b, difference);
        VectorKernels.Divide(divided, 1.7);

        Assert.Equal(a.Zip(b, (x, y) => y + (1.7 * x)), scaled);
        Assert.Equal(a.Zip(b, (x, y) => y + (x * x)), squares);
        Assert.Equal(a.Select(x => x / 1.7), divided);
        Assert.Equal(a.Select(x => x + 0.3), shifted);
        Assert.Equal(a.Zip(b, (x, y) => 1.7 * (x - y)), difference);
    }

    [Fact]
    public void Kernels_LengthsThatDiffer_Throw()
    {
        Assert.Throws<ArgumentException>(() => VectorKernels.Dot(new double[3], new double[4]));
        Assert.Throws<ArgumentException>(() => VectorKernels.AddScaled(1.0, new double[3], new double[2]));
        Assert.Throws<ArgumentException>(() => VectorKernels.SquaredDistance(new double[3], new double[2]));
    }

    private static (double[] A, double[] B) Pair(int length)
    {
        SeededRandom random = new((ulong)length + 1);
        return (NaiveMatrix.Gaussian(length, random), NaiveMatrix.Gaussian(length, random));
    }
}
