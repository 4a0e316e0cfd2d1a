using System.CommandLine;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>fit</c>: CSV → model file. Several columns are several series that share the model, or jointly the channels of one. How it is fitted is chosen by a search, unless
/// the past or the mixture is given.
/// </summary>
internal static class FitCommand
{
    public static Command Create(Terminal terminal)
    {
        TableArguments source = new();
        Option<int?> past = new("--past") { Description = "Rows that a forecast is given; chosen with everything else when left out. Given, one mixture is fitted unless --model says components=auto", HelpName = "P" };
        Option<int> future = new("--future") { Description = "Rows that a forecast gives", HelpName = "F", Required = true };
        Option<int> season = new("--season") { Description = "Rows in a season", HelpName = "M", DefaultValueFactory = _ => 1 };
        Option<string[]> model = Arguments.Model();
        Option<string?> budget = Arguments.Budget();
        Option<bool> joint = Arguments.Joint();
        CovariateArguments covariates = new();
        Option<string> file = new("--out") { Description = "Model file to write, wholly or not at all", HelpName = "FILE", DefaultValueFactory = _ => "model.tsf" };
        Command command = new("fit", "Fit a model to the windows of a CSV file and save it") { source, past, future, season, joint, covariates, model, budget, file };
        command.SetAction((parsed, stop) =>
        {
            string output = parsed.GetValue(file)!;
            (bool auto, string[] assignments) = ModelArguments.TakeAuto(parsed.GetValue(model)!);
            int? given = parsed.GetValue(past) is { } rows ? Arguments.OfModel(nameof(ModelSettings.Past), "--past", rows) : null;
            auto |= given is null && assignments.All(ModelArguments.IsSeed);
            ModelArguments.CheckLeftToSearch(auto, assignments);
            ModelSettings settings = ModelArguments.Parse(assignments, new ModelSettings
            {
                Past = auto ? given : given ?? 1,
                Future = Arguments.OfModel(nameof(ModelSettings.Future), "--future", parsed.GetValue(future)),
                Season = Arguments.OfModel(nameof(ModelSettings.Season), "--season", parsed.GetValue(season)),
            });
            bool together = parsed.GetValue(joint);
            if (together)
            {
                Arguments.CheckJoint(auto, settings);
            }

            double cost = Arguments.Budget(parsed.GetValue(budget));
            TableRequest request = source.Of(parsed);
            CovariateSource known = covariates.Of(parsed, request);
            if (!known.IsEmpty && request.Columns.Count > 1)
            {
                throw new UsageException("--calendar, --holidays and --known have effects on one series: --values names one column then");
            }

            AtomicFile.Check(output, parsed.GetValue(source.Data));
            if (!auto)
            {
                Arguments.WarnOfBudget(terminal, parsed.GetValue(budget), "nothing is searched for when --past or the mixture is given; --model components=auto searches");
            }

            return RunAsync(terminal, request, settings, auto ? settings.Search(cost) : null, together, known, output, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, TableRequest request, ModelSettings settings, SelectionTask? search, bool joint, CovariateSource known, string file, CancellationToken stop)
    {
        SeriesTable table = request.Read();
        table.WarnOfUnevenTimes(terminal.Error);
        Models.CheckSeason(table.File, settings.Season, table.Rows);
        known = known.For(table);
        CovariateRegression? regression = known.Regression(settings.Season);
        ReadOnlyMemory<double> covariates = known.Rows(table, request.Read(known.Known));
        long begun = terminal.Time.GetTimestamp();
        (ForecastModel model, SelectionResult? choice) = await terminal.WithProgressAsync(
            search is null ? "fitting" : "searching",
            share => search is null
                ? (regression is null ? Models.Fit(table.File, table.Columns, settings, joint, stop) : Models.Fit(table.File, table.Columns[0], covariates, settings, regression, stop), null)
                : Models.Choose(table.File, table.Columns, search with { Regression = regression, Covariates = covariates }, share, stop),
            stop);
        TimeSpan took = terminal.Time.GetElapsedTime(begun);
        AtomicFile.Write(file, stream => ModelFile.Save(stream, model));
        terminal.Screen.Write(Tables.Facts([
            ("data", $"{table.File}: {string.Join(", ", table.Names)}, {table.Rows} rows"),
            .. choice is null ? Array.Empty<(string, string)>() : [("chosen", $"{choice.Trials.Count} candidates tried: {choice.Reason}")],
            .. ModelFacts.Readable(model),
            ("fit seconds", Tables.Number(took.TotalSeconds, "F3")),
            ("written to", file),
        ]));
        return CommandLine.Ok;
    }
}
