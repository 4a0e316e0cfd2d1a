using System.CommandLine;
using TsForecaster.Model.Forecasting;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary><c>fit</c>: CSV → model file. Several columns are several series that share the model.</summary>
internal static class FitCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string> data = Arguments.Data();
        Option<string> values = Arguments.Values();
        Option<string?> time = Arguments.Time();
        Option<bool> utc = Arguments.Utc();
        Option<string> unit = Arguments.TimeUnit();
        Option<int> past = new("--past") { Description = "Rows of a window that a forecast is given", HelpName = "P", Required = true };
        Option<int> future = new("--future") { Description = "Rows of a window that a forecast gives", HelpName = "F", Required = true };
        Option<string[]> model = Arguments.Model();
        Option<string> file = new("--out") { Description = "Model file to write, wholly or not at all", HelpName = "FILE", DefaultValueFactory = _ => "model.tsf" };
        Command command = new("fit", "Fit a mixture to the windows of a CSV file and save it") { data, values, time, utc, unit, past, future, model, file };
        command.SetAction((parsed, stop) =>
        {
            ModelSettings settings = ModelArguments.Parse(parsed.GetValue(model)!, new ModelSettings
            {
                Past = Arguments.AtLeast(1, "--past", parsed.GetValue(past)),
                Future = Arguments.AtLeast(1, "--future", parsed.GetValue(future)),
            });
            IReadOnlyList<string> columns = Arguments.Columns(parsed.GetValue(values)!);
            TimeText format = Arguments.TimeText(parsed.GetValue(utc), parsed.GetValue(unit)!);
            return RunAsync(terminal, parsed.GetValue(data)!, columns, (parsed.GetValue(time), format), settings, parsed.GetValue(file)!, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string data, IReadOnlyList<string> columns, (string? Column, TimeText Format) time, ModelSettings settings, string file, CancellationToken stop)
    {
        SeriesTable table = SeriesTable.Read(data, columns, time.Column, time.Format);
        table.WarnOfUnevenTimes(terminal.Error);
        long begun = terminal.Time.GetTimestamp();
        ForecastModel model = await terminal.WithProgressAsync("fitting", _ => Models.Fit(data, table.Columns, settings, stop), stop);
        TimeSpan took = terminal.Time.GetElapsedTime(begun);
        AtomicFile.Write(file, stream => ModelFile.Save(stream, model));
        terminal.Screen.Write(Tables.Facts([
            ("data", $"{data}: {string.Join(", ", table.Names)}, {table.Rows} rows"),
            .. ModelFacts.Readable(model),
            ("fit seconds", Tables.Number(took.TotalSeconds, "F3")),
            ("written to", file),
        ]));
        return CommandLine.Ok;
    }
}
