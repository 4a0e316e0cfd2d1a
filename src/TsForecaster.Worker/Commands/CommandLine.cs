using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using TsForecaster.Model.Forecasting;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Commands.Settings;
using TsForecaster.Worker.Ingest;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// The command line. Exit code 0: done. 2: the arguments or the settings make no sense, seen before any file of data is opened
/// or any connection made. 1: anything that failed after that, with one line on standard error.
/// </summary>
public static class CommandLine
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Misused = 2;

    private const string Program = "tsforecaster";

    /// <summary>Runs with the process's streams; Ctrl-C and SIGTERM ask a running service to end, a second one ends the process.</summary>
    public static async Task<int> MainAsync(string[] args)
    {
        // Only what runs on has something to finish; the others leave nothing half-written and simply end.
        bool runsOn = args.Length > 0 && args[0] is "run" or "demo" or "replay";
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        return await RunAsync(args, Terminal.OfProcess(), stop.Token);

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = runsOn && !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken stop = default)
    {
        Option<bool> verbose = new("--verbose") { Description = "Show stack traces of failures", Recursive = true };
        ParseResult parsed = Root(terminal, verbose).Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            string command = parsed.CommandResult.Command is RootCommand ? Program : $"{Program} {parsed.CommandResult.Command.Name}";
            string complaint = parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [var word, ..] ? $"there is no command '{word}'" : Plain(parsed.Errors[0].Message);
            terminal.Error.WriteLine($"{Program}: {complaint} ({command} --help shows what there is)");
            return Misused;
        }

        InvocationConfiguration invocation = new()
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, stop);
        }
        catch (Exception e)
        {
            terminal.Error.WriteLine($"{Program}: {Describe(e, stop)}");
            if (parsed.GetValue(verbose))
            {
                terminal.Error.WriteLine(e);
            }

            return e is UsageException ? Misused : Failed;
        }
    }

    private static RootCommand Root(Terminal terminal, Option<bool> verbose)
    {
        RootCommand root = new("Forecasts streams of ticks with Gaussian mixtures: Kafka in, densities out to InfluxDB.")
        {
            RunCommand.Create(terminal),
            DemoCommand.Create(terminal),
            ReplayCommand.Create(terminal),
            FitCommand.Create(terminal),
            ForecastCommand.Create(terminal),
            FillCommand.Create(terminal),
            SampleCommand.Create(terminal),
            InspectCommand.Create(terminal),
            BacktestCommand.Create(terminal),
            PrequentialCommand.Create(terminal),
        };
        root.Options.Add(verbose);
        return root;
    }

    /// <summary>The parser's complaint on one line, without names of types.</summary>
    private static string Plain(string message) => string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Replace("System.Nullable`1[System.Int32]", "System.Int32", StringComparison.Ordinal)
        .Replace("System.Nullable`1[System.Double]", "System.Double", StringComparison.Ordinal)
        .Replace("as expected type 'System.Int32'", "as a whole number", StringComparison.Ordinal)
        .Replace("as expected type 'System.Int64'", "as a whole number", StringComparison.Ordinal)
        .Replace("as expected type 'System.Double'", "as a number", StringComparison.Ordinal)
        .TrimEnd('.');

    private static string Describe(Exception e, CancellationToken stop) => e switch
    {
        SettingsException => e.Message,
        UsageException or FailureException or ModelFileException or SinkRefusedException or CheckpointException or DeadLetterException or KafkaException or DllNotFoundException => OneLine(e.Message),
        IOException or UnauthorizedAccessException => OneLine(e.Message),
        OperationCanceledException when stop.IsCancellationRequested => "stopped before it was done",
        _ => $"unexpected {e.GetType().Name}: {OneLine(e.Message)} (--verbose shows where)",
    };

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").TrimEnd();
}
