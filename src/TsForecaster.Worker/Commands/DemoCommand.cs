using System.CommandLine;
using Spectre.Console;
using TsForecaster.Worker.Commands.Demo;
using TsForecaster.Worker.Commands.Hosting;
using TsForecaster.Worker.Commands.Settings;
using TsForecaster.Worker.Ingest;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>demo</c>: the whole service on bundled real series with nothing else installed: a Kafka broker in this process, the
/// real consumer, a SQLite file, the dashboard.
/// </summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Unhurried = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>How much longer than asked for a slow machine may take to work off what was sent.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private sealed record Request(TimeSpan? For, string? Report, string Database, bool Kept, string Checkpoints, string Url)
    {
        /// <summary>The data is all out well before the end, so that two runs end with the same contents.</summary>
        public TimeSpan FeedTime => (For * 0.7) ?? Unhurried;
    }

    public static Command Create(Terminal terminal)
    {
        Option<string?> length = new("--for") { Description = "End by itself after this long, such as 60s; the data is replayed in 70 % of it. When left out, three minutes of data, then until Ctrl-C", HelpName = "SPAN" };
        Option<string?> report = new("--report") { Description = "JSON file to write the outcome to", HelpName = "FILE" };
        Option<string?> database = new("--database") { Description = "SQLite file for the points, which stays; when left out, a temporary one that is gone with the demo", HelpName = "FILE" };
        Option<string> url = new("--url") { Description = "Where to serve the dashboard", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
        Command command = new("demo", "Run the whole service on bundled real data, with nothing else installed") { length, report, database, url };
        command.SetAction(async (parsed, stop) =>
        {
            TimeSpan? span = parsed.GetValue(length) is { } text ? Span(text) : null;
            AtomicFile.Check(parsed.GetValue(report), parsed.GetValue(database));
            AtomicFile.Check(parsed.GetValue(database));
            string folder = Directory.CreateTempSubdirectory("tsforecaster-demo-").FullName;
            string? kept = parsed.GetValue(database);
            Request request = new(span, parsed.GetValue(report), Path.GetFullPath(kept ?? Path.Combine(folder, "demo.db")), kept is not null, Path.Combine(folder, "checkpoints"), parsed.GetValue(url)!);
            try
            {
                return await RunAsync(terminal, request, stop);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, Request request, CancellationToken stop)
    {
        DemoFeed feed = new(Path.Combine(AppContext.BaseDirectory, "data"));
        using EmbeddedBroker broker = new(groupDelay: TimeSpan.FromMilliseconds(100));
        broker.CreateTopic(DemoSettings.DemandTopic, 1);
        broker.CreateTopic(DemoSettings.PricesTopic, 2);
        IConfigurationRoot configuration = DemoSettings.Configuration(broker.BootstrapServers, request.Database, request.Checkpoints, request.Url);
        ForecasterSettings settings = SettingsReader.Read(configuration);
        await using ForecastService service = new(settings, configuration, terminal.Time);

        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        long begun = terminal.Time.GetTimestamp();
        TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = service.RunAsync(listening.SetResult, ended.Token);
        if (await Task.WhenAny(running, listening.Task) == running)
        {
            await running;
            return CommandLine.Ok;
        }

        terminal.Output.WriteLine($"dashboard  {service.Url}");
        terminal.Output.WriteLine($"points     {request.Database}{(request.Kept ? "" : " (gone with the demo; --database FILE keeps them)")}");
        Task feeding = feed.RunAsync(broker.BootstrapServers, request.FeedTime, terminal.Time, ended.Token);
        try
        {
            await Task.WhenAny(running, WatchAsync(terminal, request, feed, feeding, service, ended.Token));
        }
        finally
        {
            await ended.CancelAsync();
        }

        await running;
        await Swallow(feeding);
        DemoReport report = new(terminal.Time.GetElapsedTime(begun), service.Totals, service.Board.Summaries());
        if (request.Report is { } file)
        {
            AtomicFile.WriteText(file, report.Json());
        }

        report.WriteTable(terminal);
        return CommandLine.Ok;
    }

    /// <summary>Returns when the time is over and what was sent is worked off; without a time, only when stopped.</summary>
    private static async Task WatchAsync(Terminal terminal, Request request, DemoFeed feed, Task feeding, ForecastService service, CancellationToken stop)
    {
        if (!terminal.ErrorIsTerminal)
        {
            await UntilDoneAsync(terminal, request, feed, feeding, service, _ => { }, stop);
            return;
        }

        await terminal.Status.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("replaying", maxValue: 1.0);
                await UntilDoneAsync(terminal, request, feed, feeding, service, text => { (bar.Value, bar.Description) = (feed.Done, Markup.Escape(text)); }, stop);
            });
    }

    private static async Task UntilDoneAsync(Terminal terminal, Request request, DemoFeed feed, Task feeding, ForecastService service, Action<string> show, CancellationToken stop)
    {
        long begun = terminal.Time.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            if (feeding.IsFaulted)
            {
                await feeding;
            }

            TimeSpan passed = terminal.Time.GetElapsedTime(begun);
            bool workedOff = feeding.IsCompletedSuccessfully && service.Totals.Ticks + service.Totals.DeadLetters >= feed.Sent && service.Totals.Waiting == 0;
            if (request.For is { } length && passed >= length && (workedOff || passed >= length + Patience))
            {
                return;
            }

            PipelineTotals totals = service.Totals;
            show(workedOff && request.For is null ? "all replayed; Ctrl-C ends" : $"{totals.Ticks} ticks, {totals.Forecasts} forecasts, {totals.Points} points");
            await Swallow(Task.Delay(Look, terminal.Time, stop));
        }
    }

    private static TimeSpan Span(string text) =>
        SettingValue.TryDuration(text, out TimeSpan span) && span >= TimeSpan.FromSeconds(1) && span <= TimeSpan.FromDays(1)
            ? span
            : throw new UsageException($"--for {text}: allowed is 1s to 1d, such as 60s or 5m");

    private static async Task Swallow(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // It was asked to end, and it did.
        }
    }
}
