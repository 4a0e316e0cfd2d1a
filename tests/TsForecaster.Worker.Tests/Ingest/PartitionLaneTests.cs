using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class PartitionLaneTests
{
    private static PartitionLane Lane(int capacity) => new(new PartitionId("ticks", 0), startOffset: null, capacity);

    [Fact]
    public void Write_UpToCapacity_IsFullUntilHalfIsRead()
    {
        using var lane = Lane(capacity: 4);
        for (int i = 0; i < 3; i++) lane.Write(Records.Record("x"));
        Assert.False(lane.IsFull);
        Assert.False(lane.HasRoom);

        lane.Write(Records.Record("x"));
        Assert.True(lane.IsFull);
        for (int i = 0; i < 2; i++) Assert.True(lane.Records.TryRead(out _));
        Assert.False(lane.IsFull);
        Assert.True(lane.HasRoom);
    }

    [Fact]
    public void Write_PastCapacity_IsKept()
    {
        using var lane = Lane(capacity: 1);
        for (int i = 0; i < 3; i++) lane.Write(Records.Record("x"));
        Assert.Equal(3, lane.Records.Count);
    }

    [Fact]
    public async Task Close_QueuedRecordsStayReadable_ThenTheEnd()
    {
        using var lane = Lane(capacity: 4);
        lane.Write(Records.Record("x"));
        lane.Close();
        lane.Write(Records.Record("too late"));

        Assert.True(lane.Closed.IsCancellationRequested);
        Assert.False(lane.Abandoned.IsCancellationRequested);
        Assert.True(lane.Records.TryRead(out _));
        Assert.False(await lane.Records.WaitToReadAsync());
    }

    [Fact]
    public void Abandon_CancelsBothTokens()
    {
        using var lane = Lane(capacity: 4);
        lane.Close();
        lane.Abandon();
        Assert.True(lane.Closed.IsCancellationRequested);
        Assert.True(lane.Abandoned.IsCancellationRequested);
    }

    [Fact]
    public void Capacity_BelowOne_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Lane(capacity: 0));
}
