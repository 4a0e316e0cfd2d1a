using System.Text;
using Confluent.Kafka;
using TsForecaster.Worker;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

public sealed class KafkaTickSourceTests : IDisposable
{
    private const int Partitions = 4;
    private readonly KafkaBroker _broker = KafkaBroker.Start();

    public void Dispose() => _broker.Dispose();

    [Fact]
    public async Task Run_TwentyThousandRecords_EveryPartitionWholeAndInOrder()
    {
        const int Count = 20_000;
        string topic = await _broker.CreateTopicAsync(Partitions);
        _broker.Produce(topic, Partitions, Count);
        await using var reader = KafkaReader.Start(_broker.Options(topic));

        await reader.UntilSeenAsync(Count);
        await reader.StopAsync();

        Assert.Equal(Count, reader.Seen.Length);
        foreach (var partition in reader.ByPartition())
            Assert.Equal(Enumerable.Range(0, Count / Partitions).Select(i => i * Partitions + partition.Key), partition);
        var record = reader.Seen.First(r => r.Value.Span.SequenceEqual("7"u8));
        Assert.Equal((new PartitionId(topic, 3), 1L, "k7"), (record.Partition, record.Offset, Encoding.UTF8.GetString(record.Key.Span)));
        Assert.InRange(record.TimestampNs, 1_600_000_000_000_000_000, long.MaxValue);
    }

    [Fact]
    public async Task Run_LaneFull_PausesThatPartitionAloneAndLosesNothing()
    {
        const int Count = 3_000, Capacity = 100;
        string topic = await _broker.CreateTopicAsync(2);
        _broker.Produce(topic, 2, Count);
        var gate = new TaskCompletionSource();
        var options = _broker.Options(topic) with { LaneCapacity = Capacity };
        await using var reader = new KafkaReader(KafkaBroker.Source(options), Capacity)
        {
            Before = record => record.Partition.Partition == 0 ? gate.Task : Task.CompletedTask,
        }.Start();

        await reader.UntilSeenAsync(Count / 2);
        var held = reader.Lanes.Single(lane => lane.Partition.Partition == 0);
        Assert.All(reader.Seen, record => Assert.Equal(1, record.Partition.Partition));

        // What is queued: the lane's capacity, without the one record its reader holds.
        await KafkaReader.UntilAsync(() => held.Records.Count >= Capacity - 1, () => $"{held.Records.Count} queued");
        _broker.Produce(topic, 2, Count, first: Count);
        await reader.UntilSeenAsync(Count);
        Assert.InRange(held.Records.Count, Capacity - 1, Capacity);

        gate.SetResult();
        await reader.UntilSeenAsync(2 * Count);
        foreach (var partition in reader.ByPartition())
            Assert.Equal(Enumerable.Range(0, Count).Select(i => i * 2 + partition.Key), partition);
    }

    [Fact]
    public async Task Run_Restarted_GoesOnAtTheCommittedOffset()
    {
        string topic = await _broker.CreateTopicAsync(Partitions);
        var options = _broker.Options(topic);
        _broker.Produce(topic, Partitions, 2_000);
        await using (var first = KafkaReader.Start(options))
        {
            await first.UntilSeenAsync(2_000);
            await first.StopAsync();
        }

        _broker.Produce(topic, Partitions, 1_000, first: 2_000);
        await using var second = KafkaReader.Start(options);
        await second.UntilSeenAsync(1_000);
        await second.StopAsync();

        Assert.Equal(Enumerable.Range(2_000, 1_000), second.ByPartition().SelectMany(p => p).Order());
    }

    [Fact]
    public async Task Run_NothingCommitted_GivesEverythingAgain()
    {
        string topic = await _broker.CreateTopicAsync(1);
        var options = _broker.Options(topic);
        _broker.Produce(topic, 1, 100);
        await using (var first = new KafkaReader(KafkaBroker.Source(options), 1000) { Commits = false }.Start())
        {
            await first.UntilSeenAsync(100);
            await first.StopAsync();
        }

        await using var second = KafkaReader.Start(options);
        await second.UntilSeenAsync(100);
        Assert.Equal(Enumerable.Range(0, 100), second.ByPartition().Single());
    }

    [Fact]
    public async Task Run_LaneHasStartOffset_ReadsFromThere()
    {
        string topic = await _broker.CreateTopicAsync(1);
        _broker.Produce(topic, 1, 500);
        await using var reader = new KafkaReader(KafkaBroker.Source(_broker.Options(topic)), 1000) { StartAt = _ => 321 }.Start();

        await reader.UntilSeenAsync(179);
        await reader.StopAsync();

        Assert.Equal(Enumerable.Range(321, 179), reader.ByPartition().Single());
    }

    [Fact]
    public async Task Run_LaneFails_EndsWithThatFailure()
    {
        string topic = await _broker.CreateTopicAsync(Partitions);
        _broker.Produce(topic, Partitions, 100);
        var failure = new FormatException("the lane's own");
        await using var reader = new KafkaReader(KafkaBroker.Source(_broker.Options(topic)), 1000)
        {
            Before = record => record.Offset == 10 ? throw failure : Task.CompletedTask,
        }.Start();

        var thrown = await Assert.ThrowsAsync<FormatException>(() => reader.Run.WaitAsync(TimeSpan.FromSeconds(45)));

        Assert.Same(failure, thrown);
        Assert.Equal("stopped", reader.Source.Trouble);
    }

    [Fact]
    public async Task Run_LaneCannotBeOpened_EndsWithThatFailure()
    {
        string topic = await _broker.CreateTopicAsync(1);
        await using var reader = new KafkaReader(KafkaBroker.Source(_broker.Options(topic)), 1000)
        {
            StartAt = _ => throw new FormatException("a damaged checkpoint"),
        }.Start();

        var thrown = await Assert.ThrowsAsync<FormatException>(() => reader.Run.WaitAsync(TimeSpan.FromSeconds(45)));
        Assert.Equal("a damaged checkpoint", thrown.Message);
    }

    [Fact]
    public async Task Stop_LaneDoesNotEnd_IsAbandonedAndItsCommitsIgnored()
    {
        string topic = await _broker.CreateTopicAsync(1);
        _broker.Produce(topic, 1, 100);
        var never = new TaskCompletionSource();
        var options = _broker.Options(topic) with { StopTimeout = TimeSpan.FromMilliseconds(200) };
        await using (var stuck = new KafkaReader(KafkaBroker.Source(options), 1000) { Before = r => r.Offset == 40 ? never.Task : Task.CompletedTask }.Start())
        {
            await stuck.UntilSeenAsync(40);
            await stuck.StopAsync();
            Assert.True(stuck.Lanes[0].Abandoned.IsCancellationRequested);
            stuck.Source.Commit(new PartitionId(topic, 0), 100);
        }

        await using var next = KafkaReader.Start(options);
        await next.UntilSeenAsync(60);
        Assert.Equal(Enumerable.Range(40, 60), next.ByPartition().Single());
    }

    [Fact]
    public async Task DeadLetter_Record_ArrivesWithReasonAndOrigin()
    {
        string topic = await _broker.CreateTopicAsync(1);
        var options = _broker.Options(topic);
        using var source = KafkaBroker.Source(options);
        byte[] value = [0xff, 0x00, (byte)'x'];
        var record = new SourceRecord(new PartitionId(topic, 3), 42, 0, "pump-7"u8.ToArray(), value);

        await source.DeadLetterAsync(record, "not JSON: ‘x’", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(45));

        var letter = ReadOne(options.DeadLetterTopic);
        Assert.Equal("pump-7", Encoding.UTF8.GetString(letter.Key));
        Assert.Equal(value, letter.Value);
        Assert.Equal(
            $"error=not JSON: ‘x’; source-topic={topic}; source-partition=3; source-offset=42",
            string.Join("; ", letter.Headers.Select(h => $"{h.Key}={Encoding.UTF8.GetString(h.GetValueBytes())}")));
    }

    [Fact]
    public async Task DeadLetter_RecordTooLongForTheTopic_ArrivesWithoutItsValue()
    {
        string topic = await _broker.CreateTopicAsync(1);
        var options = _broker.Options(topic) with { MaxRecordBytes = 1_000 };
        using var source = KafkaBroker.Source(options);
        var record = new SourceRecord(new PartitionId(topic, 0), 1, 0, ReadOnlyMemory<byte>.Empty, new byte[3_000_000]);

        await source.DeadLetterAsync(record, "3000000 bytes", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(45));

        var letter = ReadOne(options.DeadLetterTopic);
        Assert.Empty(letter.Value ?? []);
        Assert.StartsWith("3000000 bytes (its 3000000 bytes are left out", Encoding.UTF8.GetString(letter.Headers[0].GetValueBytes()));
    }

    private Message<byte[], byte[]> ReadOne(string topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _broker.BootstrapServers,
            GroupId = KafkaBroker.Unused("letters"),
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Subscribe(topic);
        var result = consumer.Consume(TimeSpan.FromSeconds(45));
        Assert.NotNull(result);
        return result.Message;
    }
}
