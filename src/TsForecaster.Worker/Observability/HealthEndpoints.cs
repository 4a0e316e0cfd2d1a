using System.Text.Json;

namespace TsForecaster.Worker.Observability;

/// <summary>One thing the worker needs in order to do its work.</summary>
/// <param name="Trouble">Null while all is well, else what is wrong; called by requests, from any thread, and must not block.</param>
public sealed record ReadinessCheck(string Name, Func<string?> Trouble);

/// <summary>What an orchestrator and a Prometheus server ask for.</summary>
public static class HealthEndpoints
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>/healthz: 200 as long as the process answers; /readyz: 200 when every check is fine, else 503, with all of them listed.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes, IReadOnlyList<ReadinessCheck> checks)
    {
        routes.MapGet("/healthz", (HttpContext context) => Answer(context, new LivenessJson("ok"), StatusCodes.Status200OK));
        routes.MapGet("/readyz", (HttpContext context) =>
        {
            CheckJson[] results = [.. checks.Select(Run)];
            bool ready = results.All(static result => result.Ok);
            return Answer(context, new ReadinessJson(ready, results), ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        return routes;
    }

    /// <summary>/metrics in Prometheus' text format.</summary>
    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes, MetricCollector collector)
    {
        routes.MapGet("/metrics", (HttpContext context) =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            context.Response.Headers.CacheControl = "no-store";
            return context.Response.WriteAsync(PrometheusText.Write([.. collector.Collect(), .. ProcessMetrics.Read()]), context.RequestAborted);
        });
        return routes;
    }

    private static CheckJson Run(ReadinessCheck check)
    {
        string? trouble;
        try
        {
            trouble = check.Trouble();
        }
#pragma warning disable CA1031 // Whatever a check dies of, the answer is "not ready", and why.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            trouble = failure.Message;
        }

        return new CheckJson(check.Name, trouble is null, trouble);
    }

    private static Task Answer<T>(HttpContext context, T value, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(value, Json, context.RequestAborted);
    }

    private sealed record LivenessJson(string Status);

    private sealed record ReadinessJson(bool Ready, IReadOnlyList<CheckJson> Checks);

    private sealed record CheckJson(string Name, bool Ok, string? Detail);
}
