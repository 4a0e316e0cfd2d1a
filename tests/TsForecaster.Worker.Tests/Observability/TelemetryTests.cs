using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TsForecaster.Worker.Observability;
using Xunit;

namespace TsForecaster.Worker.Tests.Observability;

public sealed class TelemetryTests
{
    [Fact]
    public async Task Stop_WithACollector_HasSentTracesAndMetrics()
    {
        ConcurrentDictionary<string, string> received = new();
        await using LoopbackHost collector = await LoopbackHost.StartAsync(routes => routes.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body);
            received[$"{context.Request.Path} {context.Request.ContentType}"] = Encoding.UTF8.GetString(body.ToArray());
        }));
        using ActivitySource source = new("TsForecaster.Test.Export");
        using Meter meter = new("TsForecaster.Test.Export");
        Counter<int> counter = meter.CreateCounter<int>("export.refits");

        using Telemetry telemetry = new(new TelemetryOptions { OtlpEndpoint = collector.Client.BaseAddress!.ToString(), Protocol = "http/protobuf" });
        Assert.True(telemetry.Enabled);
        await telemetry.StartAsync(CancellationToken.None);
        source.StartActivity("refit of pump-7")!.Dispose();
        counter.Add(1);
        await telemetry.StopAsync(CancellationToken.None);

        Assert.Contains("refit of pump-7", received["/v1/traces application/x-protobuf"], StringComparison.Ordinal);
        Assert.Contains("export.refits", received["/v1/metrics application/x-protobuf"], StringComparison.Ordinal);
        Assert.Contains("tsforecaster", received["/v1/metrics application/x-protobuf"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "http://collector:4318", true)]
    [InlineData("http://collector:4318", null, true)]
    [InlineData("", " ", false)]
    public void Enabled_ByTheSettingOrTheVariable(string? setting, string? variable, bool enabled)
    {
        using Telemetry telemetry = new(new TelemetryOptions { OtlpEndpoint = setting }, name => name == "OTEL_EXPORTER_OTLP_ENDPOINT" ? variable : null);
        Assert.Equal(enabled, telemetry.Enabled);
    }

    [Fact]
    public async Task Start_WithoutAnEndpoint_ListensToNothing()
    {
        using ActivitySource source = new("TsForecaster.Test.Silent");
        using Telemetry telemetry = new(new TelemetryOptions(), _ => null);
        await telemetry.StartAsync(CancellationToken.None);
        Assert.False(telemetry.Enabled);
        Assert.False(source.HasListeners());
        await telemetry.StopAsync(CancellationToken.None);
    }
}
