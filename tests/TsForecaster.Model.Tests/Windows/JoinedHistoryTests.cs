using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class JoinedHistoryTests
{
    [Fact]
    public void Of_Signals_StandSideBySide()
    {
        double[] a = [1.0, double.NaN, 3.0], b = [10.0, 20.0, 30.0];
        Assert.Equal([1.0, 10.0, double.NaN, 20.0, 3.0, 30.0], JoinedHistory.Of([a, b]).ToArray());
        Assert.Equal(a, JoinedHistory.Of([a]).ToArray());
    }

    [Fact]
    public void Of_NoneOrOtherLengths_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => JoinedHistory.Of([]));
        Assert.Contains("3, 2", Assert.Throws<ArgumentException>(() => JoinedHistory.Of([new double[3], new double[2]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void First_Channels_AreThoseInFront()
    {
        double[] history = [1.0, 10.0, 100.0, 2.0, 20.0, 200.0];
        Assert.Equal([1.0, 2.0], JoinedHistory.First(history, 3, 1).ToArray());
        Assert.Equal([1.0, 10.0, 2.0, 20.0], JoinedHistory.First(history, 3, 2).ToArray());
        Assert.Equal(history, JoinedHistory.First(history, 3, 3).ToArray());
        Assert.Empty(JoinedHistory.First(Array.Empty<double>(), 2, 1).ToArray());
    }
}
