using System.Diagnostics;

namespace TsForecaster.Worker.Observability;

/// <summary>What the process takes of the machine, under the names that Prometheus' own clients use.</summary>
public static class ProcessMetrics
{
    public static IReadOnlyList<MetricFamily> Read()
    {
        using Process process = Process.GetCurrentProcess();
        double started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        MetricSample[] collections =
            [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(static generation => new MetricSample($"generation=\"{generation}\"", GC.CollectionCount(generation)))];
        return
        [
            new("process_cpu_seconds_total", "Processor time spent, user and system.", MetricKind.Counter, [new("", process.TotalProcessorTime.TotalSeconds)]),
            One("process_resident_memory_bytes", "Working set.", process.WorkingSet64),
            One("process_start_time_seconds", "Start of the process since 1970.", started),
            One("process_threads", "Threads of the operating system.", process.Threads.Count),
            One("dotnet_gc_heap_bytes", "Managed heap, garbage not yet collected included.", GC.GetTotalMemory(forceFullCollection: false)),
            new("dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap.", MetricKind.Counter, [new("", GC.GetTotalAllocatedBytes())]),
            new("dotnet_gc_collections_total", "Garbage collections by generation.", MetricKind.Counter, collections),
            new("dotnet_gc_pause_seconds_total", "Time stopped for garbage collections.", MetricKind.Counter, [new("", GC.GetTotalPauseDuration().TotalSeconds)]),
            One("dotnet_thread_pool_threads", "Threads of the thread pool.", ThreadPool.ThreadCount),
            One("dotnet_thread_pool_queue_length", "Work waiting for a thread of the pool.", ThreadPool.PendingWorkItemCount),
        ];
    }

    private static MetricFamily One(string name, string help, double value) => new(name, help, MetricKind.Gauge, [new("", value)]);
}
