using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// A Kafka broker in this process, on a local TCP port: librdkafka's mock cluster, for demonstrations and tests. Groups, commits and
/// produce acknowledgements are real protocol; data is in memory only. A partition keeps its newest 5 MB or 100,000 records; nothing
/// is compacted; a topic that is not created appears with 4 partitions when it is first written to.
/// </summary>
public sealed partial class EmbeddedBroker : IDisposable
{
    private const int Producer = 0;
    private readonly nint _client;
    private readonly nint _cluster;
    private bool _disposed;

    /// <param name="groupDelay">How long a new group waits for more members before it first shares out partitions.</param>
    /// <exception cref="InvalidOperationException">The broker cannot be started; the message says why.</exception>
    public EmbeddedBroker(TimeSpan groupDelay)
    {
        KafkaLibrary.Load();
        byte[] error = new byte[512];
        nint config = NewConfig();
        _ = Set(config, "log_level", "3", error, (nuint)error.Length);
        _client = New(Producer, config, error, (nuint)error.Length);
        if (_client == 0) throw new InvalidOperationException($"embedded broker: {Encoding.UTF8.GetString(error).TrimEnd('\0')}");
        _cluster = NewCluster(_client, 1);
        if (_cluster == 0)
        {
            Destroy(_client);
            throw new InvalidOperationException("embedded broker: no local TCP port could be opened");
        }

        SetGroupDelay(_cluster, (int)groupDelay.TotalMilliseconds);
        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    /// <summary>host:port.</summary>
    public string BootstrapServers { get; }

    /// <exception cref="InvalidOperationException">There is one of that name.</exception>
    public void CreateTopic(string topic, int partitions)
    {
        var result = (ErrorCode)CreateTopic(_cluster, topic, partitions, 1);
        if (result != ErrorCode.NoError) throw new InvalidOperationException($"embedded broker: topic '{topic}': {new Error(result).Reason}");
    }

    /// <summary>Drops all connections and refuses new ones, or accepts them again; what was written stays.</summary>
    public void SetReachable(bool reachable) => _ = reachable ? SetUp(_cluster, 1) : SetDown(_cluster, 1);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        DestroyCluster(_cluster);
        Destroy(_client);
    }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_conf_new")]
    private static partial nint NewConfig();

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(nint config, string name, string value, byte[] error, nuint errorSize);

    // Takes the configuration over.
    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_new")]
    private static partial nint New(int type, nint config, byte[] error, nuint errorSize);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_destroy")]
    private static partial void Destroy(nint client);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint NewCluster(nint client, int brokers);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void DestroyCluster(nint cluster);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    private static partial void SetGroupDelay(nint cluster, int delayMs);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateTopic(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static partial int SetUp(nint cluster, int broker);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial int SetDown(nint cluster, int broker);
}
