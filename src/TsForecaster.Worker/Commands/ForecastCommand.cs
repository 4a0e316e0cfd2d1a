using System.CommandLine;
using TsForecaster.Model.Forecasting;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary><c>forecast</c>: model file + CSV → the density of the steps after the last row, as table, CSV or JSON.</summary>
internal static class ForecastCommand
{
    private const int MostSteps = 1_000_000;

    public static Command Create(Terminal terminal)
    {
        Argument<string> file = Arguments.ModelFile();
        TableArguments source = new();
        Option<int?> steps = new("--steps") { Description = "Steps to forecast, the model's future when left out; beyond it the window moves forward by half the future on the forecast's own median, whose uncertainty later steps do not carry", HelpName = "N" };
        Option<double?> above = new("--above") { Description = "Adds P(value > X) of each step, and of any step within the model's future", HelpName = "X" };
        Option<string> format = new("--format") { Description = "How to write it", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "csv", "json");
        Command command = new("forecast", "Forecast what follows the last row of a CSV file") { file, source, steps, above, format };
        command.SetAction(parsed =>
        {
            TableRequest request = source.Of(parsed);
            int? count = parsed.GetValue(steps) is { } asked ? Arguments.Within(1, MostSteps, "--steps", asked) : null;
            if (parsed.GetValue(above) is { } threshold && !double.IsFinite(threshold))
            {
                throw new UsageException($"--above {threshold}: a finite number is allowed");
            }

            ForecastModel model = Models.Load(parsed.GetValue(file)!);
            SeriesTable table = request.Read();
            table.WarnOfUnevenTimes(terminal.Error);
            int wanted = count ?? model.Future;
            CovariateSource known = CovariateSource.Of(model);
            double[] covariates = known.Rows(table, request.Read(known.Known), ahead: wanted + model.Future);
            table = known.Known.Count == 0 ? table : known.Observed(table, model, wanted);
            ForecastRows rows = ForecastRows.Of(model, table, wanted, parsed.GetValue(above), covariates);
            rows.Write(terminal, parsed.GetValue(format)!);
            return CommandLine.Ok;
        });
        return command;
    }
}
