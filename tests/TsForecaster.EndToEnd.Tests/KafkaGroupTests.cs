using Xunit;

namespace TsForecaster.EndToEnd.Tests;

public sealed class KafkaGroupTests : IDisposable
{
    private const int Partitions = 4;
    private readonly KafkaBroker _broker = KafkaBroker.Start();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task TwoSources_OneGroup_ShareThePartitionsAndHandOver()
    {
        string topic = await _broker.CreateTopicAsync(Partitions);
        var options = _broker.Options(topic);
        _broker.Produce(topic, Partitions, 2_000);
        await using var first = KafkaReader.Start(options);
        await first.UntilSeenAsync(2_000);

        await using var second = KafkaReader.Start(options);
        await KafkaReader.UntilAsync(() => (first.Owned, second.Owned) == (2, 2), () => $"first owns {first.Owned}, second {second.Owned}");
        _broker.Produce(topic, Partitions, 2_000, first: 2_000);
        await KafkaReader.UntilAsync(
            () => first.Seen.Length + second.Seen.Length >= 4_000, () => $"first saw {first.Seen.Length}, second {second.Seen.Length}");

        await first.StopAsync();
        await KafkaReader.UntilAsync(() => second.Owned == Partitions, () => $"second owns {second.Owned}");
        _broker.Produce(topic, Partitions, 2_000, first: 4_000);
        await KafkaReader.UntilAsync(
            () => first.Seen.Length + second.Seen.Length >= 6_000, () => $"first saw {first.Seen.Length}, second {second.Seen.Length}");
        await second.StopAsync();

        // Handed over at a commit: nothing missing, nothing twice, and each partition in order on either side.
        var all = first.ByPartition().Concat(second.ByPartition()).ToList();
        Assert.Equal(Enumerable.Range(0, 6_000), all.SelectMany(p => p).Order());
        Assert.All(all, partition => Assert.Equal(partition.Order(), partition));
        Assert.Equal(1_000, second.Seen.Length - 2_000);
    }

    [Fact]
    public async Task PartitionTakenAway_WhatWasBegunIsFinishedAndTheRestLeft()
    {
        string topic = await _broker.CreateTopicAsync(2);
        var options = _broker.Options(topic);
        _broker.Produce(topic, 2, 200);
        var begun = new SemaphoreSlim(0);
        var finish = new TaskCompletionSource();
        await using var first = new KafkaReader(KafkaBroker.Source(options), 1000)
        {
            Before = async record =>
            {
                if (record.Offset != 30) return;
                begun.Release();
                await finish.Task;
            },
        }.Start();
        await begun.WaitAsync(TimeSpan.FromSeconds(45));
        await begun.WaitAsync(TimeSpan.FromSeconds(45));

        await using var second = KafkaReader.Start(options);
        await KafkaReader.UntilAsync(
            () => first.Lanes.Any(lane => lane.Completion.IsCompleted || lane.Closed.IsCancellationRequested), () => "no lane was closed");
        finish.SetResult();
        await KafkaReader.UntilAsync(
            () => first.Seen.Length + second.Seen.Length >= 200, () => $"first saw {first.Seen.Length}, second {second.Seen.Length}");

        int moved = second.Seen.Select(r => r.Partition.Partition).Distinct().Single();
        Assert.Equal(31, first.Seen.Count(r => r.Partition.Partition == moved));
        Assert.Equal(69, second.Seen.Length);
        Assert.Equal(31, second.Seen[0].Offset);
    }
}
