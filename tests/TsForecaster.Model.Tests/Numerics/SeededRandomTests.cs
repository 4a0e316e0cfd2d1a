using TsForecaster.Model.Numerics;
using Xunit;

namespace TsForecaster.Model.Tests.Numerics;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextBits_SeedZero_IsTheReferenceSequence()
    {
        // xoshiro256** by its authors' C code, the state filled by SplitMix64 from 0.
        ulong[] expected = [11091344671253066420, 13793997310169335082, 1900383378846508768, 7684712102626143532, 13521403990117723737];
        SeededRandom random = new(0);

        Assert.Equal(expected, expected.Select(_ => random.NextBits()));
    }

    [Fact]
    public void Streams_SameSeed_AreEqualAndOtherSeedsDiffer()
    {
        double[] first = NaiveMatrix.Gaussian(100, new SeededRandom(5));

        Assert.Equal(first, NaiveMatrix.Gaussian(100, new SeededRandom(5)));
        Assert.NotEqual(first, NaiveMatrix.Gaussian(100, new SeededRandom(6)));
    }

    [Fact]
    public void NextGaussian_ManyDraws_HaveTheMomentsOfTheNormal()
    {
        double[] draws = NaiveMatrix.Gaussian(200_000, new SeededRandom(11));

        Assert.InRange(draws.Average(), -0.01, 0.01);
        Assert.InRange(draws.Average(z => z * z), 0.985, 1.015);
        Assert.InRange(draws.Average(z => z * z * z), -0.04, 0.04);
        Assert.InRange(draws.Average(z => z * z * z * z), 2.9, 3.1);
    }

    [Fact]
    public void NextUniform_ManyDraws_StayInsideTheOpenInterval()
    {
        SeededRandom random = new(12);
        for (int i = 0; i < 100_000; i++)
        {
            Assert.True(random.NextUniform() is > 0.0 and < 1.0);
        }
    }

    [Fact]
    public void NextIndex_ManyDraws_CoversTheRangeEvenly()
    {
        SeededRandom random = new(13);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[random.NextIndex(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void NextChoice_Weights_AreTheFrequenciesAndZeroIsNeverDrawn()
    {
        SeededRandom random = new(14);
        int[] counts = new int[4];
        for (int i = 0; i < 80_000; i++)
        {
            counts[random.NextChoice([0.0, 1.0, 3.0, 0.0])]++;
        }

        Assert.Equal(0, counts[0]);
        Assert.Equal(0, counts[3]);
        Assert.InRange(counts[1], 19_400, 20_600);
        Assert.Equal(-1, random.NextChoice([0.0, 0.0]));
    }
}
