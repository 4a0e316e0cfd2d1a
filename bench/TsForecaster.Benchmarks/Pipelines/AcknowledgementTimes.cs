using System.Diagnostics;
using System.Globalization;
using TsForecaster.Worker;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>A sink that notes how long after its tick was due each step's points were acknowledged.</summary>
internal sealed class AcknowledgementTimes(IPointSink sink, int firstRound, int rounds) : IPointSink
{
    private readonly Lock _gate = new();
    private readonly long[] _due = new long[rounds * TickStream.Series];
    private readonly List<double> _milliseconds = [];

    public string? Trouble => sink.Trouble;

    /// <summary>Notes when a tick was to be sent; a stopwatch's timestamp.</summary>
    public void Due(int round, int series, long time) => _due[Index(round, series)] = time;

    /// <summary>Acknowledged so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _milliseconds.Count;
            }
        }
    }

    /// <summary>Within which time a share of the ticks was acknowledged.</summary>
    public double Percentile(double share)
    {
        lock (_gate)
        {
            double[] sorted = [.. _milliseconds.Order()];
            return sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
        }
    }

    public async Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation)
    {
        await sink.WriteAsync(points, cancellation);
        long now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            foreach (Point point in points)
            {
                if (point.Measurement != Measurements.Observed.Name)
                {
                    continue;
                }

                // The cell was closed by the tick of the round after it.
                int round = TickStream.RoundOf(point.Time) + 1;
                int series = int.Parse(point.Tags[1].Value.AsSpan("sensor-".Length), CultureInfo.InvariantCulture);
                if (round >= firstRound && round < firstRound + rounds)
                {
                    _milliseconds.Add(Stopwatch.GetElapsedTime(_due[Index(round, series)], now).TotalMilliseconds);
                }
            }
        }
    }

    private int Index(int round, int series) => ((round - firstRound) * TickStream.Series) + series;
}
