using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class PublishMetricsTests
{
    // Measurements are reported where they are made, so those of other tests, which run beside this one, are told apart by the flow.
    private static readonly AsyncLocal<ConcurrentDictionary<string, double>?> Sums = new();

    [Fact]
    public async Task Write_WithABadLine_CountsAllThatHappened()
    {
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == PublishMetrics.MeterName)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Sums.Value?.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Sums.Value?.AddOrUpdate(instrument.Name, 1, (_, count) => count + 1));
        listener.Start();

        ConcurrentDictionary<string, double> sums = new();
        Sums.Value = sums;
        await using ScriptedServer server = await ScriptedServer.StartAsync((request, number, response, _) =>
        {
            response.StatusCode = number == 0 ? 503 : request.Body.Contains("bad", StringComparison.Ordinal) ? 400 : 204;
            response.Headers.RetryAfter = "0";
            return response.StatusCode == 400 ? response.WriteAsync("""{"code":"invalid","message":"bad line"}""", CancellationToken.None) : Task.CompletedTask;
        });
        using var sink = new InfluxSink(new PublishOptions { Api = PublishApi.V2, Url = server.Url }, NullLogger<InfluxSink>.Instance, TimeProvider.System);
        await sink.WriteAsync([.. Enumerable.Range(0, 8).Select(i => SamplePoints.Observed(i == 0 ? "bad" : "good", i, i))], CancellationToken.None);

        // 503, all 400, then halves: [0..3] 400, [0..1] 400, [0] 400, [1] 204, [2..3] 204, [4..7] 204.
        Assert.Equal(
            [
                new("tsforecaster.publish.batches", 3), new("tsforecaster.publish.points", 7), new("tsforecaster.publish.refused_lines", 1),
                new("tsforecaster.publish.retries", 1), new("tsforecaster.publish.write_duration", 1),
            ],
            sums.OrderBy(sum => sum.Key, StringComparer.Ordinal));
    }
}
