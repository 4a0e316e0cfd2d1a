using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class WindowSetTests
{
    private const double Missing = double.NaN;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 5)]
    public void Over_HistoryOfNSteps_HasEveryWindowTheLastIncluded(int past, int future)
    {
        double[] history = Enumerable.Range(0, 10).Select(step => (double)step).ToArray();
        WindowSet windows = WindowSet.Over(history, new WindowShape(past, future), Normalisation.None);

        Assert.Equal(10 - (past + future) + 1, windows.Count);
        Assert.Equal(past + future, windows.Dimension);
        for (int n = 0; n < windows.Count; n++)
        {
            Assert.Equal(history.AsSpan(n, past + future).ToArray(), Read(windows, n));
        }

        Assert.Equal(9.0, windows.Stretch(windows.Count - 1)[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Over_HistoryShorterThanAWindow_IsEmpty(int steps) =>
        Assert.Equal(0, WindowSet.Over(new double[steps], new WindowShape(3, 2), Normalisation.None).Count);

    [Fact]
    public void Over_Stride_CountsFromTheStartOfTheHistory()
    {
        double[] history = Enumerable.Range(0, 11).Select(step => (double)step).ToArray();
        WindowSet windows = WindowSet.Over(history, new WindowShape(2, 1), Normalisation.None, stride: 4);

        Assert.Equal([0.0, 4.0, 8.0], Firsts(windows));
    }

    [Fact]
    public void Over_SeveralHistories_HaveNoWindowAcrossTheSeam()
    {
        WindowSet windows = WindowSet.Over([new double[] { 1, 2, 3 }, new double[] { 10 }, new double[] { 20, 30 }], new WindowShape(1, 1), Normalisation.None);

        Assert.Equal([1.0, 2.0, 20.0], Firsts(windows));
    }

    [Fact]
    public void Over_MissingValues_LeaveOutExactlyTheWindowsThatHoldThem()
    {
        double[] history = [Missing, 1, 2, 3, 4, Missing, 6, 7, 8, 9];
        WindowSet windows = WindowSet.Over(history, new WindowShape(2, 1), Normalisation.None);

        Assert.Equal([1.0, 2.0, 6.0, 7.0], Firsts(windows));
    }

    [Fact]
    public void Over_MissingInOneChannel_LeavesOutTheWholeStep()
    {
        double[] history = [1, -1, 2, Missing, 3, -3, 4, -4];
        WindowSet windows = WindowSet.Over(history, new WindowShape(1, 1, 2), Normalisation.None);

        Assert.Equal(1, windows.Count);
        Assert.Equal([3.0, -3.0, 4.0, -4.0], Read(windows, 0));
    }

    [Fact]
    public void CopyTo_Channels_AreNormalisedEachByItsOwnPast()
    {
        double[] history = [0, 100, 4, 300, 10, 700];
        WindowSet windows = WindowSet.Over(history, new WindowShape(2, 1, 2), new Normalisation(Centring.Mean, Scaling.StandardDeviation));

        Assert.Equal([-1.0, -1.0, 1.0, 1.0, 4.0, 5.0], Read(windows, 0));
        Assert.Equal(history, windows.Stretch(0).ToArray());
    }

    [Fact]
    public void CopyTo_CentredOnTheLast_DoesNotLookIntoTheFuture()
    {
        WindowSet one = WindowSet.Over(new double[] { 5, 7, 9 }, new WindowShape(2, 1), new Normalisation(Centring.Last));
        WindowSet other = WindowSet.Over(new double[] { 5, 7, 900 }, new WindowShape(2, 1), new Normalisation(Centring.Last));

        Assert.Equal([-2.0, 0.0, 2.0], Read(one, 0));
        Assert.Equal([-2.0, 0.0, 893.0], Read(other, 0));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Over_InfiniteValue_IsRefusedByPlace(double value)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() =>
            WindowSet.Over([new double[4], new double[] { 0, 0, 0, value }], new WindowShape(1, 1, 2), Normalisation.None));

        Assert.Contains("history 1, step 1, channel 1", refusal.Message);
    }

    [Fact]
    public void Over_HalfAStep_IsRefused() =>
        Assert.Contains("history 0", Assert.Throws<ArgumentException>(() => WindowSet.Over(new double[5], new WindowShape(1, 1, 2), Normalisation.None)).Message);

    [Fact]
    public void Over_StrideBelowOne_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WindowSet.Over(new double[5], new WindowShape(1, 1), Normalisation.None, stride: 0));

    [Fact]
    public void FromRows_Matrix_GivesItsRowsUntouched()
    {
        WindowSet rows = WindowSet.FromRows(new double[] { 1, 2, 3, 4, 5, 6 }, 3);

        Assert.Equal(2, rows.Count);
        Assert.Equal([1.0, 2.0, 3.0], Read(rows, 0));
        Assert.Equal([4.0, 5.0, 6.0], Read(rows, 1));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void FromRows_NumberThatIsNotFinite_IsRefusedByRowAndColumn(double value) =>
        Assert.Contains("row 1, column 2", Assert.Throws<ArgumentException>(() => WindowSet.FromRows(new double[] { 1, 2, 3, 4, 5, value }, 3)).Message);

    [Fact]
    public void FromRows_RaggedLength_IsRefused() =>
        Assert.Contains("5 numbers", Assert.Throws<ArgumentException>(() => WindowSet.FromRows(new double[5], 3)).Message);

    private static double[] Read(WindowSet windows, int index)
    {
        double[] window = new double[windows.Dimension];
        windows.CopyTo(index, window);
        return window;
    }

    private static IEnumerable<double> Firsts(WindowSet windows) => Enumerable.Range(0, windows.Count).Select(n => windows.Stretch(n)[0]);
}
