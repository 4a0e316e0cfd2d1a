using TsForecaster.Worker.Dashboard;
using Xunit;

namespace TsForecaster.Worker.Tests.Dashboard;

public sealed class RecentCellsTests
{
    /// <summary>Any walk over the grid (forward, gaps, set back) leaves what a plain map of cells would hold.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(32)]
    [InlineData(100)]
    public void Add_AnyWalkOverTheGrid_EqualsPlainMap(int capacity)
    {
        Random random = new(capacity);
        for (int round = 0; round < 50; round++)
        {
            RecentCells cells = new(capacity);
            SortedDictionary<long, double> map = [];
            long index = 1_000;
            for (int i = 0; i < 3 * capacity; i++)
            {
                index += random.Next(10) switch { 0 => 3, 1 => -4, 2 when round % 5 == 0 => capacity + 2, _ => 1 };
                Expect(map, index, i, capacity);
                cells.Add(index * Steps.Minute, Steps.Minute, i);
                Assert.Equal(map.Values, cells.ToArray());
                Assert.Equal((map.Keys.Last() * Steps.Minute, (double)i), (cells.LastStart, cells.LastValue));
            }
        }
    }

    [Fact]
    public void Add_AnotherInterval_StartsAnew()
    {
        RecentCells cells = new(10);
        cells.Add(0, 10, 1.0);
        cells.Add(10, 10, 2.0);
        cells.Add(20, 20, 3.0);
        Assert.Equal([3.0], cells.ToArray());
    }

    private static void Expect(SortedDictionary<long, double> map, long index, double value, int capacity)
    {
        if (map.Count > 0 && (index > map.Keys.Last() + capacity || index < map.Keys.First()))
        {
            map.Clear();
        }

        foreach (long later in map.Keys.Where(key => key >= index).ToArray())
        {
            map.Remove(later);
        }

        for (long skipped = map.Count > 0 ? map.Keys.Last() + 1 : index; skipped < index; skipped++)
        {
            map[skipped] = double.NaN;
        }

        map[index] = value;
        while (map.Count > capacity)
        {
            map.Remove(map.Keys.First());
        }
    }
}
