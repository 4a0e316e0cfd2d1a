namespace TsForecaster.Worker.Dashboard;

/// <summary>
/// The series named by a request's path. It is read from the path as it was sent: the server decodes %25 but leaves %2F alone, so
/// that the decoded path no longer tells the series "a/b" from the series "a%2Fb".
/// </summary>
internal readonly record struct SeriesPath(string Series, bool Forecast)
{
    public const string Prefix = "/api/series/";
    private const string ForecastSuffix = "/forecast";

    /// <param name="rawTarget">Path and query as sent; slashes of a series' name may stand for themselves.</param>
    /// <returns>Null when no series is named.</returns>
    public static SeriesPath? Parse(string rawTarget)
    {
        int query = rawTarget.IndexOfAny(['?', '#']);
        string path = query < 0 ? rawTarget : rawTarget[..query];
        int start = path.IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return null;
        }

        string name = path[(start + Prefix.Length)..];
        bool forecast = name.EndsWith(ForecastSuffix, StringComparison.Ordinal);
        name = Uri.UnescapeDataString(forecast ? name[..^ForecastSuffix.Length] : name);
        return name.Length == 0 ? null : new SeriesPath(name, forecast);
    }
}
