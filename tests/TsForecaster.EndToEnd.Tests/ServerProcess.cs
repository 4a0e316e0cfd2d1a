using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>
/// A server's own program, run with a data folder that outlives a restart. Ports are free ones, and stay the same across restarts, so
/// that clients find the server again.
/// </summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    // A test run that is stopped early leaves no server behind.
    protected ServerProcess() => AppDomain.CurrentDomain.ProcessExit += OnProcessExit;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("tsforecaster-server-").FullName;

    public abstract string Url { get; }

    protected HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    protected abstract (string Program, string DebianPackage, string[] Arguments) Command { get; }

    /// <summary>Answers once the server is ready for writes and queries.</summary>
    protected abstract string ReadyPath { get; }

    /// <summary>Starts the server, or starts it again on the same port and data, and returns when it answers.</summary>
    /// <exception cref="InvalidOperationException">The program is missing, or ends before it answers.</exception>
    public async Task StartAsync()
    {
        (string program, string package, string[] arguments) = Command;
        var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        try
        {
            process.Start();
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"'{program}' is not on PATH; the Debian package {package} has it (apt-get install {package})", missing);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        using var deadline = new CancellationTokenSource(StartTimeout);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await AnswersAsync())
        {
            if (process.HasExited || deadline.IsCancellationRequested)
            {
                throw new InvalidOperationException($"'{program}' did not start: {string.Join(Environment.NewLine, _output.TakeLast(30))}");
            }

            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>Ends the server at once, as a crash would: nothing is flushed.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        await KillAsync();
        Client.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void OnProcessExit(object? sender, EventArgs arguments) => _process?.Kill(entireProcessTree: true);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using HttpResponseMessage response = await Client.GetAsync(new Uri(Url + ReadyPath));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
