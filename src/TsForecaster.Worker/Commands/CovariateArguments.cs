using System.CommandLine;
using System.Globalization;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary>The options that say what is known ahead of each row.</summary>
internal sealed class CovariateArguments
{
    private Option<string?> Calendar { get; } = new("--calendar")
    {
        Description = "Take off what the calendar explains, where that forecasts better: day (time of day), week (day of the week, and with it the time of day); needs --time",
        HelpName = "day,week",
    };

    private Option<string?> Holidays { get; } = new("--holidays") { Description = "File of dates such as 2024-12-25, one a line, which are days of a kind of their own; needs --time", HelpName = "FILE" };

    private Option<string?> Zone { get; } = new("--zone") { Description = "Time zone of the calendar, such as Europe/Vienna; UTC when left out", HelpName = "NAME" };

    private Option<string?> Known { get; } = new("--known") { Description = "Columns whose values are known ahead, such as a tariff or another forecast", HelpName = "COL[,COL…]" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Calendar, Holidays, Zone, Known])
        {
            command.Add(option);
        }
    }

    /// <summary>What the arguments ask for; the file of holidays is read.</summary>
    /// <exception cref="UsageException">They contradict each other or make no sense.</exception>
    public CovariateSource Of(ParseResult parsed, TableRequest? table)
    {
        string[] kinds = parsed.GetValue(Calendar)?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (kinds.FirstOrDefault(kind => kind is not "day" and not "week") is { } unknown)
        {
            throw new UsageException($"--calendar {parsed.GetValue(Calendar)}: '{unknown}' is neither day nor week");
        }

        string zone = parsed.GetValue(Zone) ?? "UTC";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            throw new UsageException($"--zone {zone}: no such time zone; expected a name such as Europe/Vienna");
        }

        CovariateSource source = new()
        {
            Day = kinds.Contains("day", StringComparer.Ordinal),
            Week = kinds.Contains("week", StringComparer.Ordinal),
            Holidays = parsed.GetValue(Holidays) is { } file ? ReadDates(file) : [],
            Zone = zone,
            Known = parsed.GetValue(Known) is { } columns ? Arguments.Columns(columns, "--known") : [],
        };
        if (source.NeedsTimes && table?.Time is null)
        {
            throw new UsageException("--calendar and --holidays need the times of rows: --time COL");
        }

        if (!source.NeedsTimes && parsed.GetValue(Zone) is not null)
        {
            throw new UsageException("--zone needs --calendar or --holidays");
        }

        return source.Known.FirstOrDefault(name => table?.Columns.Contains(name, StringComparer.Ordinal) ?? false) is { } both
            ? throw new UsageException($"--known {both}: a column that is forecast is not known ahead")
            : source;
    }

    private static List<DateOnly> ReadDates(string file)
    {
        List<DateOnly> dates = [];
        try
        {
            foreach ((int line, string text) in File.ReadLines(file).Index())
            {
                if (text.Trim() is { Length: > 0 } trimmed)
                {
                    dates.Add(DateOnly.TryParseExact(trimmed, ModelSettings.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
                        ? date
                        : throw new FailureException($"{file}: line {line + 1}: \"{trimmed}\" is not a date such as 2024-12-25"));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{file} cannot be read: {e.Message}", e);
        }

        return dates.Count > 0 ? [.. dates.Distinct().Order()] : throw new FailureException($"{file} has no dates");
    }
}

/// <summary>Lets the options stand among a command's others.</summary>
internal static class CovariateArgumentsExtensions
{
    public static void Add(this Command command, CovariateArguments covariates) => covariates.AddTo(command);
}
