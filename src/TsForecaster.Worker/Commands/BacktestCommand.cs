using System.CommandLine;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Commands.Csv;
using TsForecaster.Worker.Commands.Reports;

namespace TsForecaster.Worker.Commands;

/// <summary>
/// <c>backtest</c>: fits on the first rows, scores on the last, beside the seasonal naive; over the columns of a table, or over a
/// panel of one series a row.
/// </summary>
internal static class BacktestCommand
{
    public static Command Create(Terminal terminal)
    {
        TableArguments source = new(required: false);
        Option<string?> panel = new("--panel") { Description = "CSV file with one series a row: id, then values, oldest first", HelpName = "FILE" };
        Option<string?> panelTest = new("--panel-test") { Description = "What came after, in the same layout", HelpName = "FILE" };
        Option<int?> past = new("--past") { Description = "Rows that a forecast is given; chosen with everything else when left out. Of one mixture (--model components=K) then the larger of 2·F and 2·M, at most a quarter of the training rows", HelpName = "P" };
        Option<int> future = new("--future") { Description = "Rows that a forecast gives", HelpName = "F", Required = true };
        Option<string?> split = new("--split") { Description = "Rows of the three parts; 70 %, 10 % and 20 % when left out. Fitted on TRAIN, scored on TEST", HelpName = "TRAIN,VALID,TEST" };
        Option<int> stride = new("--stride") { Description = "Rows from one scored forecast to the next", HelpName = "S", DefaultValueFactory = _ => 1 };
        Option<int> season = new("--season") { Description = "Rows in a season: what the seasonal naive repeats and MASE scales by", HelpName = "M", DefaultValueFactory = _ => 1 };
        Option<bool> standardise = new("--standardise") { Description = "Work and score in units of each column's training standard deviation around its training mean" };
        Option<bool> perSeries = new("--per-series") { Description = "A model for each column instead of one for all" };
        Option<bool> joint = Arguments.Joint();
        CovariateArguments covariates = new();
        Option<string> finalFit = new("--final-fit") { Description = "Rows that the scored model is fitted on", DefaultValueFactory = _ => "train" };
        finalFit.AcceptOnlyFromAmong("train", "train+valid");
        Option<int?> refitEvery = new("--refit-every") { Description = "Walking through TEST, fit anew on all rows so far every so many rows, as the service does; the settings stay", HelpName = "ROWS" };
        Option<int?> history = new("--history") { Description = "Of a panel: give only the last so many training values of every series to the model; scores are scaled by all of them", HelpName = "ROWS" };
        Option<string[]> model = Arguments.Model();
        Option<string?> budget = Arguments.Budget();
        Option<bool> compare = new("--compare") { Description = "Score simple methods from the same origins: seasonal naive, random walk, drift, mean, Holt-Winters" };
        Option<string?> report = new("--report") { Description = "JSON file to write the scores to; HTML when it is called .html", HelpName = "FILE" };
        Option<string?> html = new("--html") { Description = "HTML page to write with tables and figures, which compares as --compare does", HelpName = "FILE" };
        Command command = new("backtest", "Fit on the first rows, score on the last, beside the seasonal naive")
        {
            source, panel, panelTest, past, future, split, stride, season, standardise, perSeries, joint, covariates, finalFit, refitEvery, history, model, budget, compare, report, html,
        };
        command.SetAction((parsed, stop) =>
        {
            bool isPanel = parsed.GetValue(panel) is not null;
            string[] foreign = isPanel ? ["--data", "--values", "--time", "--split", "--stride", "--standardise", "--joint", "--calendar", "--holidays", "--zone", "--known", "--final-fit", "--refit-every"] : ["--panel-test", "--history"];
            if (Array.Find(foreign, name => parsed.GetResult(name) is { Tokens.Count: > 0 } or System.CommandLine.Parsing.OptionResult { Implicit: false }) is { } misplaced)
            {
                throw new UsageException($"{misplaced} {(isPanel ? "cannot be used with" : "needs")} --panel");
            }

            if (parsed.GetValue(refitEvery) is not null && parsed.GetValue(finalFit) == "train" && parsed.GetResult(finalFit) is { Implicit: false })
            {
                throw new UsageException("--final-fit train cannot be used with --refit-every, which fits on all rows before TEST");
            }

            (bool auto, string[] assignments) = ModelArguments.TakeAuto(parsed.GetValue(model)!);
            bool each = parsed.GetValue(perSeries);
            auto |= !(isPanel && each) && assignments.All(ModelArguments.IsSeed);
            ModelArguments.CheckLeftToSearch(auto, assignments);
            if (auto && isPanel && each)
            {
                throw new UsageException("--per-series cannot be used with components=auto, which chooses all but the seed; give components=K");
            }

            BacktestRequest request = new()
            {
                IsAuto = auto,
                Budget = Arguments.Budget(parsed.GetValue(budget)),
                History = parsed.GetValue(history) is { } rows ? Arguments.AtLeast(1, "--history", rows) : 0,
                Model = ModelArguments.Parse(assignments, new ModelSettings
                {
                    Past = Arguments.OfModel(nameof(ModelSettings.Past), "--past", parsed.GetValue(past) ?? 1),
                    Future = Arguments.OfModel(nameof(ModelSettings.Future), "--future", parsed.GetValue(future)),
                    Season = Arguments.OfModel(nameof(ModelSettings.Season), "--season", parsed.GetValue(season)),
                    Centring = isPanel ? Centring.Mean : Centring.Last,
                    Scaling = isPanel ? Scaling.StandardDeviation : Scaling.None,
                }),
                PastGiven = parsed.GetValue(past) is not null,
                Split = parsed.GetValue(split) is { } text ? BacktestRequest.ParseSplit(text) : null,
                Stride = Arguments.AtLeast(1, "--stride", parsed.GetValue(stride)),
                Standardise = parsed.GetValue(standardise),
                PerSeries = each,
                Joint = parsed.GetValue(joint),
                Columns = !isPanel && parsed.GetValue(source.Values) is { } named ? Arguments.Columns(named).Count : 0,
                Covariates = isPanel ? new CovariateSource() : covariates.Of(parsed, parsed.GetValue(source.Data) is null || parsed.GetValue(source.Values) is null ? null : source.Of(parsed)),
                FitOnValid = parsed.GetValue(finalFit) == "train+valid",
                RefitEvery = parsed.GetValue(refitEvery) is { } every ? Arguments.AtLeast(1, "--refit-every", every) : 0,
            };
            request.Check();
            string? json = parsed.GetValue(report), page = parsed.GetValue(html);
            if (!auto || isPanel)
            {
                Arguments.WarnOfBudget(terminal, parsed.GetValue(budget), isPanel ? "a panel's always tries the same models" : "nothing is searched for when the mixture is given");
            }

            BacktestRun run;
            if (isPanel)
            {
                string test = parsed.GetValue(panelTest) ?? throw new UsageException("--panel needs --panel-test FILE");
                AtomicFile.Check(json, parsed.GetValue(panel), test, page);
                AtomicFile.Check(page, parsed.GetValue(panel), test);
                run = BacktestRun.OfPanel(parsed.GetValue(panel)!, test, request);
            }
            else
            {
                _ = parsed.GetValue(source.Data) ?? throw new UsageException("--data FILE (or --panel FILE) is needed");
                _ = parsed.GetValue(source.Values) ?? throw new UsageException("--values COL[,COL…] is needed with --data");
                TableRequest wanted = source.Of(parsed);
                AtomicFile.Check(json, parsed.GetValue(source.Data), page);
                AtomicFile.Check(page, parsed.GetValue(source.Data));
                SeriesTable table = wanted.Read();
                table.WarnOfUnevenTimes(terminal.Error);
                run = BacktestRun.OfTable(table, wanted.Read(request.Covariates.Known), request);
            }

            (string, bool)[] files = [.. json is null ? Array.Empty<(string, bool)>() : [(json, IsPage(json))], .. page is null ? Array.Empty<(string, bool)>() : [(page, true)]];
            return RunAsync(terminal, run, parsed.GetValue(compare), files, stop);
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, BacktestRun run, bool compare, IReadOnlyList<(string Name, bool IsPage)> files, CancellationToken stop)
    {
        long begun = terminal.Time.GetTimestamp();
        BacktestFit fit = await terminal.WithProgressAsync("fitting", share => run.Fit(share, stop), stop);
        double fitSeconds = terminal.Time.GetElapsedTime(begun).TotalSeconds;
        begun = terminal.Time.GetTimestamp();
        BacktestResult result = await terminal.WithProgressAsync("forecasting", share => run.Score(fit, share, stop), stop);
        double forecastSeconds = terminal.Time.GetElapsedTime(begun).TotalSeconds;
        BacktestOutcome outcome = new()
        {
            Subject = run.Subject,
            Unit = run.Unit,
            Season = run.Season,
            Times = run.Times,
            Settings = run.Settings,
            Selection = fit.Selection,
            Choices = fit.Choices,
            Result = result,
            Baselines = compare || files.Any(file => file.IsPage) ? await terminal.WithProgressAsync("comparing", share => run.Compare(fit, share, stop), stop) : [],
            FitSeconds = fitSeconds,
            ForecastSeconds = forecastSeconds,
        };
        BacktestReport report = new(outcome);
        foreach ((string name, bool isPage) in files)
        {
            AtomicFile.WriteText(name, isPage ? HtmlReport.Of(outcome) : report.Json());
        }

        report.WriteTable(terminal);
        return CommandLine.Ok;
    }

    private static bool IsPage(string file) => Path.GetExtension(file).ToUpperInvariant() is ".HTML" or ".HTM";
}
