using System.Text;
using Confluent.Kafka;
using TsForecaster.Worker;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Tests.Pipeline;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>
/// A log of ticks for the end-to-end tests, and what must come of it: the points that the pipeline gives when it reads the same
/// records from memory, undisturbed.
/// </summary>
internal sealed class TickLog
{
    public const int Partitions = 4;

    private TickLog(Dictionary<PartitionId, List<SourceRecord>> records) => Records = records;

    public Dictionary<PartitionId, List<SourceRecord>> Records { get; }

    public int Count => Records.Values.Sum(records => records.Count);

    public static SeriesSettings Settings { get; } = new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromSeconds(10), MaxGap = 5 },
        Model = new ModelSettings { Past = 12, Future = 4, Components = 2, Season = 24, Starts = 1 },
        Refit = new RefitSettings { First = 60, Every = 50, Lag = 5, History = 150 },
    };

    /// <summary>The settings above as the worker is given them.</summary>
    public static IEnumerable<(string Key, string Value)> Arguments(KafkaOptions kafka, string checkpoints) =>
    [
        ("Kafka:BootstrapServers", kafka.BootstrapServers),
        ("Kafka:Topics", string.Join(',', kafka.Topics)),
        ("Kafka:GroupId", kafka.GroupId),
        ("Kafka:DeadLetterTopic", kafka.DeadLetterTopic),
        ("Kafka:SessionTimeout", "6s"),
        ("Kafka:CommitInterval", "50ms"),
        ("Kafka:RevokeTimeout", "5s"),
        ("Kafka:StopTimeout", "10s"),
        ("Kafka:LaneCapacity", "200"),
        ("Kafka:Properties:reconnect.backoff.max.ms", "500"),
        ("Kafka:Properties:heartbeat.interval.ms", "200"),
        ("Grid:Interval", "10s"),
        ("Grid:MaxGap", "5"),
        ("Model:Past", "12"),
        ("Model:Future", "4"),
        ("Model:Components", "2"),
        ("Model:Season", "24"),
        ("Model:Starts", "1"),
        ("Refit:First", "60"),
        ("Refit:Every", "50"),
        ("Refit:Lag", "5"),
        ("Refit:History", "150"),
        ("Checkpoints:Directory", checkpoints),
        ("Checkpoints:Every", "200ms"),
        ("Publish:Linger", "20ms"),
    ];

    /// <summary>Two series a partition with daily-like waves, missing cells, one long silence, late ticks, and poison records.</summary>
    public static TickLog Make(string topic, int steps)
    {
        Dictionary<PartitionId, List<SourceRecord>> log = [];
        for (int p = 0; p < Partitions; p++)
        {
            PartitionId partition = new(topic, p);
            List<SourceRecord> records = log[partition] = [];
            for (int t = 0; t < steps; t++)
            {
                for (int s = 0; s < 2; s++)
                {
                    if ((t + (7 * s)) % 41 == 0 || (s == 1 && t is > 200 and < 212))
                    {
                        continue;
                    }

                    double value = 50 + (10 * Math.Sin(Math.Tau * t / 24.0)) + Math.Cos((2.9 * t) + p + s);
                    Add(records, partition, Json($"s{p}{s}", (t * 10_000) + 3000, value));
                }

                if (t % 90 == 50)
                {
                    Add(records, partition, Json($"s{p}0", (t - 5) * 10_000, 1e6));
                    Add(records, partition, $$"""{"series":"s{{p}}0","ts":{{1_700_000_000_000L + (t * 10_000)}},"value":"NaN"}""");
                }
            }
        }

        return new TickLog(log);
    }

    public int Poison => Records.Values.Sum(records => records.Count(r => Encoding.UTF8.GetString(r.Value.Span).Contains("NaN", StringComparison.Ordinal)));

    /// <summary>The points of the whole log, keyed and written as <see cref="MemorySink"/> does.</summary>
    public async Task<SortedDictionary<string, string>> ExpectedAsync()
    {
        MemorySink sink = new();
        string directory = Directory.CreateTempSubdirectory("tsforecaster-expected-").FullName;
        FileCheckpointStore checkpoints = new(directory, Microsoft.Extensions.Logging.Abstractions.NullLogger<FileCheckpointStore>.Instance);
        using RefitPool refits = new(2);
        MemoryTickSource source = new(Records);
        Pipeline pipeline = new(
            new PipelineSettings(_ => Settings, []) { CheckpointEvery = TimeSpan.FromMilliseconds(50) }, source, new TickDecoder(new KafkaOptions()), refits, sink, checkpoints, new SeriesBoard(), TimeProvider.System);
        source.Settled = () => pipeline.Totals.Waiting == 0;
        await pipeline.RunAsync(CancellationToken.None);
        Directory.Delete(directory, recursive: true);
        return new SortedDictionary<string, string>(sink.Points, StringComparer.Ordinal);
    }

    /// <summary>Writes the records with indexes within [from, to) of every partition, in order.</summary>
    public void Produce(string bootstrapServers, int from, int to)
    {
        KafkaLibrary.Load();
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = bootstrapServers, Acks = Acks.All, EnableIdempotence = true, LingerMs = 5 }).Build();
        foreach ((PartitionId partition, List<SourceRecord> records) in Records)
        {
            foreach (SourceRecord record in records.Take(to).Skip(from))
            {
                producer.Produce(
                    new TopicPartition(partition.Topic, partition.Partition),
                    new Message<byte[], byte[]> { Key = record.Key.ToArray(), Value = record.Value.ToArray() });
            }
        }

        producer.Flush(TimeSpan.FromSeconds(30));
    }

    private static void Add(List<SourceRecord> records, PartitionId partition, string json) =>
        records.Add(new SourceRecord(partition, records.Count, 1_900_000_000L * 1_000_000_000, default, Encoding.UTF8.GetBytes(json)));

    private static string Json(string series, long offsetMs, double value) =>
        $$"""{"series":"{{series}}","ts":{{1_700_000_000_000L + offsetMs}},"value":{{value:R}}}""";
}
