using System.IO.Compression;
using System.Net.Http.Headers;
using Polly;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// Writes points to InfluxDB in batches, each acknowledged before the next is sent. Keeps no points of its own: what is not
/// acknowledged stays with the caller. Several callers may write at once.
/// </summary>
public sealed partial class InfluxSink : IPointSink, IDisposable
{
    private readonly PublishOptions _options;
    private readonly InfluxEndpoint _endpoint;
    private readonly HttpClient _client;
    private readonly ResiliencePipeline<WriteReply> _retry;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private volatile string? _trouble;

    public InfluxSink(PublishOptions options, ILogger<InfluxSink> logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        _endpoint = new InfluxEndpoint(options);

        // A redirected POST would become a GET, whose success says nothing. Attempts are timed by the retry pipeline.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _retry = WriteResilience.Http(options, time, OnRetry);
    }

    public string? Trouble => _trouble;

    public async Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation)
    {
        for (int start = 0; start < points.Count; start += _options.BatchLines)
        {
            LineBatch batch = LineBatch.Encode(points, start, Math.Min(_options.BatchLines, points.Count - start));
            if (batch.Count > 0)
            {
                long began = _time.GetTimestamp();
                await WriteAsync(batch, 0, batch.Count, cancellation);
                PublishMetrics.WriteSeconds.Record(_time.GetElapsedTime(began).TotalSeconds);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Writes a run of lines; halves it until the lines that are refused stand alone.</summary>
    private async Task WriteAsync(LineBatch batch, int from, int to, CancellationToken cancellation)
    {
        WriteReply reply = await SendAsync(batch, from, to, cancellation);
        int count = to - from;
        switch (reply.Verdict)
        {
            case Verdict.Acknowledged:
                _trouble = null;
                PublishMetrics.Points.Add(count);
                PublishMetrics.Batches.Add(1);
                return;
            case Verdict.BadLines or Verdict.TooLarge when count == 1:
            case Verdict.BadLines when reply.Dropped >= count:
                // The server took the request and judged the lines; the connection is in order.
                _trouble = null;
                PublishMetrics.RefusedLines.Add(count);
                LogLinesRefused(count, reply.Reason, batch.Excerpt(from));
                return;
            case Verdict.BadLines or Verdict.TooLarge:
                int middle = from + (count / 2);
                await WriteAsync(batch, from, middle, cancellation);
                await WriteAsync(batch, middle, to, cancellation);
                return;
            default:
                string message = $"{_options} refuses writes ({reply.Reason}); check Publish:Url, the credentials, and that the database or bucket exists";
                _trouble = message;
                throw new SinkRefusedException(message);
        }
    }

    private async Task<WriteReply> SendAsync(LineBatch batch, int from, int to, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> body = batch.Lines(from, to);
        if (_options.Gzip)
        {
            body = Compressed(body);
        }

        return await _retry.ExecuteAsync(
            async token =>
            {
                using HttpRequestMessage request = _endpoint.Request(batch.Precision, Content(body));
                using HttpResponseMessage response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                return await WriteReply.ReadAsync(response, _time.GetUtcNow(), token);
            },
            cancellation);
    }

    private ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        if (_options.Gzip)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }

    private static ReadOnlyMemory<byte> Compressed(ReadOnlyMemory<byte> text)
    {
        var buffer = new MemoryStream(text.Length / 4);
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(text.Span);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private void OnRetry(string? reason, TimeSpan delay)
    {
        if (reason is null)
        {
            // The circuit breaker spared the server; whoever found it in trouble has said so.
            _trouble ??= $"{_options}: waiting for it to come back";
            return;
        }

        _trouble = $"{_options}: {reason}";
        PublishMetrics.Retries.Add(1);
        LogRetry(_options, reason, delay.TotalSeconds);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sink} does not take points ({Reason}); next attempt in {DelaySeconds:F1} s")]
    private partial void LogRetry(PublishOptions sink, string reason, double delaySeconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} lines refused and left out: {Reason}; the first: {Line}")]
    private partial void LogLinesRefused(int count, string reason, string line);
}
