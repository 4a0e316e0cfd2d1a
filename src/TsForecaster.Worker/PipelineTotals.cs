using System.Diagnostics.Metrics;

namespace TsForecaster.Worker;

/// <summary>What the pipeline has done since its start, over all partitions; also counted as metrics.</summary>
public sealed class PipelineTotals
{
    private static readonly Meter Meter = new("TsForecaster.Pipeline");
    private static readonly Counter<long> TicksCounter = Meter.CreateCounter<long>("tsforecaster.ticks", null, "Ticks taken in");
    private static readonly Counter<long> LateCounter = Meter.CreateCounter<long>("tsforecaster.ticks.late", null, "Ticks that came after their cell had closed");
    private static readonly Counter<long> StepsCounter = Meter.CreateCounter<long>("tsforecaster.steps", null, "Cells closed");
    private static readonly Counter<long> MissingCounter = Meter.CreateCounter<long>("tsforecaster.steps.missing", null, "Cells closed without a tick");
    private static readonly Counter<long> FilledCounter = Meter.CreateCounter<long>("tsforecaster.steps.filled", null, "Missing cells filled from both sides");
    private static readonly UpDownCounter<long> WaitingCounter = Meter.CreateUpDownCounter<long>("tsforecaster.steps.waiting", null, "Closed cells that wait for a late refit of their series");
    private static readonly Counter<long> ForecastsCounter = Meter.CreateCounter<long>("tsforecaster.forecasts", null, "Forecasts issued");
    private static readonly Counter<long> RefitsCounter = Meter.CreateCounter<long>("tsforecaster.refits", null, "Models that became active");

    private long _ticks;
    private long _late;
    private long _forecasts;
    private long _points;
    private long _refits;
    private long _deadLetters;
    private long _waiting;

    public long Ticks => Interlocked.Read(ref _ticks);

    /// <summary>Those that came after their cell had closed.</summary>
    public long Late => Interlocked.Read(ref _late);

    public long Forecasts => Interlocked.Read(ref _forecasts);

    /// <summary>Points acknowledged by the sink.</summary>
    public long Points => Interlocked.Read(ref _points);

    /// <summary>Models that became active.</summary>
    public long Refits => Interlocked.Read(ref _refits);

    /// <summary>Records acknowledged by the dead-letter topic.</summary>
    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    /// <summary>Closed cells that wait for a late refit of their series.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Notes that a lane has <paramref name="now"/> cells waiting where it had <paramref name="before"/>.</summary>
    internal void CountWaiting(ref int before, int now)
    {
        if (now != before)
        {
            Interlocked.Add(ref _waiting, now - before);
            WaitingCounter.Add(now - before);
            before = now;
        }
    }

    internal void CountTick(bool inTime)
    {
        Interlocked.Increment(ref _ticks);
        TicksCounter.Add(1);
        if (!inTime)
        {
            Interlocked.Increment(ref _late);
            LateCounter.Add(1);
        }
    }

    internal void CountStep(StepResult result)
    {
        StepsCounter.Add(1);
        if (result.Step.Missing)
        {
            MissingCounter.Add(1);
        }

        if (result.Filled.Count > 0)
        {
            FilledCounter.Add(result.Filled.Count);
        }

        if (result.Forecast is not null)
        {
            Interlocked.Increment(ref _forecasts);
            ForecastsCounter.Add(1);
        }

        if (result.Model is { Promoted: true })
        {
            Interlocked.Increment(ref _refits);
            RefitsCounter.Add(1);
        }
    }

    internal void CountPoints(int count) => Interlocked.Add(ref _points, count);

    internal void CountDeadLetters(int count) => Interlocked.Add(ref _deadLetters, count);
}
