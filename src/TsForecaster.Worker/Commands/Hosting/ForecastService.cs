using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Commands.Settings;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Observability;
using TsForecaster.Worker.Publish;
using TsForecaster.Worker.Refit;

namespace TsForecaster.Worker.Commands.Hosting;

/// <summary>The pipeline with everything around it: its stages put together from the settings, the web server, the telemetry.</summary>
internal sealed class ForecastService : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly MetricCollector _metrics = new();
    private readonly KafkaTickSource _source;
    private readonly RefitPool _refits;
    private readonly IPointSink _sink;
    private readonly Pipeline _pipeline;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="configuration">Where the section Logging is read from.</param>
    public ForecastService(ForecasterSettings settings, IConfiguration configuration, TimeProvider time)
    {
        _web = BuildWeb(settings, configuration);
        ILoggerFactory loggers = _web.Services.GetRequiredService<ILoggerFactory>();
        _source = new KafkaTickSource(settings.Kafka, loggers.CreateLogger<KafkaTickSource>(), time);
        _sink = PointSinks.Create(settings.Publish, loggers, time);
        _refits = new RefitPool(settings.RefitsAtOnce);
        FileCheckpointStore checkpoints = new(settings.Checkpoints.Directory, loggers.CreateLogger<FileCheckpointStore>());
        _pipeline = new Pipeline(settings.Flow, _source, new TickDecoder(settings.Kafka), _refits, _sink, checkpoints, Board, time);
        _web.MapDashboard(Board);
        _web.MapHealth([new ReadinessCheck("kafka", () => _source.Trouble), new ReadinessCheck("publish", () => _sink.Trouble), new ReadinessCheck("checkpoints", () => checkpoints.Trouble)]);
        _web.MapMetrics(_metrics);
    }

    public SeriesBoard Board { get; } = new();

    public PipelineTotals Totals => _pipeline.Totals;

    /// <summary>Where the web server listens, once it does; a port of 0 is replaced by the one it got.</summary>
    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";

    /// <summary>Opens the web server and runs until stopped; then what was begun is finished, flushed and committed.</summary>
    /// <param name="started">Told once the web server listens, before the first record is read.</param>
    /// <exception cref="FailureException">The web server's address cannot be had.</exception>
    /// <exception cref="Exception">Whatever stopped the pipeline for good, unchanged.</exception>
    public async Task RunAsync(Action started, CancellationToken stop)
    {
        try
        {
            await _web.StartAsync(stop);
        }
        catch (IOException e)
        {
            throw new FailureException($"the web server cannot start: {e.Message}", e);
        }

        try
        {
            started();
            await _pipeline.RunAsync(stop);
        }
        finally
        {
            await _web.StopAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        _refits.Dispose();
        (_sink as IDisposable)?.Dispose();

        // Last: it owns the loggers.
        await _web.DisposeAsync();
        _metrics.Dispose();
    }

    private static WebApplication BuildWeb(ForecasterSettings settings, IConfiguration configuration)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.ClearProviders();
        builder.Logging.AddConfiguration(configuration.GetSection("Logging"));

        // Standard output is for what a command was asked for.
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // What stops the host goes up to the command line, which says it in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.WebHost.UseUrls(settings.Http.Url);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        builder.Services.AddSingleton<IHostedService>(new Telemetry(settings.Telemetry));
        return builder.Build();
    }
}
