using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class MissingValuesTests
{
    private const double Missing = double.NaN;

    [Fact]
    public void Over_KeepingAll_HasTheCompleteWindowsFirst()
    {
        double[] history = [0, 1, 2, Missing, 4, 5, 6, 7];

        WindowSet windows = WindowSet.Over(history, new WindowShape(2, 1), Normalisation.None, missing: new MissingValues { MinimumObserved = 0.0 });

        // The window (2, Missing, 4) comes after those without; (1, 2, Missing) has nothing observed of its future.
        Assert.Equal(3, windows.CompleteCount);
        Assert.Equal([[0, 1, 2], [4, 5, 6], [5, 6, 7], [2, Missing, 4], [Missing, 4, 5]], All(windows));
    }

    [Theory]
    [InlineData(0.5, int.MaxValue, 7)]
    [InlineData(0.75, int.MaxValue, 2)]
    [InlineData(0.76, int.MaxValue, 1)]
    [InlineData(0.5, 1, 5)]
    [InlineData(0.5, 0, 1)]
    public void Over_ShareObservedAndLongestGap_DecideWhatIsKept(double observed, int gap, int expected)
    {
        double[] history = [0, 1, 2, 3, 4, 5, Missing, 7, 8, Missing, Missing, 11, 12];

        WindowSet windows = WindowSet.Over(history, new WindowShape(4, 2), Normalisation.None, missing: new MissingValues { MinimumObserved = observed, MaxGap = gap });

        Assert.Equal(1, windows.CompleteCount);
        Assert.Equal(expected, windows.Count);
        Assert.All(Enumerable.Range(0, windows.Count), n =>
        {
            double[] window = Read(windows, n);
            Assert.True(window[..4].Count(double.IsNaN) <= (1.0 - observed) * 4.0 && window[4..].Count(double.IsNaN) <= (1.0 - observed) * 2.0);
        });
    }

    [Fact]
    public void Over_ChannelThatWasNeverObserved_BreaksTheWindow()
    {
        double[] history = [0, Missing, 1, Missing, 2, 20, 3, 30];

        WindowSet windows = WindowSet.Over(history, new WindowShape(1, 1, 2), Normalisation.None, missing: new MissingValues { MinimumObserved = 0.0 });

        Assert.Equal([[2.0, 20.0, 3.0, 30.0]], All(windows));
    }

    [Fact]
    public void Over_StrideOfIncompleteWindows_LeavesCompleteOnesAlone()
    {
        double[] history = [Missing, 1, 2, Missing, 4, 5, Missing, 7, 8, 9, 10];

        WindowSet windows = WindowSet.Over(history, new WindowShape(2, 1), Normalisation.None, missing: new MissingValues { MinimumObserved = 0.5, Stride = 2 });

        Assert.Equal([[7, 8, 9], [8, 9, 10], [Missing, 1, 2], [Missing, 4, 5], [Missing, 7, 8]], All(windows));
    }

    [Fact]
    public void Filled_SeriesAndMatrix_HasNeighboursInTimeAndMeansOfColumns()
    {
        double[] history = [Missing, 10, Missing, 2, 20, Missing, Missing, Missing, Missing, 5, Missing, Missing];
        MissingValues any = new() { MinimumObserved = 0.0 };

        WindowSet series = WindowSet.Over(history, new WindowShape(1, 1, 3), Normalisation.None, missing: any);
        WindowSet walk = WindowSet.Over(new double[] { Missing, 1, Missing, Missing, 4, Missing }, new WindowShape(4, 2), Normalisation.None, missing: any);
        WindowSet matrix = WindowSet.FromRows(new double[] { 1, Missing, 3, 4, Missing, 10 }, 2, any);

        Assert.Equal(0, series.Count);
        Assert.Equal([[1.0, 1.0, 2.0, 3.0, 4.0, 4.0]], All(walk.Filled));
        Assert.Equal(1, walk.Filled.CompleteCount);
        Assert.Equal([[3.0, 4.0], [1.0, 7.0], [2.0, 10.0]], All(matrix.Filled));
        Assert.Same(matrix.Filled, matrix.Filled.Filled);
    }

    [Fact]
    public void Over_NormalisedByWhatIsObserved_StaysMissingWhereItIs()
    {
        double[] history = [1, Missing, 5, 9];

        WindowSet windows = WindowSet.Over(history, new WindowShape(3, 1), new Normalisation(Centring.Mean), missing: new MissingValues());

        Assert.Equal([[-2.0, Missing, 2.0, 6.0]], All(windows));
        Assert.Equal(1, windows.FreeLevels);
    }

    [Theory]
    [InlineData(Centring.None, 0, 0)]
    [InlineData(Centring.Last, 0, 1)]
    [InlineData(Centring.Mean, 0, 1)]
    [InlineData(Centring.Last, 6, 1)]
    [InlineData(Centring.Mean, 6, 0)]
    public void Over_LevelOfThePastOrOfMore_IsOpenOrAsGoodAsKnown(Centring centring, int measured, int expected)
    {
        Normalisation normalisation = new(centring) { MeasuredSteps = measured };

        Assert.Equal(expected, WindowSet.Over(new double[12], new WindowShape(3, 1), normalisation).FreeLevels);
        Assert.Equal(expected == 0, normalisation.FixesLevel([1.0, 2.0, Missing], 1, 0));
    }

    [Theory]
    [InlineData(-0.1, 3, 1)]
    [InlineData(1.1, 3, 1)]
    [InlineData(double.NaN, 3, 1)]
    [InlineData(0.5, -1, 1)]
    [InlineData(0.5, 3, 0)]
    public void Over_OptionsOutOfRange_AreRefused(double observed, int gap, int stride) => Assert.Throws<ArgumentException>(() =>
        WindowSet.FromRows(new double[4], 2, new MissingValues { MinimumObserved = observed, MaxGap = gap, Stride = stride }));

    [Fact]
    public void FromRows_MissingNumber_IsRefusedUnlessKeptAndInfiniteAlways()
    {
        Assert.Throws<ArgumentException>(() => WindowSet.FromRows(new double[] { 1, Missing }, 2));
        Assert.Throws<ArgumentException>(() => WindowSet.FromRows(new double[] { 1, double.PositiveInfinity }, 2, new MissingValues()));
        Assert.Equal(0, WindowSet.FromRows(new double[] { Missing, Missing }, 2, new MissingValues { MinimumObserved = 0.0 }).Count);
    }

    private static double[][] All(WindowSet windows) => [.. Enumerable.Range(0, windows.Count).Select(n => Read(windows, n))];

    private static double[] Read(WindowSet windows, int index)
    {
        double[] window = new double[windows.Dimension];
        windows.CopyTo(index, window);
        return window;
    }
}
