using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>A partition this worker owns: its lane, and how far it is done with. After <see cref="Leave"/> nothing more is stored.</summary>
internal sealed class OwnedPartition(PartitionLane lane)
{
    private readonly Lock _gate = new();
    private long _stored = -1;
    private bool _sent = true;
    private bool _gone;

    public PartitionLane Lane { get; } = lane;

    public TopicPartition Kafka { get; } = new(lane.Partition.Topic, lane.Partition.Partition);

    public bool Paused { get; set; }

    /// <summary>No record has come yet.</summary>
    public bool Fresh { get; set; } = true;

    /// <summary>Hands the offset to the client's next commit. Quietly does nothing once the partition is gone.</summary>
    public void Store(long nextOffset, IConsumer<byte[], byte[]> consumer)
    {
        lock (_gate)
        {
            if (_gone || nextOffset <= _stored) return;
            _stored = nextOffset;
            Send(consumer);
        }
    }

    /// <summary>Tries again what came before the assignment took effect.</summary>
    public void StoreAgain(IConsumer<byte[], byte[]> consumer)
    {
        lock (_gate)
            if (!_gone && !_sent) Send(consumer);
    }

    /// <summary>The end of storing.</summary>
    /// <returns>The offset to commit; null when nothing was done with.</returns>
    public TopicPartitionOffset? Leave()
    {
        lock (_gate)
        {
            _gone = true;
            return _stored < 0 ? null : new TopicPartitionOffset(Kafka, _stored);
        }
    }

    private void Send(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(Kafka, _stored));
            _sent = true;
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_State or ErrorCode.Local_UnknownPartition)
        {
            _sent = false;
        }
    }
}
