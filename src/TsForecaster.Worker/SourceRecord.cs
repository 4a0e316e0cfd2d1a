namespace TsForecaster.Worker;

/// <summary>A record as it lies in the log.</summary>
/// <param name="TimestampNs">The record's own Kafka timestamp, nanoseconds since 1970.</param>
public sealed record SourceRecord(PartitionId Partition, long Offset, long TimestampNs, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
