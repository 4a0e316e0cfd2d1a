using System.Text.Json;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>One exported series: its labels (<c>__name__</c> is measurement_field), and values by time in nanoseconds.</summary>
public sealed record VictoriaSeries(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<long, double> Values)
{
    public string Name => Labels["__name__"];
}

/// <summary>
/// VictoriaMetrics (<c>victoria-metrics</c>), which takes InfluxDB's v2 write path, on a free port. It keeps numbers (to twelve
/// digits) and booleans (as 0 and 1) at millisecond times; of strings it keeps a number or 0.
/// </summary>
public sealed class VictoriaServer : ServerProcess
{
    private readonly int _port = FreePort();

    private VictoriaServer()
    {
    }

    public override string Url => $"http://127.0.0.1:{_port}";

    protected override string ReadyPath => "/health";

    protected override (string Program, string DebianPackage, string[] Arguments) Command =>
        ("victoria-metrics", "victoria-metrics",
            [$"-httpListenAddr=127.0.0.1:{_port}", $"-storageDataPath={Path.Combine(Folder, "data")}", "-retentionPeriod=100y", "-search.latencyOffset=0s"]);

    public static async Task<VictoriaServer> LaunchAsync()
    {
        var server = new VictoriaServer();
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Everything of the series that match, such as <c>{series="pump-7"}</c>, over all time.</summary>
    public async Task<List<VictoriaSeries>> ExportAsync(string match)
    {
        using HttpResponseMessage flushed = await Client.GetAsync(new Uri(Url + "/internal/force_flush"));
        flushed.EnsureSuccessStatusCode();
        string body = await Client.GetStringAsync(new Uri($"{Url}/api/v1/export?start=0&match[]={Uri.EscapeDataString(match)}"));
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static VictoriaSeries Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        Dictionary<string, string> labels = root.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);
        IEnumerable<double> values = root.GetProperty("values").EnumerateArray().Select(value => value.GetDouble());
        IEnumerable<long> times = root.GetProperty("timestamps").EnumerateArray().Select(time => time.GetInt64() * 1_000_000);
        return new VictoriaSeries(labels, times.Zip(values).ToDictionary(point => point.First, point => point.Second));
    }
}
