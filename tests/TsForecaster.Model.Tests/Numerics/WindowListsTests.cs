using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed unsafe class WindowListsTests
{
    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 26), 511, 512];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Others_EveryLength_ListsTheWindowsOfOtherOwnersInOrder(int count)
    {
        SeededRandom random = new(1);
        int[] owners = [.. Enumerable.Range(0, count).Select(_ => (int)(3 * random.NextUniform()))], list = new int[count];
        double[] best = NaiveMatrix.Gaussian(count, random), limits = new double[count];
        int[] expected = [.. Enumerable.Range(0, count).Where(n => owners[n] != 1)];
        int listed;
        fixed (int* o = owners, l = list)
        {
            fixed (double* b = best, m = limits)
            {
                listed = WindowLists.Others(o, 1, 7.5, b, count, l, m);
            }
        }

        Assert.Equal(expected, list[..listed]);
        Assert.Equal(expected.Select(n => 7.5 - (2.0 * best[n])), limits[..listed]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Keep_EveryLength_LeavesThoseWithinTheirLimitsAndNaN(int count)
    {
        SeededRandom random = new((ulong)count + 1);
        int[] list = [.. Enumerable.Range(100, count)], before = [.. list];
        double[] sums = NaiveMatrix.Gaussian(count, random), limits = NaiveMatrix.Gaussian(count, random);
        for (int m = 0; m < count; m += 5)
        {
            // One at its limit, one that is no number, by turns.
            (sums[m], limits[m]) = m % 2 == 0 ? (1.0, 1.0) : (double.NaN, 1.0);
        }

        (double[] sumsBefore, double[] limitsBefore) = ([.. sums], [.. limits]);
        int[] expected = [.. Enumerable.Range(0, count).Where(m => !(sums[m] > limits[m]))];
        int kept;
        fixed (int* l = list)
        {
            fixed (double* s = sums, m = limits)
            {
                kept = WindowLists.Keep(l, m, s, count);
            }
        }

        Assert.Equal(expected.Select(m => before[m]), list[..kept]);
        Assert.Equal(expected.Select(m => sumsBefore[m]), sums[..kept]);
        Assert.Equal(expected.Select(m => limitsBefore[m]), limits[..kept]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void NotBelow_EveryRange_ListsWhatCountsAndNaN(int count)
    {
        const int From = 3;
        SeededRandom random = new((ulong)count + 1);
        double[] t = [.. Enumerable.Range(0, From + count).Select(_ => random.NextUniform())], values = new double[count];
        int[] list = new int[count];
        for (int n = 0; n < t.Length; n += 7)
        {
            t[n] = n % 2 == 0 ? 0.5 : double.NaN;
        }

        int[] expected = [.. Enumerable.Range(From, count).Where(n => !(t[n] < 0.5))];
        int listed;
        fixed (int* l = list)
        {
            fixed (double* all = t, v = values)
            {
                listed = WindowLists.NotBelow(0.5, all, From, t.Length, l, v);
            }
        }

        Assert.Equal(expected, list[..listed]);
        Assert.Equal(expected.Select(n => t[n]), values[..listed]);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void CountNotBelow_EveryLength_CountsThoseAtTheBoundAndNaN(int count)
    {
        double[] t = NaiveMatrix.Gaussian(count, new SeededRandom((ulong)count + 3));
        for (int n = 0; n < count; n += 5)
        {
            t[n] = n % 2 == 0 ? 0.25 : double.NaN;
        }

        fixed (double* values = t)
        {
            Assert.Equal(t.Count(value => !(value < 0.25)), WindowLists.CountNotBelow(0.25, values, count));
        }
    }
}
