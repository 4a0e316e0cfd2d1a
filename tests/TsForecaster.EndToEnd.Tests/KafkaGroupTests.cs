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
        await _broker.UntilCommittedAsync(options, topic, Partitions, 2_000);

        await using var second = KafkaReader.Start(options);
        await KafkaReader.UntilAsync(() => (first.Owned, second.Owned) == (2, 2), () => $"first owns {first.Owned}, second {second.Owned}");
        _broker.Produce(topic, Partitions, 2_000, first: 2_000);
        await KafkaReader.UntilAsync(
            () => first.Seen.Length + second.Seen.Length >= 4_000, () => $"first saw {first.Seen.Length}, second {second.Seen.Length}");
        await _broker.UntilCommittedAsync(options, topic, Partitions, 4_000);

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
        var log = new KafkaLog();
        await using var first = new KafkaReader(KafkaBroker.Source(options, log), 1000)
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
            () => first.Seen.Concat(second.Seen).DistinctBy(r => (r.Partition, r.Offset)).Count() == 200,
            () => $"first saw {first.Seen.Length}, second {second.Seen.Length}");

        // When the group is already sharing out anew, the broker refuses the last commit, and the new owner begins where the one before left it.
        int moved = second.Seen.Select(r => r.Partition.Partition).Distinct().Single();
        bool refused = log.Has("Offsets were not committed");
        Assert.Equal(31, first.Seen.Count(r => r.Partition.Partition == moved));
        Assert.InRange(second.Seen[0].Offset, refused ? 0 : 31, 31);
        Assert.Equal(Enumerable.Range((int)second.Seen[0].Offset, 100 - (int)second.Seen[0].Offset), second.Seen.Select(r => (int)r.Offset));
    }
}
