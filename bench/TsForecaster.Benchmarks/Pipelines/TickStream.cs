using System.Globalization;
using System.Text;
using Confluent.Kafka;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>
/// The ticks of all series, round after round: in each round every series has one tick, evenly spread over the interval. A daily
/// profile of one of two strengths, and an AR(1) noise. Any tick can be made again: the same numbers in every run.
/// </summary>
internal sealed class TickStream
{
    public const int Series = 1000;
    public const int Partitions = 4;
    public const long IntervalMs = 60_000;

    /// <summary>Series that follow the same law; their models are fitted to a past of that law.</summary>
    public const int Laws = 8;

    private const int Day = 24;
    private const long EpochMs = 1_700_000_040_000;
    private const int Rounds = 2000;

    private readonly double[][] _values = [.. Enumerable.Range(0, Series).Select(series => Values((ulong)series + 1000, series % Laws, Rounds))];
    private readonly byte[][] _names = [.. Enumerable.Range(0, Series).Select(series => Encoding.UTF8.GetBytes(Name(series)))];

    public static string Name(int series) => string.Create(CultureInfo.InvariantCulture, $"sensor-{series:D4}");

    /// <summary>How long after the start of a cell the series' ticks come. With this as its grace, each tick closes the cell before it.</summary>
    public static TimeSpan Phase(int series) => TimeSpan.FromMilliseconds(series * (IntervalMs / Series));

    /// <summary>The round whose cell starts at a time, nanoseconds.</summary>
    public static int RoundOf(long startNs) => (int)(((startNs / 1_000_000) - EpochMs) / IntervalMs);

    /// <summary>A past of a law to fit to.</summary>
    public static double[] History(int law, int count) => Values((ulong)law + 1, law, count);

    /// <summary>Hands one tick to the producer.</summary>
    public void Send(IProducer<byte[], byte[]> producer, string topic, int round, int series)
    {
        long time = EpochMs + (round * IntervalMs) + (long)Phase(series).TotalMilliseconds;
        string text = string.Create(CultureInfo.InvariantCulture, $"{{\"series\":\"{Name(series)}\",\"ts\":{time},\"value\":{_values[series][round]:F4}}}");
        Message<byte[], byte[]> message = new() { Key = _names[series], Value = Encoding.UTF8.GetBytes(text) };
        TopicPartition partition = new(topic, series % Partitions);
        while (true)
        {
            try
            {
                producer.Produce(partition, message);
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private static double[] Values(ulong seed, int law, int count)
    {
        SeededRandom random = new(seed);
        double[] values = new double[count];
        double noise = 0.0, strength = 1.0;
        for (int i = 0; i < count; i++)
        {
            if (i % Day == 0)
            {
                strength = random.NextUniform() < 0.3 ? 0.5 : 1.0;
            }

            noise = (0.8 * noise) + random.NextGaussian();
            values[i] = 100.0 + ((5.0 + law) * strength * Math.Sin(2.0 * Math.PI * (i + (3 * law)) / Day)) + noise;
        }

        return values;
    }
}
