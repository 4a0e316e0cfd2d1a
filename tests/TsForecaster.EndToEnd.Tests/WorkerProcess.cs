using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>The real worker, <c>tsforecaster run</c>, as a process of its own; settings are given as <c>--set</c>.</summary>
internal sealed partial class WorkerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };

    private WorkerProcess(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Standard output and error so far.</summary>
    public string Output => string.Join(Environment.NewLine, _output);

    public static WorkerProcess Start(IEnumerable<(string Key, string Value)> settings)
    {
        string url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        ProcessStartInfo start = new("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "tsforecaster.dll"));
        start.ArgumentList.Add("run");
        foreach ((string key, string value) in settings.Append(("Http:Url", url)))
        {
            start.ArgumentList.Add("--set");
            start.ArgumentList.Add($"{key}={value}");
        }

        Process process = new() { StartInfo = start };
        WorkerProcess worker = new(process, url);
        process.OutputDataReceived += (_, line) => worker._output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => worker._output.Enqueue(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>Resident memory, bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The answer of <c>/readyz</c>, or null while nothing answers.</summary>
    public async Task<HttpStatusCode?> ReadyAsync()
    {
        try
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri(Url + "/readyz"));
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async Task UntilReadyAsync()
    {
        try
        {
            await Until.TrueAsync(async () => _process.HasExited || await ReadyAsync() == HttpStatusCode.OK, TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"the worker is not ready:{Environment.NewLine}{Output}", late);
        }

        if (_process.HasExited)
        {
            throw new InvalidOperationException($"the worker ended with {_process.ExitCode}:{Environment.NewLine}{Output}");
        }
    }

    public Task<string> GetAsync(string path) => _client.GetStringAsync(new Uri(Url + path));

    /// <summary>SIGTERM, as an orchestrator sends it; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        _ = Signal(_process.Id, Terminate);
        return await ExitAsync();
    }

    /// <summary>SIGKILL: nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        _client.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
