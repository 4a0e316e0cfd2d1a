using System.Diagnostics.Metrics;
using System.Net;
using TsForecaster.Worker.Observability;
using Xunit;

namespace TsForecaster.Worker.Tests.Observability;

public sealed class HealthEndpointsTests
{
    [Fact]
    public async Task Readyz_FollowsItsChecks_AndSaysWhatIsWrong()
    {
        string? trouble = null;
        await using LoopbackHost host = await LoopbackHost.StartAsync(routes => routes.MapHealth([new("kafka", () => null), new("sink", () => trouble)]));
        await AssertAsync(host, "/readyz", HttpStatusCode.OK, """{"ready":true,"checks":[{"name":"kafka","ok":true,"detail":null},{"name":"sink","ok":true,"detail":null}]}""");
        trouble = "no answer from http://localhost:8086";
        await AssertAsync(host, "/readyz", HttpStatusCode.ServiceUnavailable, """{"ready":false,"checks":[{"name":"kafka","ok":true,"detail":null},{"name":"sink","ok":false,"detail":"no answer from http://localhost:8086"}]}""");
        await AssertAsync(host, "/healthz", HttpStatusCode.OK, """{"status":"ok"}""");
    }

    [Fact]
    public async Task Readyz_CheckThatThrows_IsNotReady()
    {
        await using LoopbackHost host = await LoopbackHost.StartAsync(routes => routes.MapHealth([new("kafka", () => throw new InvalidOperationException("closed"))]));
        await AssertAsync(host, "/readyz", HttpStatusCode.ServiceUnavailable, """{"ready":false,"checks":[{"name":"kafka","ok":false,"detail":"closed"}]}""");
    }

    [Fact]
    public async Task Metrics_OverHttp_AreTheTextFormatWithTheProcessInIt()
    {
        using Meter meter = new("TsForecaster.Test.Http");
        using MetricCollector collector = new();
        meter.CreateCounter<long>("http.records").Add(12);
        await using LoopbackHost host = await LoopbackHost.StartAsync(routes => routes.MapMetrics(collector));
        using HttpResponseMessage response = await host.Client.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        ExpositionParser text = ExpositionParser.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(12, text.Samples["http_records_total{}"]);
        Assert.True(text.Samples["process_cpu_seconds_total{}"] > 0);
        Assert.True(text.Samples["process_resident_memory_bytes{}"] > 1e6);
        Assert.True(text.Samples["dotnet_gc_heap_bytes{}"] > 0);
        Assert.True(text.Samples["process_threads{}"] >= 1);
    }

    private static async Task AssertAsync(LoopbackHost host, string path, HttpStatusCode status, string body)
    {
        using HttpResponseMessage response = await host.Client.GetAsync(path);
        Assert.Equal((status, body), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }
}
