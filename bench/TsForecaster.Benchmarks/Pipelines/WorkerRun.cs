using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Publish;
using TsForecaster.Worker.Refit;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>The worker's real parts put together as the service does, without its web server.</summary>
internal sealed class WorkerRun : IAsyncDisposable
{
    private readonly KafkaTickSource _source;
    private readonly RefitPool _refits;
    private readonly CancellationTokenSource _stop = new();
    private readonly Pipeline _pipeline;
    private readonly Task _running;

    /// <param name="checkpoints">Folder to go on from; holds the last state when the run is disposed.</param>
    public WorkerRun(string servers, string topic, SeriesModels models, IPointSink sink, string checkpoints, TimeSpan? linger = null)
    {
        KafkaOptions options = new()
        {
            BootstrapServers = servers,
            Topics = [topic],
            GroupId = $"bench-{Guid.NewGuid():N}",

            // To a fetch that finds nothing a broker answers as soon as something comes; the embedded one only when the wait is over.
            Properties = new(StringComparer.Ordinal) { ["fetch.wait.max.ms"] = "5" },
        };
        PipelineSettings flow = models.Flow with { LaneCapacity = options.LaneCapacity, BatchPoints = new PublishOptions().BatchLines };
        flow = linger is { } wait ? flow with { Linger = wait } : flow;
        _source = new KafkaTickSource(options, NullLogger<KafkaTickSource>.Instance, TimeProvider.System);
        _refits = new RefitPool(Environment.ProcessorCount, (job, _) => models.Refit(job));
        _pipeline = new Pipeline(
            flow,
            _source,
            new TickDecoder(options),
            _refits,
            sink,
            new FileCheckpointStore(checkpoints, NullLogger<FileCheckpointStore>.Instance),
            new SeriesBoard(),
            TimeProvider.System);
        _running = _pipeline.RunAsync(_stop.Token);
    }

    public PipelineTotals Totals => _pipeline.Totals;

    /// <summary>Returns when it holds; fails when the run does, or after two minutes.</summary>
    public async Task UntilAsync(Func<PipelineTotals, bool> holds)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        while (!holds(Totals))
        {
            if (_running.IsCompleted)
            {
                await _running;
                throw new InvalidOperationException("the worker ended by itself");
            }

            await Task.Delay(1, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _source.Dispose();
        _refits.Dispose();
        _stop.Dispose();
    }
}
