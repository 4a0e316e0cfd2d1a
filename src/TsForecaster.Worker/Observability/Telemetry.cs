using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace TsForecaster.Worker.Observability;

/// <summary>
/// Sends the worker's traces and metrics (sources and meters named "TsForecaster.*") to an OTLP collector while the host runs, and
/// what is left at its end. Does nothing when no endpoint is configured. Register it first: hosted services stop in reverse order,
/// and the last words of the others belong to the export too.
/// </summary>
public sealed class Telemetry(TelemetryOptions options, Func<string, string?> environment) : IHostedService, IDisposable
{
    private const string Names = "TsForecaster.*";
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const int FlushTimeoutMs = 5_000;

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Telemetry(TelemetryOptions options)
        : this(options, Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>There is an endpoint to send to.</summary>
    public bool Enabled => Endpoint is not null;

    private string? Endpoint => NotEmpty(options.OtlpEndpoint) ?? NotEmpty(environment(EndpointVariable));

    private OtlpExportProtocol Protocol =>
        (NotEmpty(options.Protocol) ?? NotEmpty(environment(ProtocolVariable))) == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Endpoint is not { } endpoint)
        {
            return Task.CompletedTask;
        }

        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddService("tsforecaster", serviceVersion: typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Names)
            .AddOtlpExporter(exporter => Configure(exporter, endpoint, "traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Names)
            .AddOtlpExporter(exporter => Configure(exporter, endpoint, "metrics"))
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what has been collected, for at most five seconds a kind: a dead collector does not hold up a shutdown.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            _traces?.Shutdown(FlushTimeoutMs);
            _metrics?.Shutdown(FlushTimeoutMs);
        },
        CancellationToken.None);

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, string endpoint, string signal)
    {
        exporter.Protocol = Protocol;

        // An endpoint given in code is taken as it is; the path of the signal is ours to add, as OTLP says for a base address.
        exporter.Endpoint = Protocol == OtlpExportProtocol.Grpc ? new Uri(endpoint) : new Uri($"{endpoint.TrimEnd('/')}/v1/{signal}");
    }

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
