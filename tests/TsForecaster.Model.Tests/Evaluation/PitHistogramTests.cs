using TsForecaster.Model.Evaluation;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class PitHistogramTests
{
    [Fact]
    public void KolmogorovSmirnov_RandomValues_IsThatOfTheSortedValuesToABin()
    {
        var random = new Random(1);
        foreach (double power in new[] { 1.0, 0.7, 2.0 })
        {
            double[] values = [.. Enumerable.Range(0, 500).Select(_ => Math.Pow(random.NextDouble(), power)).Order()];
            double expected = values.Select((value, i) => Math.Max(((i + 1.0) / values.Length) - value, value - ((double)i / values.Length))).Max();
            Assert.InRange(Of(values).KolmogorovSmirnov()!.Value, expected - (1.0 / PitHistogram.Resolution), expected + 1e-12);
        }
    }

    [Fact]
    public void KolmogorovSmirnov_OneValueABin_IsZero() =>
        Assert.Equal(0.0, Of([.. Enumerable.Range(0, PitHistogram.Resolution).Select(i => (i + 0.5) / PitHistogram.Resolution)]).KolmogorovSmirnov()!.Value, 12);

    [Fact]
    public void KolmogorovSmirnov_AllAtAnEnd_IsAlmostOne()
    {
        Assert.Equal(0.999, Of([0.0, 0.0]).KolmogorovSmirnov()!.Value, 12);
        Assert.Equal(0.999, Of([1.0]).KolmogorovSmirnov()!.Value, 12);
    }

    [Fact]
    public void Bins_Values_AreJoined()
    {
        PitHistogram pits = Of([0.0, 0.0999, 0.1, 0.55, 0.999, 1.0, double.NaN]);
        Assert.Equal(6, pits.Count);
        Assert.Equal([2L, 1, 0, 0, 0, 1, 0, 0, 0, 2], pits.Bins(10));
        Assert.Equal([6L], pits.Bins(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => pits.Bins(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => pits.Bins(0));
    }

    [Fact]
    public void CentralCoverage_Level_IsTheShareBetweenItsQuantiles()
    {
        PitHistogram pits = Of([0.05, 0.11, 0.3, 0.5, 0.7, 0.89, 0.91, 0.99]);
        Assert.Equal(5.0 / 8.0, pits.CentralCoverage(0.8));
        Assert.Equal(3.0 / 8.0, pits.CentralCoverage(0.5));
        Assert.Equal(1.0, pits.CentralCoverage(1.0));
    }

    [Fact]
    public void Nothing_Counted_HasNoDistance()
    {
        Assert.Null(new PitHistogram().KolmogorovSmirnov());
        Assert.Null(new PitHistogram().CentralCoverage(0.8));
    }

    [Fact]
    public void Merge_TwoHalves_IsTheWhole()
    {
        PitHistogram merged = Of([0.1, 0.2]);
        merged.Merge(Of([0.2, 0.9]));
        Assert.Equal(Of([0.1, 0.2, 0.2, 0.9]).Bins(PitHistogram.Resolution), merged.Bins(PitHistogram.Resolution));
        Assert.Equal(4, merged.Count);
    }

    private static PitHistogram Of(IReadOnlyList<double> values)
    {
        var pits = new PitHistogram();
        foreach (double value in values)
        {
            pits.Add(value);
        }

        return pits;
    }
}
