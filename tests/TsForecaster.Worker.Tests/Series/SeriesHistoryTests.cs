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
            history.Append(i);
            int count = Math.Min(i + 1, capacity);
            Assert.Equal(count, history.Count);
            Assert.Equal(Enumerable.Range(i + 1 - count, count).Select(v => (double)v), history.Last(count).ToArray());
        }
    }
}
