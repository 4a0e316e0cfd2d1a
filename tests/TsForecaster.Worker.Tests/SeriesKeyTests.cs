using Xunit;

namespace TsForecaster.Worker.Tests;

public sealed class SeriesKeyTests
{
    [Fact]
    public void ToString_DefaultChannel_IsTheSeriesAlone()
    {
        Assert.Equal("pump-7", new SeriesKey("pump-7", SeriesKey.DefaultChannel).ToString());
        Assert.Equal("pump-7/vibration", new SeriesKey("pump-7", "vibration").ToString());
    }

    [Fact]
    public void CompareTo_SameSeries_OrdersByChannel() =>
        Assert.True(new SeriesKey("a", "b").CompareTo(new SeriesKey("a", "c")) < 0);
}
