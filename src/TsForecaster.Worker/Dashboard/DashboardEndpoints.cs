using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace TsForecaster.Worker.Dashboard;

/// <summary>The dashboard page and the read-only JSON behind it.</summary>
public static class DashboardEndpoints
{
    private const int MostRows = 10_000;

    public static IEndpointRouteBuilder MapDashboard(this IEndpointRouteBuilder routes, SeriesBoard board)
    {
        foreach (PageAsset asset in PageAsset.All)
        {
            routes.MapMethods(asset.Path, [HttpMethods.Get, HttpMethods.Head], asset.ServeAsync);
        }

        routes.MapGet("/api/status", (HttpContext context) =>
        {
            BoardTotals totals = board.Totals;
            return Answer(context, new StatusJson(totals.Series, totals.Steps, totals.Forecasts, totals.Promoted));
        });
        routes.MapGet("/api/series", (HttpContext context) => ListAsync(context, board));
        routes.MapGet(SeriesPath.Prefix + "{**id}", (HttpContext context) => DescribeAsync(context, board));
        return routes;
    }

    /// <summary>`filter` picks by name, `skip` and `take` page; X-Total-Count says how many there are without paging.</summary>
    private static Task ListAsync(HttpContext context, SeriesBoard board)
    {
        IQueryCollection query = context.Request.Query;
        if (!TryCount(query, "skip", 0, out int skip) || !TryCount(query, "take", MostRows, out int take))
        {
            return Answer(context, new ErrorJson($"skip and take must be whole numbers, not negative; take is at most {MostRows}"), StatusCodes.Status400BadRequest);
        }

        IReadOnlyList<SeriesSummary> summaries = board.Summaries(query["filter"]);
        context.Response.Headers["X-Total-Count"] = summaries.Count.ToString();
        return Answer(context, summaries.Skip(skip).Take(take).Select(static summary => new SeriesJson(summary)));
    }

    private static Task DescribeAsync(HttpContext context, SeriesBoard board)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string? channel = context.Request.Query["channel"];
        if (SeriesPath.Parse(target) is not { } path || board.Find(path.Series, channel) is not { } detail)
        {
            string series = SeriesPath.Parse(target)?.Series ?? "";
            string what = channel is null ? $"no series '{series}'" : $"no channel '{channel}' of a series '{series}'";
            return Answer(context, new ErrorJson(what + " on this worker; /api/series lists those that have closed a cell"), StatusCodes.Status404NotFound);
        }

        return path.Forecast ? ForecastAsync(context, detail) : Answer(context, new SeriesDetailJson(detail));
    }

    private static Task ForecastAsync(HttpContext context, SeriesDetail detail)
    {
        double? above = null;
        if (context.Request.Query.TryGetValue("above", out var text))
        {
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double threshold) || !double.IsFinite(threshold))
            {
                return Answer(context, new ErrorJson($"above is '{text}'; it must be one finite number, such as 21.5"), StatusCodes.Status400BadRequest);
            }

            above = threshold;
        }

        return detail.Fan is { } fan
            ? Answer(context, new FanJson(fan, above))
            : Answer(context, new ErrorJson($"no forecast of '{detail.Summary.Key}' yet; steps to the first fit: {detail.Summary.Status.StepsToFirstRefit}"), StatusCodes.Status404NotFound);
    }

    private static bool TryCount(IQueryCollection query, string name, int missing, out int count)
    {
        count = missing;
        return !query.TryGetValue(name, out var text)
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && (name != "take" || count <= MostRows));
    }

    private static Task Answer<T>(HttpContext context, T value, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsJsonAsync(value, DashboardJson.Options, context.RequestAborted);
    }
}
