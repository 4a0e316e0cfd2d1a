using System.Text.Json;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>InfluxDB 1 (<c>influxd</c>) with its v1 API, on a free port, in a folder of its own.</summary>
public sealed class InfluxServer : ServerProcess
{
    private readonly int _port = FreePort();
    private readonly int _backupPort = FreePort();

    private InfluxServer()
    {
    }

    public override string Url => $"http://127.0.0.1:{_port}";

    protected override string ReadyPath => "/ping";

    protected override (string Program, string DebianPackage, string[] Arguments) Command => ("influxd", "influxdb", ["-config", Config]);

    private string Config => Path.Combine(Folder, "influxdb.conf");

    /// <param name="databases">Made before the server is handed over.</param>
    public static async Task<InfluxServer> LaunchAsync(params string[] databases)
    {
        var server = new InfluxServer();
        try
        {
            await File.WriteAllTextAsync(server.Config, server.Settings());
            await server.StartAsync();
            foreach (string database in databases)
            {
                await server.CreateDatabaseAsync(database);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public Task CreateDatabaseAsync(string database) => PostAsync("", $"CREATE DATABASE \"{database}\"");

    /// <summary>
    /// Rows of an InfluxQL query, each a map of column to value; times are nanoseconds. Tags come as columns (<c>SELECT *</c>), absent
    /// fields as JSON null.
    /// </summary>
    public async Task<List<Dictionary<string, JsonElement>>> QueryAsync(string database, string query)
    {
        using JsonDocument answer = await PostAsync(database, query);
        List<Dictionary<string, JsonElement>> rows = [];
        foreach (JsonElement result in answer.RootElement.GetProperty("results").EnumerateArray())
        {
            if (result.TryGetProperty("series", out JsonElement series))
            {
                rows.AddRange(series.EnumerateArray().SelectMany(Rows));
            }
        }

        return rows;
    }

    private static IEnumerable<Dictionary<string, JsonElement>> Rows(JsonElement series)
    {
        string[] columns = [.. series.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!)];
        return series.GetProperty("values").EnumerateArray()
            .Select(row => columns.Zip(row.EnumerateArray()).ToDictionary(cell => cell.First, cell => cell.Second.Clone()));
    }

    private async Task<JsonDocument> PostAsync(string database, string query)
    {
        using var form = new FormUrlEncodedContent([new("q", query), new("db", database), new("epoch", "ns")]);
        using HttpResponseMessage response = await Client.PostAsync(new Uri(Url + "/query"), form);
        string body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode && !body.Contains("\"error\":", StringComparison.Ordinal)
            ? JsonDocument.Parse(body)
            : throw new InvalidOperationException($"{query}: {(int)response.StatusCode} {body}");
    }

    private string Settings() => $"""
        reporting-disabled = true
        bind-address = "127.0.0.1:{_backupPort}"
        [meta]
          dir = "{Folder}/meta"
        [data]
          dir = "{Folder}/data"
          wal-dir = "{Folder}/wal"
          query-log-enabled = false
        [monitor]
          store-enabled = false
        [http]
          bind-address = "127.0.0.1:{_port}"
          log-enabled = false
        """;
}
