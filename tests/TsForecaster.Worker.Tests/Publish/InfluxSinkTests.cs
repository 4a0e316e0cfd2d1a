using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class InfluxSinkTests
{
    private const string Secret = "s3cret-t0ken";

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(7.25);

    private readonly ManualTime _time = new();
    private readonly KeptLog<InfluxSink> _log = new();

    public static TheoryData<PublishOptions, string, string?> Apis => new()
    {
        {
            new PublishOptions { Api = PublishApi.V1, Database = "my db", RetentionPolicy = "a week", Username = "me", Password = Secret },
            "/write?db=my%20db&rp=a%20week&precision=s", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret))
        },
        { new PublishOptions { Api = PublishApi.V1, Database = "d", Token = Secret }, "/write?db=d&precision=s", "Token " + Secret },
        { new PublishOptions { Api = PublishApi.V1, Database = "d" }, "/write?db=d&precision=s", null },
        {
            new PublishOptions { Api = PublishApi.V2, Organisation = "us & them", Bucket = "b", Token = Secret },
            "/api/v2/write?org=us%20%26%20them&bucket=b&precision=s", "Token " + Secret
        },
        { new PublishOptions { Api = PublishApi.V3, Database = "d", Token = Secret }, "/api/v3/write_lp?db=d&precision=second", "Bearer " + Secret },
    };

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task Write_OfEachApi_PostsExactlyTheLines(PublishOptions options, string target, string? authorization)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using InfluxSink sink = Sink(server, options);
        await sink.WriteAsync(Points(3), CancellationToken.None);
        Received request = Assert.Single(server.Requests);
        Assert.Equal(new Received("POST " + target, authorization, Text(Points(3)), Packed: true, "text/plain; charset=utf-8"), request);
    }

    [Theory]
    [InlineData(PublishApi.V1, 1_000_000, "ms")]
    [InlineData(PublishApi.V1, 1000, "u")]
    [InlineData(PublishApi.V1, 1, "ns")]
    [InlineData(PublishApi.V2, 1_000_000, "ms")]
    [InlineData(PublishApi.V2, 1000, "us")]
    [InlineData(PublishApi.V2, 1, "ns")]
    [InlineData(PublishApi.V3, 1_000_000, "millisecond")]
    [InlineData(PublishApi.V3, 1000, "microsecond")]
    [InlineData(PublishApi.V3, 1, "nanosecond")]
    public async Task Write_OfFinerTimes_NamesTheirPrecision(PublishApi api, long offset, string precision)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using InfluxSink sink = Sink(server, new PublishOptions { Api = api, Gzip = false });
        Point point = Points(1)[0] with { Time = offset };
        await sink.WriteAsync([point], CancellationToken.None);
        Received request = Assert.Single(server.Requests);
        Assert.EndsWith($"&precision={precision}", request.Target, StringComparison.Ordinal);
        Assert.EndsWith(" 1", request.Lines[0], StringComparison.Ordinal);
        Assert.False(request.Packed);
    }

    [Fact]
    public async Task Write_ProxyAnswers400WithAPage_StopsAndLeavesNoLineOut()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync((_, _, response, _) =>
        {
            response.StatusCode = 400;
            return response.WriteAsync("<html><h1>400 The plain HTTP request was sent to HTTPS port</h1></html>", CancellationToken.None);
        });
        using var sink = new InfluxSink(new PublishOptions { Api = PublishApi.V2, Url = server.Url }, NullLogger<InfluxSink>.Instance, TimeProvider.System);
        SinkRefusedException refused = await Assert.ThrowsAsync<SinkRefusedException>(
            () => sink.WriteAsync([SamplePoints.Observed("a", 0, 0), SamplePoints.Observed("b", 1, 1)], CancellationToken.None));
        Assert.Contains("HTTPS port", refused.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Write_BehindAPath_KeepsIt()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2, Url = server.Url + "/metrics/" }, keepUrl: true);
        await sink.WriteAsync(Points(1), CancellationToken.None);
        Assert.StartsWith("POST /metrics/api/v2/write?", Assert.Single(server.Requests).Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_MoreThanABatch_SendsBatchesInOrder()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2, BatchLines = 4 });
        Point[] points = Points(10);
        await sink.WriteAsync(points, CancellationToken.None);
        Assert.Equal([Text(points[..4]), Text(points[4..8]), Text(points[8..])], server.Requests.Select(request => request.Body));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task Write_TroubleOnTheServer_IsRepeatedUntilAcknowledged(int status)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(status, status, status);
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2, Token = Secret });
        Task write = sink.WriteAsync(Points(2), CancellationToken.None);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            TimeSpan pause = await _time.NextPauseAsync(not: RequestTimeout);
            Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.Contains($"{status}", sink.Trouble, StringComparison.Ordinal);
            Assert.False(write.IsCompleted);
            _time.Advance(pause);
        }

        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(sink.Trouble);
        Assert.Equal(4, server.Requests.Length);
        Assert.Single(server.Requests.Distinct());
        AssertNoSecret(sink);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("Sun, 01 Mar 2026 12:00:17 GMT")]
    public async Task Write_ToldWhenToComeBack_ComesBackThen(string retryAfter)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync((_, number, response, _) =>
        {
            response.StatusCode = number == 0 ? 429 : 204;
            response.Headers.RetryAfter = number == 0 ? retryAfter : default;
            return Task.CompletedTask;
        });
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2 });
        Task write = sink.WriteAsync(Points(2), CancellationToken.None);
        Assert.Equal(TimeSpan.FromSeconds(17), await _time.NextPauseAsync(not: RequestTimeout));
        _time.Advance(TimeSpan.FromSeconds(16.9));
        Assert.False(write.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await write.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Write_NoAnswer_IsGivenUpAndRepeated()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            (_, number, _, aborted) => number == 0 ? Task.Delay(Timeout.Infinite, aborted) : Task.CompletedTask);
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2 });
        Task write = sink.WriteAsync(Points(2), CancellationToken.None);
        await server.ArrivalAsync();
        _time.Advance(RequestTimeout);
        TimeSpan pause = await _time.NextPauseAsync(not: RequestTimeout);
        Assert.Contains("no answer within 7.25 s", sink.Trouble, StringComparison.Ordinal);
        _time.Advance(pause);
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, server.Requests.Length);
    }

    [Fact]
    public async Task Write_NobodyListens_WaitsMoreAndMoreSlowlyUntilCancelled()
    {
        ScriptedServer server = await ScriptedServer.StartAsync();
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2, MaxRetryDelay = TimeSpan.FromSeconds(3) });
        await server.DisposeAsync();
        using var stop = new CancellationTokenSource();
        Task write = sink.WriteAsync(Points(2), stop.Token);
        TimeSpan longest = TimeSpan.Zero;
        for (int attempt = 0; attempt < 40; attempt++)
        {
            TimeSpan pause = await _time.NextPauseAsync(not: RequestTimeout);
            longest = pause > longest ? pause : longest;
            Assert.NotNull(sink.Trouble);
            _time.Advance(pause);
        }

        Assert.InRange(longest, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(PublishApi.V2, 401, """{"code":"unauthorized","message":"unauthorized access"}""", "401 Unauthorized: unauthorized access")]
    [InlineData(PublishApi.V1, 403, """{"error":"\"me\" user is not authorized to write to database \"d\""}""", "403 Forbidden: \"me\" user is not authorized")]
    [InlineData(PublishApi.V1, 404, """{"error":"database not found: \"d\""}""", "404 NotFound: database not found: \"d\"")]
    [InlineData(PublishApi.V2, 405, "<html>\n no\n </html>", "405 MethodNotAllowed: <html> no </html>")]
    [InlineData(PublishApi.V2, 302, "", "302 Found")]
    [InlineData(PublishApi.V3, 200, "welcome", "200 OK: welcome")]
    public async Task Write_RefusedForGood_SaysWhyInOneLine(PublishApi api, int status, string body, string reason)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(async (_, _, response, aborted) =>
        {
            response.StatusCode = status;
            response.Headers.Location = status == 302 ? "/elsewhere" : default;
            await response.WriteAsync(body, aborted);
        });
        using InfluxSink sink = Sink(server, new PublishOptions { Api = api, Token = Secret });
        var refused = await Assert.ThrowsAsync<SinkRefusedException>(() => sink.WriteAsync(Points(3), CancellationToken.None));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(refused.Message, sink.Trouble);
        Assert.Single(server.Requests);
        AssertNoSecret(sink);
    }

    [Fact]
    public async Task Write_SomeLinesBad_IsolatesThemAndKeepsTheOthers()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(async (request, _, response, aborted) =>
        {
            int bad = request.Lines.Count(line => line.Contains("bad", StringComparison.Ordinal));
            if (bad > 0)
            {
                response.StatusCode = 400;
                await response.WriteAsync("""{"error":"partial write: field type conflict: input field \"value\" is type float, already exists as type string dropped=""" + bad + "\"}", aborted);
            }
        });
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V1 });
        Point[] points = Points(100, i => i is 17 or 18 or 73 ? "bad" : "good");
        await sink.WriteAsync(points, CancellationToken.None);

        HashSet<string> stored = [.. server.Requests.Where(request => !request.Body.Contains("bad", StringComparison.Ordinal)).SelectMany(request => request.Lines)];
        Assert.Equal(points.Where(point => point.Tags[1].Value == "good").Select(point => Text([point]).TrimEnd('\n')).ToHashSet(), stored);
        Assert.Null(sink.Trouble);
        string[] reports = [.. _log.Lines.Where(line => line.StartsWith("Error", StringComparison.Ordinal))];
        Assert.All(reports, report => Assert.Contains("field type conflict", report, StringComparison.Ordinal));
        Assert.Equal([17, 18, 73], points.Index().Where(p => reports.Any(report => report.Contains(Text([p.Item]).TrimEnd('\n'), StringComparison.Ordinal))).Select(p => p.Index));
    }

    [Fact]
    public async Task Write_AllLinesDropped_IsReportedOnce()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(async (request, _, response, aborted) =>
        {
            response.StatusCode = 422;
            await response.WriteAsync($$"""{"code":"unprocessable entity","message":"partial write: points beyond retention policy dropped={{request.Lines.Length}}"}""", aborted);
        });
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2 });
        await sink.WriteAsync(Points(100), CancellationToken.None);
        Assert.Single(server.Requests);
        Assert.StartsWith("Error: 100 lines refused and left out: 422 UnprocessableEntity: partial write: points beyond retention policy", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_TooLarge_IsHalvedUntilItFits()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync((request, _, response, _) =>
        {
            response.StatusCode = request.Lines.Length > 30 ? 413 : 204;
            return Task.CompletedTask;
        });
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2 });
        await sink.WriteAsync(Points(100), CancellationToken.None);
        Assert.Equal(Text(Points(100)), string.Concat(server.Requests.Where(request => request.Lines.Length <= 30).Select(request => request.Body)));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Write_ManyWritersAndAServerDown_TheBreakerSparesTheServer()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync((_, _, response, _) =>
        {
            response.StatusCode = 503;
            return Task.CompletedTask;
        });
        using InfluxSink sink = Sink(server, new PublishOptions { Api = PublishApi.V2 });
        using var stop = new CancellationTokenSource();
        Task[] writes = [.. Enumerable.Range(0, 40).Select(_ => sink.WriteAsync(Points(1), stop.Token))];

        // Each of them has been answered, or stopped by the breaker, and pauses.
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < writes.Length; i++)
        {
            TimeSpan pause = await _time.NextPauseAsync(not: RequestTimeout);
            longest = pause > longest ? pause : longest;
        }

        int before = server.Requests.Length;
        _time.Advance(TimeSpan.FromSeconds(3));
        for (int i = 0; i < before; i++)
        {
            await _time.NextPauseAsync(not: RequestTimeout);
        }

        // The breaker is open for 5 s: those whose own pause ended meanwhile did not reach the server.
        Assert.InRange(before, 10, writes.Length);
        Assert.Equal(before, server.Requests.Length);
        Assert.Contains("503", sink.Trouble, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(writes));
    }

    private InfluxSink Sink(ScriptedServer server, PublishOptions options, bool keepUrl = false) =>
        new(options with { Url = keepUrl ? options.Url : server.Url, RequestTimeout = RequestTimeout }, _log, _time);

    private void AssertNoSecret(InfluxSink sink)
    {
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, sink.Trouble ?? "", StringComparison.Ordinal);
    }

    private static Point[] Points(int count, Func<int, string>? series = null) =>
        [.. Enumerable.Range(0, count).Select(i => SamplePoints.Observed(series?.Invoke(i) ?? "s", i, i / 4.0))];

    private static string Text(Point[] points)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (Point point in points)
        {
            LineProtocol.TryWrite(output, point, TimePrecision.Seconds);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
