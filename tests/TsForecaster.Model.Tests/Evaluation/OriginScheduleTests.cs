using TsForecaster.Model.Evaluation;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class OriginScheduleTests
{
    [Fact]
    public void Blocks_WithoutRefits_IsOneOnTheFittedRows()
    {
        var schedule = new OriginSchedule(First: 100, Count: 7, Stride: 3, RefitEvery: 0, FittedRows: 80);
        Assert.Equal([0..7], schedule.Blocks());
        Assert.Equal(80, schedule.RowsBehind(6));
        Assert.Equal(118, schedule.Origin(6));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 10)]
    [InlineData(10, 3)]
    [InlineData(5, 5)]
    public void Blocks_Refits_FollowOneAnotherWithTheLatestRowsAllowed(int stride, int every)
    {
        var schedule = new OriginSchedule(100, 23, stride, every, 100);
        int next = 0, rowsBefore = 0;
        foreach (Range block in schedule.Blocks())
        {
            Assert.Equal(next, block.Start.Value);
            for (int n = block.Start.Value; n < block.End.Value; n++)
            {
                int rows = schedule.RowsBehind(n);
                Assert.Equal(schedule.RowsBehind(block.Start.Value), rows);
                Assert.Equal(0, (rows - 100) % every);
                Assert.InRange(schedule.Origin(n) - rows, 0, every - 1);
            }

            Assert.True(schedule.RowsBehind(block.Start.Value) > rowsBefore);
            (next, rowsBefore) = (block.End.Value, schedule.RowsBehind(block.Start.Value));
        }

        Assert.Equal(23, next);
    }
}
