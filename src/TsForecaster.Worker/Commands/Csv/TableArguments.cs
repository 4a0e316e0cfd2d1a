using System.CommandLine;

namespace TsForecaster.Worker.Commands.Csv;

/// <summary>The options by which a command is told of a CSV file: which, what of it, and how its times are written.</summary>
/// <param name="required">Whether file and columns must be named.</param>
/// <param name="order">What is said of the rows' times.</param>
internal sealed class TableArguments(bool required = true, string order = "must rise from row to row. Not read when left out")
{
    public Option<string> Data { get; } = new("--data") { Description = "CSV file with a header line", HelpName = "FILE", Required = required };

    public Option<string> Values { get; } = new("--values")
    {
        Description = "Columns to read, each a series of its own; an empty cell is a missing value",
        HelpName = "COL[,COL…]",
        Required = required,
    };

    private Option<string?> Time { get; } = new("--time")
    {
        Description = $"Column of times: ISO-8601, or numbers since 1970 UTC; {order}",
        HelpName = "COL",
    };

    private Option<bool> Utc { get; } = new("--utc") { Description = "Take times without a zone as UTC; otherwise they are refused" };

    private Option<string> Unit { get; } = TimeUnit();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Data, Values, Time, Utc, Unit])
        {
            command.Add(option);
        }
    }

    /// <summary>What the arguments ask for, checked before any file is opened.</summary>
    /// <exception cref="UsageException">A column has no name or is named twice.</exception>
    public TableRequest Of(ParseResult parsed) => new(
        parsed.GetValue(Data)!,
        Arguments.Columns(parsed.GetValue(Values)!),
        parsed.GetValue(Time),
        new TimeText(parsed.GetValue(Utc), parsed.GetValue(Unit)! switch { "s" => 1_000_000_000, "ms" => 1_000_000, "us" => 1_000, _ => 1 }));

    private static Option<string> TimeUnit()
    {
        Option<string> unit = new("--time-unit") { Description = "What a time that is a number counts", DefaultValueFactory = _ => "s" };
        unit.AcceptOnlyFromAmong("s", "ms", "us", "ns");
        return unit;
    }
}

/// <summary>What of a CSV file is to be read.</summary>
/// <param name="Time">The column of times; null for none.</param>
/// <param name="Format">How times are written.</param>
internal sealed record TableRequest(string File, IReadOnlyList<string> Columns, string? Time, TimeText Format)
{
    /// <inheritdoc cref="SeriesTable.Read"/>
    public SeriesTable Read(RowOrder order = RowOrder.Rising) => SeriesTable.Read(File, Columns, Time, Format, order);

    /// <summary>Other columns of the same rows.</summary>
    /// <inheritdoc cref="SeriesTable.Read"/>
    public IReadOnlyList<double[]> Read(IReadOnlyList<string> columns) => columns.Count == 0 ? [] : SeriesTable.Read(File, columns).Columns;
}

/// <summary>Lets the options stand among a command's others.</summary>
internal static class TableArgumentsExtensions
{
    public static void Add(this Command command, TableArguments table) => table.AddTo(command);
}
