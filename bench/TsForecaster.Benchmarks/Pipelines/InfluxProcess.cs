using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TsForecaster.Benchmarks.Pipelines;

/// <summary>InfluxDB 1 (<c>influxd</c>) on a free port, in a folder of its own, with one empty database.</summary>
internal sealed class InfluxProcess : IDisposable
{
    public const string Database = "bench";

    private readonly Process _process;

    private InfluxProcess(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public static async Task<InfluxProcess> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        int port = FreePort();
        string config = Path.Combine(folder, "influxdb.conf");
        await File.WriteAllTextAsync(config, $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{FreePort()}"
            [meta]
              dir = "{folder}/meta"
            [data]
              dir = "{folder}/data"
              wal-dir = "{folder}/wal"
              query-log-enabled = false
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{port}"
              log-enabled = false
            """);
        ProcessStartInfo start = new("influxd") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("-config");
        start.ArgumentList.Add(config);
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        InfluxProcess server = new(process, $"http://127.0.0.1:{port}");
        using HttpClient client = new();
        for (long began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                using FormUrlEncodedContent query = new([new("q", $"CREATE DATABASE {Database}")]);
                using HttpResponseMessage reply = await client.PostAsync(new Uri(server.Url + "/query"), query);
                reply.EnsureSuccessStatusCode();
                return server;
            }
            catch (HttpRequestException) when (!process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(100);
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
