namespace TsForecaster.Worker;

/// <summary>One partition of a topic: the unit of order and of scale.</summary>
public readonly record struct PartitionId(string Topic, int Partition)
{
    public override string ToString() => $"{Topic}[{Partition}]";
}
