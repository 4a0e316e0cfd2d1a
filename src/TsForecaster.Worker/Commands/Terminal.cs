using Spectre.Console;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// Where a command writes: its output alone to <see cref="Output"/>, everything else (progress, complaints) to
/// <see cref="Error"/>.
/// </summary>
public sealed class Terminal
{
    /// <summary>Columns of a table when the output is no terminal, so that nothing is wrapped in a file or a pipe.</summary>
    private const int PipeWidth = 240;

    /// <summary>Columns of a table at least: a long line is easier to read than numbers cut in two.</summary>
    private const int LeastWidth = 132;

    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(2);

    public Terminal(TextWriter output, TextWriter error, bool outputIsTerminal = false, bool errorIsTerminal = false, TimeProvider? time = null)
    {
        (Output, Error, ErrorIsTerminal, Time) = (output, error, errorIsTerminal, time ?? TimeProvider.System);
        Screen = Console(output, outputIsTerminal);
        Screen.Profile.Width = outputIsTerminal ? Math.Max(LeastWidth, Screen.Profile.Width) : PipeWidth;
        Status = Console(error, errorIsTerminal);
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public bool ErrorIsTerminal { get; }

    public TimeProvider Time { get; }

    /// <summary>Tables for a reader, on <see cref="Output"/>.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Progress, on <see cref="Error"/>.</summary>
    public IAnsiConsole Status { get; }

    /// <summary>The process's own standard output and error.</summary>
    public static Terminal OfProcess() =>
        new(System.Console.Out, System.Console.Error, !System.Console.IsOutputRedirected, !System.Console.IsErrorRedirected);

    /// <summary>
    /// Runs work on the thread pool; once it has taken two seconds, a bar follows the share done that the work reports (0 to 1).
    /// There is no bar when standard error is not a terminal.
    /// </summary>
    public async Task<T> WithProgressAsync<T>(string what, Func<IProgress<double>, T> work, CancellationToken cancellation)
    {
        Share share = new();
        Task<T> running = Task.Run(() => work(share), cancellation);
        if (!ErrorIsTerminal || await Task.WhenAny(running, Task.Delay(QuietFor, Time, cancellation)) == running)
        {
            return await running;
        }

        await Status.Progress().AutoClear(true).HideCompleted(true).StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask(what, maxValue: 1.0);
            while (!running.IsCompleted)
            {
                bar.IsIndeterminate = share.Done <= 0.0;
                bar.Value = share.Done;
                await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(100), Time, cancellation));
            }
        });
        return await running;
    }

    private static IAnsiConsole Console(TextWriter writer, bool isTerminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
    });

    /// <summary>Written by the work, read by the bar; a torn or late read only shows an older share.</summary>
    private sealed class Share : IProgress<double>
    {
        private double _done;

        public double Done => Volatile.Read(ref _done);

        public void Report(double value) => Volatile.Write(ref _done, value);
    }
}
