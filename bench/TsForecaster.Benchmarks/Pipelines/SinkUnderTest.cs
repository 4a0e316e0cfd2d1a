using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>A fresh sink of a kind: nothing, a new SQLite file, or an InfluxDB server with an empty database.</summary>
internal sealed class SinkUnderTest : IDisposable
{
    private readonly InfluxProcess? _server;

    private SinkUnderTest(IPointSink sink, InfluxProcess? server) => (Sink, _server) = (sink, server);

    public IPointSink Sink { get; }

    public static async Task<SinkUnderTest> OpenAsync(string kind, PipelineBench bench)
    {
        InfluxProcess? server = kind == "influxd" ? await InfluxProcess.StartAsync(bench.NewFile("influxdb")) : null;
        PublishOptions options = kind switch
        {
            "sqlite" => new PublishOptions { Api = PublishApi.Sqlite, File = bench.NewFile("points.db") },
            "influxd" => new PublishOptions { Api = PublishApi.V1, Url = server!.Url, Database = InfluxProcess.Database },
            _ => new PublishOptions { Api = PublishApi.None },
        };
        return new SinkUnderTest(PointSinks.Create(options, NullLoggerFactory.Instance, TimeProvider.System), server);
    }

    public void Dispose()
    {
        (Sink as IDisposable)?.Dispose();
        _server?.Dispose();
    }
}
