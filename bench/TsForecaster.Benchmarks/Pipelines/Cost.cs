using System.Diagnostics;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>A stretch of work: wall time, this process's CPU time and allocation between two moments.</summary>
internal readonly record struct Meter(long Time, TimeSpan Cpu, long Allocated)
{
    public static Meter Now()
    {
        using Process self = Process.GetCurrentProcess();
        return new Meter(Stopwatch.GetTimestamp(), self.TotalProcessorTime, GC.GetTotalAllocatedBytes());
    }

    public Cost Until(Meter end, int ticks) => new(
        ticks / Stopwatch.GetElapsedTime(Time, end.Time).TotalSeconds,
        (end.Cpu - Cpu).TotalMicroseconds / ticks,
        (double)(end.Allocated - Allocated) / ticks);
}

/// <param name="CpuUs">Of all threads, the client's and the embedded broker's included.</param>
internal readonly record struct Cost(double TicksPerSecond, double CpuUs, double Bytes)
{
    /// <summary>The median of each number.</summary>
    public static Cost Median(IReadOnlyList<Cost> costs) => new(Middle(costs, c => c.TicksPerSecond), Middle(costs, c => c.CpuUs), Middle(costs, c => c.Bytes));

    private static double Middle(IReadOnlyList<Cost> costs, Func<Cost, double> number) => costs.Select(number).Order().ElementAt(costs.Count / 2);
}
