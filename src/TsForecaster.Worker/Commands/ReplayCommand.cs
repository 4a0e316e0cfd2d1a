using System.CommandLine;
using System.Globalization;
using TsForecaster.Worker.Commands.Csv;
using TsForecaster.Worker.Commands.Replay;
using TsForecaster.Worker.Commands.Settings;

namespace TsForecaster.Worker.Commands;

/// <summary><c>replay</c>: CSV → ticks on a topic, at a multiple of the speed at which they happened.</summary>
internal static class ReplayCommand
{
    /// <summary>What to send, where to, and how fast.</summary>
    private sealed record Request(string Topic, string Servers, IReadOnlyList<KeyValuePair<string, string>> Properties, double Speed);

    public static Command Create(Terminal terminal)
    {
        TableArguments source = new();
        Option<string?> interval = new("--interval") { Description = "Time between two rows when there is no time column, such as 30m", HelpName = "SPAN" };
        Option<string?> start = new("--start") { Description = "Time of the first row when there is no time column", HelpName = "TIME" };
        Option<string?> series = new("--series") { Description = "One series, the columns being its channels; when left out, each column is a series of its own name", HelpName = "NAME" };
        Option<string> topic = new("--topic") { Description = "Topic to write to", HelpName = "T", Required = true };
        Option<string> servers = new("--bootstrap-servers") { Description = "Kafka's brokers", HelpName = "HOST:PORT", DefaultValueFactory = _ => "localhost:9092" };
        Option<string[]> properties = new("--property") { Description = "A setting of the Kafka client by librdkafka's name, such as security.protocol=ssl", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        Option<string> speed = new("--speed") { Description = "Times the speed at which the ticks happened; max or 0 as fast as possible", HelpName = "X", DefaultValueFactory = _ => "max" };
        Command command = new("replay", "Send the rows of a CSV file as ticks to a Kafka topic") { source, interval, start, series, topic, servers, properties, speed };
        command.SetAction(async (parsed, stop) =>
        {
            Request request = new(
                parsed.GetValue(topic)! is { Length: > 0 } name ? name : throw new UsageException("--topic is empty"),
                parsed.GetValue(servers)!,
                [.. parsed.GetValue(properties)!.Select(Property)],
                Speed(parsed.GetValue(speed)!));
            TableRequest file = source.Of(parsed);
            (long Start, long Interval)? clock = Clock(file.Time, parsed.GetValue(start), parsed.GetValue(interval), file.Format);
            SeriesTable table = file.Read(RowOrder.NotFalling);
            IReadOnlyList<long> times = clock is { } known ? [.. Enumerable.Range(0, table.Rows).Select(row => known.Start + (row * known.Interval))] : table.Times!;
            return await RunAsync(terminal, new TickRows(table, times, parsed.GetValue(series)), request, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, TickRows rows, Request request, CancellationToken stop)
    {
        long begun = terminal.Time.GetTimestamp();
        long sent = await terminal.WithProgressAsync("replaying", share => SendAsync(terminal, rows, request, share, stop).GetAwaiter().GetResult(), stop);
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent} ticks on {request.Topic} in {terminal.Time.GetElapsedTime(begun).TotalSeconds:F1} s"));
        return CommandLine.Ok;
    }

    private static async Task<long> SendAsync(Terminal terminal, TickRows rows, Request request, IProgress<double> share, CancellationToken stop)
    {
        using TickProducer producer = new(request.Servers, request.Properties);
        long begun = terminal.Time.GetTimestamp();
        for (int row = 0; row < rows.Count; row++)
        {
            stop.ThrowIfCancellationRequested();
            if (request.Speed > 0.0)
            {
                TimeSpan due = TimeSpan.FromSeconds((rows.TimeOf(row) - rows.TimeOf(0)) / 1e9 / request.Speed);
                TimeSpan early = due - terminal.Time.GetElapsedTime(begun);
                if (early > TimeSpan.Zero)
                {
                    await Task.Delay(early, terminal.Time, stop);
                }
            }

            rows.Send(row, producer, request.Topic);
            share.Report((row + 1.0) / rows.Count);
        }

        producer.Flush(stop);
        return producer.Acknowledged;
    }

    private static KeyValuePair<string, string> Property(string text)
    {
        string[] parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        return parts.Length == 2 && parts[0].Length > 0
            ? new(parts[0], parts[1])
            : throw new UsageException("--property: expected KEY=VALUE, such as security.protocol=ssl");
    }

    private static double Speed(string text)
    {
        if (text == "max")
        {
            return 0.0;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double speed) && double.IsFinite(speed) && speed >= 0.0
            ? speed
            : throw new UsageException($"--speed {text}: allowed are max, 0 and positive numbers");
    }

    /// <summary>Start and interval in nanoseconds; null when the times come from a column.</summary>
    private static (long Start, long Interval)? Clock(string? column, string? start, string? interval, TimeText format)
    {
        if (column is not null)
        {
            return start is null && interval is null ? null : throw new UsageException("--start and --interval are for files without a time column; leave out --time or them");
        }

        if (start is null || interval is null)
        {
            throw new UsageException("--time COL is needed, or --start TIME and --interval SPAN for a file without one");
        }

        if (!SettingValue.TryDuration(interval, out TimeSpan span) || span <= TimeSpan.Zero)
        {
            throw new UsageException($"--interval {interval}: a positive length of time is allowed, such as 10s, 30m or 1d");
        }

        return format.TryParse(start, out long first, out string problem)
            ? (first, span.Ticks * 100)
            : throw new UsageException($"--start: {problem}");
    }
}
