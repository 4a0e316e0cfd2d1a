using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Makes a resumed partition fetch at once. By itself the client's thread for that broker looks for resumed partitions only when
/// something else wakes it, up to a second later, in which a fast lane runs dry; any request to the broker wakes it, and asking for
/// the partition's end is the smallest.
/// </summary>
internal sealed class FetchWakeup(IConsumer<byte[], byte[]> consumer)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private Task _last = Task.CompletedTask;
    private volatile bool _finished;

    /// <summary>Called on the poll thread after the resume. Never blocks.</summary>
    public void Wake(TopicPartition partition) => _last = _last.ContinueWith(_ => Ask(partition), TaskScheduler.Default);

    /// <summary>Waits for a question under way, so that the client may be closed.</summary>
    public void Finish()
    {
        _finished = true;
        _last.Wait(Timeout + Timeout);
    }

    private void Ask(TopicPartition partition)
    {
        if (_finished) return;
        try
        {
            consumer.QueryWatermarkOffsets(partition, Timeout);
        }
        catch (KafkaException)
        {
            // The broker is away or the partition has moved: then the client wakes up by itself when that ends.
        }
    }
}
