using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>The broker at KAFKA_BOOTSTRAP, or one of our own when that is not set; topics and groups get names never used before.</summary>
internal sealed class KafkaBroker : IDisposable
{
    private readonly EmbeddedBroker? _embedded;

    private KafkaBroker(EmbeddedBroker? embedded, string bootstrapServers) => (_embedded, BootstrapServers) = (embedded, bootstrapServers);

    public string BootstrapServers { get; }

    public static KafkaBroker Start() => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP") is { Length: > 0 } servers
        ? new KafkaBroker(null, servers)
        : StartEmbedded();

    /// <summary>For what cannot be asked of somebody else's broker: to go away, to be without a topic.</summary>
    public static KafkaBroker StartEmbedded()
    {
        var embedded = new EmbeddedBroker(groupDelay: TimeSpan.FromMilliseconds(100));
        return new KafkaBroker(embedded, embedded.BootstrapServers);
    }

    public EmbeddedBroker Embedded => _embedded ?? throw new InvalidOperationException("not ours");

    public static string Unused(string name) => $"{name}-{Guid.NewGuid():N}";

    public async Task<string> CreateTopicAsync(int partitions)
    {
        string topic = Unused("ticks");
        if (_embedded is not null)
        {
            _embedded.CreateTopic(topic, partitions);
            return topic;
        }

        KafkaLibrary.Load();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
        return topic;
    }

    /// <summary>Options for a topic, with times short enough for a test.</summary>
    public KafkaOptions Options(string topic, string? group = null) => new()
    {
        BootstrapServers = BootstrapServers,
        Topics = [topic],
        GroupId = group ?? Unused("group"),
        DeadLetterTopic = $"{topic}.dead-letter",
        // Apache Kafka takes no less than 6 s; the embedded broker waits a session for members that may come back.
        SessionTimeout = TimeSpan.FromSeconds(_embedded is null ? 6 : 2),
        CommitInterval = TimeSpan.FromMilliseconds(50),
        RevokeTimeout = TimeSpan.FromSeconds(5),
        StopTimeout = TimeSpan.FromSeconds(5),
        Properties = new(StringComparer.Ordinal) { ["reconnect.backoff.max.ms"] = "500", ["heartbeat.interval.ms"] = "200" },
    };

    public static KafkaTickSource Source(KafkaOptions options, KafkaLog? log = null) =>
        new(options, log ?? (ILogger<KafkaTickSource>)NullLogger<KafkaTickSource>.Instance, TimeProvider.System);

    /// <summary>Writes texts "first", "first + 1"… round robin over the partitions.</summary>
    public void Produce(string topic, int partitions, int count, int first = 0)
    {
        KafkaLibrary.Load();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = BootstrapServers,
            Acks = Acks.All,
            LingerMs = 5,
            QueueBufferingMaxMessages = 1_000_000,
        }).Build();
        for (int i = first; i < first + count; i++)
        {
            producer.Produce(
                new TopicPartition(topic, i % partitions),
                new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes($"k{i}"), Value = Encoding.UTF8.GetBytes($"{i}") });
        }

        producer.Flush(TimeSpan.FromSeconds(30));
    }

    private long Committed(KafkaOptions options, string topic, int partition)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = options.GroupId }).Build();
        return consumer.Committed([new TopicPartition(topic, partition)], TimeSpan.FromSeconds(10))[0].Offset.Value;
    }

    /// <summary>Waits until the group has committed the ends of all partitions of a topic with so many records.</summary>
    public Task UntilCommittedAsync(KafkaOptions options, string topic, int partitions, int records) => KafkaReader.UntilAsync(
        () => Enumerable.Range(0, partitions).Sum(partition => Committed(options, topic, partition)) == records, () => $"{records} not committed");

    public void Dispose() => _embedded?.Dispose();
}
