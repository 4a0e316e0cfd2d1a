using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>The settings of Kafka's clients, from ours.</summary>
internal static class KafkaClients
{
    public static ConsumerConfig Consumer(KafkaOptions options)
    {
        var config = new ConsumerConfig(Common(options))
        {
            GroupId = options.GroupId,
            GroupInstanceId = options.GroupInstanceId.Length == 0 ? null : options.GroupInstanceId,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            AutoOffsetReset = options.AutoOffsetReset,
            AllowAutoCreateTopics = false,

            // The client sends the commits; what there is to commit, only Commit says.
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = Milliseconds(options.CommitInterval),

            SessionTimeoutMs = Milliseconds(options.SessionTimeout),
            HeartbeatIntervalMs = Math.Min(3000, Math.Max(1, Milliseconds(options.SessionTimeout) / 3)),
            MaxPollIntervalMs = Milliseconds(options.MaxPollInterval),

            // A broker answers one fetch at a time: a partition that resumes waits for the long poll of the others to end.
            FetchWaitMaxMs = 50,

            // A pause throws away what was fetched ahead, so little is; and when it is used up, more comes soon.
            QueuedMinMessages = (int)Math.Clamp(options.LaneCapacity * 4L, 1000, 100_000),
            FetchQueueBackoffMs = 10,
            QueuedMaxMessagesKbytes = 16_384,
            ConsumeResultFields = "timestamp,topic",
        };
        return With(config, options.Properties);
    }

    /// <summary>Acknowledged by every replica in sync, without duplicates, and tried until the caller gives up.</summary>
    public static ProducerConfig Producer(KafkaOptions options) => With(
        new ProducerConfig(Common(options))
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            MessageTimeoutMs = 0,
            LingerMs = 1,
            MessageMaxBytes = (int)Math.Clamp(options.MaxRecordBytes * 2L, 1_000_000, 1_000_000_000),
        },
        options.Properties);

    public static ClientConfig Common(KafkaOptions options) => new()
    {
        BootstrapServers = options.BootstrapServers,
        ClientId = options.ClientId,
        SecurityProtocol = options.SecurityProtocol,
        SaslMechanism = options.SaslMechanism,
        SaslUsername = NullIfEmpty(options.SaslUsername),
        SaslPassword = NullIfEmpty(options.SaslPassword),
        SslCaLocation = NullIfEmpty(options.SslCaLocation),
    };

    private static T With<T>(T config, Dictionary<string, string> properties)
        where T : ClientConfig
    {
        foreach (var (name, value) in properties) config.Set(name, value);
        return config;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static int Milliseconds(TimeSpan span) => (int)Math.Min(span.TotalMilliseconds, int.MaxValue);
}
