using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.Worker.Commands.Replay;

/// <summary>
/// Writes ticks to Kafka as JSON, keyed by series. One idempotent producer with a hash partitioner: the order of the calls is the
/// order in each partition, whatever is sent again. Times are ISO-8601, which every setting of the worker reads.
/// </summary>
internal sealed class TickProducer : IDisposable
{
    private static readonly TimeSpan FlushSlice = TimeSpan.FromMilliseconds(200);

    private readonly IProducer<byte[], byte[]> _producer;
    private string? _failure;
    private long _acknowledged;

    /// <param name="servers">host:port, comma-separated.</param>
    /// <param name="properties">Further settings of the client by librdkafka's names.</param>
    /// <exception cref="UsageException">The client does not take a property.</exception>
    public TickProducer(string servers, IReadOnlyList<KeyValuePair<string, string>> properties)
    {
        KafkaLibrary.Load();
        ProducerConfig config = new()
        {
            BootstrapServers = servers,
            ClientId = "tsforecaster-replay",
            Acks = Acks.All,
            EnableIdempotence = true,
            Partitioner = Partitioner.Murmur2,
            MessageTimeoutMs = 30_000,
            LingerMs = 5,
        };
        foreach ((string key, string value) in properties)
        {
            config.Set(key, value);
        }

        try
        {
            _producer = new ProducerBuilder<byte[], byte[]>(config)
                .SetErrorHandler((_, error) => _failure ??= error.IsFatal ? error.Reason : null)
                .SetLogHandler((_, _) => { })
                .Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The client knows its properties, and says which one is not.
            throw new UsageException($"--property: {e.Message}");
        }
    }

    /// <summary>Ticks that the broker has acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Queues a tick; waits while the client's queue is full.</summary>
    /// <param name="time">Nanoseconds since 1970 UTC.</param>
    /// <param name="values">Field and number; one field called "value" for a series with one channel.</param>
    /// <exception cref="FailureException">A tick before this one could not be delivered.</exception>
    public void Send(string topic, string series, long time, IReadOnlyList<(string Field, double Value)> values)
    {
        Message<byte[], byte[]> message = new() { Key = Encoding.UTF8.GetBytes(series), Value = Encode(series, time, values) };
        while (true)
        {
            ThrowIfFailed();
            try
            {
                _producer.Produce(topic, message, OnDelivered);
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                _producer.Poll(FlushSlice);
            }
            catch (ProduceException<byte[], byte[]> e)
            {
                throw new FailureException($"topic {topic}: {e.Error.Reason}", e);
            }
        }
    }

    /// <summary>Returns when the broker has acknowledged all ticks.</summary>
    /// <exception cref="FailureException">Some could not be delivered.</exception>
    public void Flush(CancellationToken stop)
    {
        while (_producer.Flush(FlushSlice) > 0)
        {
            ThrowIfFailed();
            stop.ThrowIfCancellationRequested();
        }

        ThrowIfFailed();
    }

    public void Dispose() => _producer.Dispose();

    private void OnDelivered(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            _failure ??= $"topic {report.Topic}: {report.Error.Reason}";
        }
        else
        {
            Interlocked.Increment(ref _acknowledged);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new FailureException($"ticks could not be delivered: {failure}");
        }
    }

    private static byte[] Encode(string series, long time, IReadOnlyList<(string Field, double Value)> values)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("series", series);
            json.WriteString("ts", Iso(time));
            foreach ((string field, double value) in values)
            {
                json.WriteNumber(field, value);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Iso(long time)
    {
        const long second = 1_000_000_000;
        string whole = DateTimeOffset.FromUnixTimeSeconds(time / second).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        long rest = time % second;
        return rest == 0 ? whole + "Z" : $"{whole}.{rest:D9}".TrimEnd('0') + "Z";
    }
}
