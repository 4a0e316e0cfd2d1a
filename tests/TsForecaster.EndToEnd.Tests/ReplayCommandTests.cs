using System.Text;
using Confluent.Kafka;
using TsForecaster.Worker;
using TsForecaster.Worker.Commands;
using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>What <c>replay</c> writes is what the decoder reads back: every value, its time, its series, in order.</summary>
public sealed class ReplayCommandTests
{
    [Fact]
    public async Task Replay_Csv_IsReadBackTickForTick()
    {
        using KafkaBroker broker = KafkaBroker.Start();
        string topic = await broker.CreateTopicAsync(partitions: 1);
        string file = Path.Combine(Directory.CreateTempSubdirectory("tsforecaster-").FullName, "data.csv");
        await File.WriteAllTextAsync(file, "t,a,b\n2020-01-01T00:00:00Z,1.5,-2\n2020-01-01T00:00:00.25Z,,3e-7\n2020-01-01T01:30:00+01:00,4,5\n");

        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.RunAsync(["replay", "--data", file, "--values", "a,b", "--time", "t", "--topic", topic, "--bootstrap-servers", broker.BootstrapServers], new Terminal(output, error), TestContext.Current.CancellationToken);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        Assert.Equal((0, ""), (code, error.ToString()));
        Assert.StartsWith($"5 ticks on {topic}", output.ToString(), StringComparison.Ordinal);
        long start = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000_000;
        SeriesKey a = new("a", SeriesKey.DefaultChannel);
        SeriesKey b = new("b", SeriesKey.DefaultChannel);
        Assert.Equal(
            [new Tick(a, start, 1.5), new Tick(b, start, -2), new Tick(b, start + 250_000_000, 3e-7), new Tick(a, start + (1800 * 1_000_000_000L), 4), new Tick(b, start + (1800 * 1_000_000_000L), 5)],
            Read(broker, topic, 5));
    }

    private static List<Tick> Read(KafkaBroker broker, string topic, int count)
    {
        TickDecoder decoder = new(broker.Options(topic));
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = KafkaBroker.Unused("reader") }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        List<Tick> ticks = [];
        while (ticks.Count < count && consumer.Consume(TimeSpan.FromSeconds(20)) is { } result)
        {
            Assert.Contains(Encoding.UTF8.GetString(result.Message.Key), new[] { "a", "b" });
            List<Tick> decoded = [];
            SourceRecord record = new(new PartitionId(topic, 0), result.Offset.Value, result.Message.Timestamp.UnixTimestampMs * 1_000_000, result.Message.Key, result.Message.Value);
            Assert.Null(decoder.Decode(record, decoded));
            ticks.AddRange(decoded);
        }

        return ticks;
    }
}
