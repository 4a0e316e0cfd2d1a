using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class SeriesHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public void Append_BeyondCapacity_KeepsTheLastValuesContiguous(int capacity)
    {
        SeriesHistory history = new(capacity);
        for (int i = 0; i < 1500; i++)
        {
            history.Append(i, []);
            int count = Math.Min(i + 1, capacity);
            Assert.Equal(count, history.Count);
            Assert.Equal(Enumerable.Range(i + 1 - count, count).Select(v => (double)v), history.Last(count).ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public void Append_OtherChannelsBeside_KeepsTheStepsWhole(int capacity)
    {
        SeriesHistory history = new(capacity, channels: 3);
        for (int i = 0; i < 1500; i++)
        {
            history.Append(i, [i + 0.25, i + 0.5]);
            int count = Math.Min(i + 1, capacity);
            double[] own = [.. Enumerable.Range(i + 1 - count, count).Select(v => (double)v)];
            Assert.Equal(own, history.Last(count).ToArray());
            Assert.Equal(own, history.Joined(1, count).ToArray());
            Assert.Equal([.. own.SelectMany(v => (double[])[v, v + 0.25])], history.Joined(2, count).ToArray());
            Assert.Equal([.. own[..^1].SelectMany(v => (double[])[v, v + 0.25, v + 0.5])], history.Joined(3, count - 1, skip: 1).ToArray());
        }
    }
}
