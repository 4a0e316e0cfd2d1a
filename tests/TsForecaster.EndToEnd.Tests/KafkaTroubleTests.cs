using Xunit;

namespace TsForecaster.EndToEnd.Tests;

public sealed class KafkaTroubleTests : IDisposable
{
    private readonly KafkaBroker _broker = KafkaBroker.StartEmbedded();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task BrokerGoesAway_TroubleUntilItIsBack_NothingLost()
    {
        string topic = await _broker.CreateTopicAsync(1);
        _broker.Produce(topic, 1, 100);
        await using var reader = KafkaReader.Start(_broker.Options(topic));
        await reader.UntilSeenAsync(100);
        Assert.Null(reader.Source.Trouble);

        _broker.Embedded.SetReachable(false);
        await KafkaReader.UntilAsync(() => reader.Source.Trouble is not null, () => "no trouble");
        Assert.Contains("broker", reader.Source.Trouble, StringComparison.OrdinalIgnoreCase);

        _broker.Embedded.SetReachable(true);
        await KafkaReader.UntilAsync(() => reader.Source.Trouble is null, () => $"trouble: {reader.Source.Trouble}");
        _broker.Produce(topic, 1, 100, first: 100);
        await reader.UntilSeenAsync(200);
        Assert.Equal(Enumerable.Range(0, 200), reader.ByPartition().Single());
    }

    [Fact]
    public async Task BrokerAwayLongerThanTheSession_PartitionsAreLostAndComeBackAtTheCommit()
    {
        string topic = await _broker.CreateTopicAsync(1);
        _broker.Produce(topic, 1, 100);
        var options = _broker.Options(topic);
        await using var reader = KafkaReader.Start(options);
        await reader.UntilSeenAsync(100);
        var lane = reader.Lanes.Single();
        await _broker.UntilCommittedAsync(options, topic, 1, 100);

        _broker.Embedded.SetReachable(false);
        await KafkaReader.UntilAsync(() => lane.Completion.IsCompleted, () => "the partition was not lost");
        reader.Source.Commit(lane.Partition, 1_000_000);
        _broker.Embedded.SetReachable(true);
        _broker.Produce(topic, 1, 100, first: 100);

        await reader.UntilSeenAsync(200);
        Assert.NotSame(lane, reader.Lanes.Single());
        Assert.Equal(Enumerable.Range(0, 200), reader.ByPartition().Single());
    }

    [Fact]
    public async Task BrokerAwayWhenStopped_EndsWithinBounds()
    {
        string topic = await _broker.CreateTopicAsync(1);
        _broker.Produce(topic, 1, 100);
        await using var reader = KafkaReader.Start(_broker.Options(topic) with
        {
            CommitInterval = TimeSpan.FromMinutes(10),
            SessionTimeout = TimeSpan.FromSeconds(45),
            StopTimeout = TimeSpan.FromSeconds(3),
        });
        await reader.UntilSeenAsync(100);

        // The client itself would wait for the broker through two session timeouts.
        _broker.Embedded.SetReachable(false);
        await reader.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TopicMissing_TroubleUntilItIsCreated()
    {
        string topic = KafkaBroker.Unused("later");
        await using var reader = KafkaReader.Start(_broker.Options(topic));
        await KafkaReader.UntilAsync(() => reader.Source.Trouble == $"topic {topic} does not exist (yet)", () => $"trouble: {reader.Source.Trouble}");

        _broker.Embedded.CreateTopic(topic, 2);
        _broker.Produce(topic, 2, 100);

        await reader.UntilSeenAsync(100);
        await KafkaReader.UntilAsync(() => reader.Source.Trouble is null, () => $"trouble: {reader.Source.Trouble}");
    }

    [Fact]
    public async Task NoBroker_TroubleNamesIt_AndStopEnds()
    {
        string topic = await _broker.CreateTopicAsync(1);
        var options = _broker.Options(topic);
        _broker.Embedded.SetReachable(false);
        await using var reader = KafkaReader.Start(options);

        await KafkaReader.UntilAsync(
            () => reader.Source.Trouble?.Contains(options.BootstrapServers, StringComparison.Ordinal) == true, () => $"trouble: {reader.Source.Trouble}");
        await reader.StopAsync();
    }
}
