using System.Text;
using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>A record could be neither taken nor put onto the dead-letter topic; going on would lose it.</summary>
public sealed class DeadLetterException(string message, Exception inner) : Exception(message, inner);

/// <summary>Puts records onto the dead-letter topic: key and value as they were, with headers that say why and where from.</summary>
internal sealed class DeadLetters(KafkaOptions options, Action<IProducer<byte[], byte[]>, LogMessage> log) : IDisposable
{
    private readonly Lazy<IProducer<byte[], byte[]>> _producer = new(() =>
    {
        KafkaLibrary.Load();
        return new ProducerBuilder<byte[], byte[]>(KafkaClients.Producer(options)).SetLogHandler(log).Build();
    });

    /// <summary>Returns when the broker has acknowledged it; waits for a broker that is away as long as the caller does.</summary>
    /// <exception cref="DeadLetterException">The broker will not take it.</exception>
    public async Task AddAsync(SourceRecord record, string error, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(record, error, record.Value.ToArray(), cancellation);
        }
        catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
        {
            await SendAsync(record, $"{error} (its {record.Value.Length} bytes are left out: too long for the dead-letter topic)", [], cancellation);
        }
    }

    public void Dispose()
    {
        if (_producer.IsValueCreated) _producer.Value.Dispose();
    }

    private async Task SendAsync(SourceRecord record, string error, byte[] value, CancellationToken cancellation)
    {
        var message = new Message<byte[], byte[]>
        {
            Key = record.Key.IsEmpty ? null! : record.Key.ToArray(),
            Value = value,
            Headers =
            [
                new Header("error", Encoding.UTF8.GetBytes(error)),
                new Header("source-topic", Encoding.UTF8.GetBytes(record.Partition.Topic)),
                new Header("source-partition", Encoding.UTF8.GetBytes($"{record.Partition.Partition}")),
                new Header("source-offset", Encoding.UTF8.GetBytes($"{record.Offset}")),
            ],
        };
        try
        {
            await _producer.Value.ProduceAsync(options.DeadLetterTopic, message, cancellation);
        }
        catch (ProduceException<byte[], byte[]> e) when (e.Error.Code != ErrorCode.MsgSizeTooLarge)
        {
            throw new DeadLetterException(
                $"the record {record.Partition}@{record.Offset} is bad ({error}) and topic '{options.DeadLetterTopic}' does not take it: {e.Error.Reason}", e);
        }
    }
}
