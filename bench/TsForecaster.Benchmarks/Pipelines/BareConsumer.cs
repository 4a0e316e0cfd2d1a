using System.Text.Json;
using Confluent.Kafka;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>
/// The peer: a Confluent consumer with its default settings that reads each record's JSON and does nothing else. By those settings it
/// fetches nothing for up to a second once it has 100,000 records ahead, which on a broker this near it soon has.
/// </summary>
internal static class BareConsumer
{
    /// <summary>Reads <paramref name="count"/> records from the given offsets on; <paramref name="counted"/> is told after each.</summary>
    /// <param name="restless">It waits 10 ms then, not a second.</param>
    /// <returns>The sum of the values, so that reading them cannot be left out.</returns>
    public static double Read(string servers, IEnumerable<TopicPartitionOffset> start, int count, bool restless, Action<int> counted)
    {
        ConsumerConfig config = new() { BootstrapServers = servers, GroupId = $"bench-{Guid.NewGuid():N}", AutoOffsetReset = AutoOffsetReset.Earliest };
        config.FetchQueueBackoffMs = restless ? 10 : null;
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(start);
        double sum = 0.0;
        for (int read = 0; read < count;)
        {
            if (consumer.Consume(TimeSpan.FromSeconds(10)) is not { } result)
            {
                throw new InvalidOperationException($"the bare consumer got {read} of {count} records");
            }

            sum += Parse(result.Message.Value);
            counted(++read);
        }

        consumer.Close();
        return sum;
    }

    private static double Parse(byte[] json)
    {
        Utf8JsonReader reader = new(json);
        string? series = null;
        long time = 0;
        double value = double.NaN;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("series"u8))
            {
                reader.Read();
                series = reader.GetString();
            }
            else if (reader.ValueTextEquals("ts"u8))
            {
                reader.Read();
                time = reader.GetInt64();
            }
            else
            {
                reader.Read();
                value = reader.GetDouble();
            }
        }

        return series is null || time == 0 ? throw new InvalidOperationException("a record of the benchmark cannot be read") : value;
    }
}
