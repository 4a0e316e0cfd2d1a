using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class ResponsibilitySharesTests
{
    private const int Width = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Compute_RandomLogs_AgreesWithOneWindowAtATime(int components)
    {
        double[] logs = [.. NaiveMatrix.Gaussian(components * Width, new SeededRandom(4)).Select(value => 30.0 * value)];
        logs[3] = double.NegativeInfinity;

        Check(logs, components);
    }

    [Fact]
    public void Compute_NoFiniteLog_GivesEqualShares()
    {
        double[] logs = NaiveMatrix.Gaussian(3 * Width, new SeededRandom(4));
        logs[5] = logs[Width + 5] = logs[(2 * Width) + 5] = double.NegativeInfinity;

        double[] shares = Check(logs, 3);

        Assert.Equal(1.0 / 3.0, shares[Width + 5]);
    }

    [Theory]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Compute_NeighbourWithoutALog_ChangesNoBitOfTheOthers(double log)
    {
        double[] logs = [.. NaiveMatrix.Gaussian(3 * Width, new SeededRandom(4)).Select(value => 9.0 * value)];
        (double[] alone, double[] bestAlone, _) = Compute(logs, 3);
        logs[5] = logs[Width + 5] = logs[(2 * Width) + 5] = log;

        (double[] shares, double[] best, _) = Compute(logs, 3);

        Assert.All(Enumerable.Range(0, Width).Where(n => n != 5), n => Assert.Equal(bestAlone[n], best[n]));
        Assert.All(Enumerable.Range(0, 3 * Width).Where(i => i % Width != 5), i => Assert.Equal(alone[i], shares[i]));
    }

    [Fact]
    public void Compute_NaN_ReachesItsOwnWindowOnly()
    {
        double[] logs = NaiveMatrix.Gaussian(2 * Width, new SeededRandom(4));
        logs[Width + 6] = double.NaN;

        (double[] shares, double[] best, _) = Compute(logs, 2);

        Assert.Equal([6], Enumerable.Range(0, Width).Where(n => double.IsNaN(best[n])));
        Assert.Equal([6, Width + 6], Enumerable.Range(0, 2 * Width).Where(i => double.IsNaN(shares[i])));
    }

    [Fact]
    public void Compute_RowsApart_LeavesWhatLiesBetweenAlone()
    {
        const int Stride = Width + 3;
        double[] logs = NaiveMatrix.Gaussian(3 * Width, new SeededRandom(4)), apart = [.. Enumerable.Repeat(7.0, 3 * Stride)];
        (double[] expected, double[] expectedBest, int[] expectedOwners) = Compute(logs, 3);
        double[] best = new double[Width];
        int[] owners = new int[Width];
        for (int k = 0; k < 3; k++)
        {
            logs.AsSpan(k * Width, Width).CopyTo(apart.AsSpan(k * Stride));
        }

        for (int n = 0; n < Width; n++)
        {
            best[n] = Enumerable.Range(0, 3).Max(k => logs[(k * Width) + n]);
        }

        ResponsibilityShares.Compute(apart, Stride, Width - 5, 3, best, owners);

        Assert.Equal(expectedBest, best);
        Assert.Equal(expectedOwners, owners);
        Assert.Equal(expected, Enumerable.Range(0, 3).SelectMany(k => apart.Skip(k * Stride).Take(Width)));
        Assert.All(Enumerable.Range(0, 3), k => Assert.Equal([7.0, 7.0, 7.0], apart.Skip((k * Stride) + Width).Take(3)));
    }

    private static double[] Check(double[] logs, int components)
    {
        (double[] shares, double[] best, int[] owners) = Compute(logs, components);
        for (int n = 0; n < Width; n++)
        {
            double[] expected = [.. Enumerable.Range(0, components).Select(k => logs[(k * Width) + n])];
            int owner = Array.IndexOf(expected, expected.Max());
            double logDensity = LogSumExp.Normalise(expected);
            Assert.Equal(owner, owners[n]);
            Assert.True(best[n] == logDensity || Math.Abs(best[n] - logDensity) <= 1e-15 * Math.Max(1.0, Math.Abs(logDensity)));
            for (int k = 0; k < components; k++)
            {
                Assert.Equal(expected[k], shares[(k * Width) + n], 4e-16);
            }
        }

        return shares;
    }

    /// <summary>The largest log density is the caller's to find; NaN never is the largest.</summary>
    private static (double[] Shares, double[] Best, int[] Owners) Compute(double[] logs, int components)
    {
        double[] shares = [.. logs], best = new double[Width];
        int[] owners = new int[Width];
        for (int n = 0; n < Width; n++)
        {
            best[n] = double.NegativeInfinity;
            for (int k = 0; k < components; k++)
            {
                double log = logs[(k * Width) + n];
                best[n] = log > best[n] ? log : best[n];
            }
        }

        ResponsibilityShares.Compute(shares, Width, Width, components, best, owners);
        return (shares, best, owners);
    }
}
