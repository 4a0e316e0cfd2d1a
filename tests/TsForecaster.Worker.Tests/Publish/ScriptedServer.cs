using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

/// <summary>What arrived at the server: the body is unpacked, <paramref name="Packed"/> says whether it had to be.</summary>
internal sealed record Received(string Target, string? Authorization, string Body, bool Packed, string? ContentType)
{
    public string[] Lines => Body.TrimEnd('\n').Split('\n');
}

/// <summary>A real HTTP server on a free port that answers as it is told and keeps what it was sent.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly SemaphoreSlim _arrivals = new(0);

    private ScriptedServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public Received[] Requests => [.. _received];

    /// <param name="answer">Called with each request and its number, from 0.</param>
    public static async Task<ScriptedServer> StartAsync(Func<Received, int, HttpResponse, CancellationToken, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var server = new ScriptedServer(app);
        int count = -1;
        app.Run(async context =>
        {
            Received received = await ReadAsync(context.Request);
            server._received.Enqueue(received);
            server._arrivals.Release();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            await answer(received, Interlocked.Increment(ref count), context.Response, context.RequestAborted);
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers the n-th request with the n-th status, and 204 once they are used up.</summary>
    public static Task<ScriptedServer> StartAsync(params int[] statuses) => StartAsync((_, number, response, _) =>
    {
        response.StatusCode = number < statuses.Length ? statuses[number] : StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });

    /// <summary>Returns when one more request has arrived.</summary>
    public async Task ArrivalAsync() => Assert.True(await _arrivals.WaitAsync(TimeSpan.FromSeconds(30)), "no request arrived");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static async Task<Received> ReadAsync(HttpRequest request)
    {
        bool packed = request.Headers.ContentEncoding == "gzip";
        using var reader = new StreamReader(packed ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body, Encoding.UTF8);
        string? authorization = request.Headers.Authorization.Count > 0 ? request.Headers.Authorization.ToString() : null;
        return new Received($"{request.Method} {request.Path}{request.QueryString}", authorization, await reader.ReadToEndAsync(), packed, request.ContentType);
    }
}
