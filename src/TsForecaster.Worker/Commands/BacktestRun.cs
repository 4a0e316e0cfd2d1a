using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Commands.Csv;

namespace TsForecaster.Worker.Commands;

/// <summary>A backtest over a table or a panel, ready to fit and score, with the settings that it came to.</summary>
internal sealed class BacktestRun
{
    private readonly Func<IProgress<double>, CancellationToken, BacktestFit> _fit;
    private readonly Func<BacktestFit, IProgress<double>, CancellationToken, BacktestResult> _score;
    private readonly Func<BacktestFit, IProgress<double>, CancellationToken, IReadOnlyList<BaselineScores>> _compare;
    private readonly string _file;

    private BacktestRun(
        string file,
        IReadOnlyList<(string, object?)> settings,
        Func<IProgress<double>, CancellationToken, BacktestFit> fit,
        Func<BacktestFit, IProgress<double>, CancellationToken, BacktestResult> score,
        Func<BacktestFit, IProgress<double>, CancellationToken, IReadOnlyList<BaselineScores>> compare) =>
        (_file, Settings, _fit, _score, _compare) = (file, settings, fit, score, compare);

    /// <summary>Name and value of all that was chosen or given, for the report.</summary>
    public IReadOnlyList<(string Key, object? Value)> Settings { get; }

    /// <summary>See <see cref="BacktestOutcome.Subject"/>.</summary>
    public required string Subject { get; init; }

    /// <summary>See <see cref="BacktestOutcome.Unit"/>.</summary>
    public required string Unit { get; init; }

    /// <summary>See <see cref="BacktestOutcome.Season"/>.</summary>
    public required int Season { get; init; }

    /// <summary>See <see cref="BacktestOutcome.Times"/>.</summary>
    public IReadOnlyList<long>? Times { get; init; }

    /// <exception cref="FailureException">The table does not hold what the split or the windows need.</exception>
    public static BacktestRun OfTable(SeriesTable table, IReadOnlyList<double[]> known, BacktestRequest request)
    {
        DataSplit split = request.Split ?? Default(table.Rows);
        if (split.Rows > table.Rows)
        {
            throw new FailureException($"{table.File} has {table.Rows} rows, the split {split.Train},{split.Valid},{split.Test} needs {split.Rows}");
        }

        ModelSettings model = request.Resolve(split.Train);
        WindowShape shape = Models.Shape(model, table.Columns.Count, request.Joint);
        bool fitOnValid = request.FitOnValid || request.RefitEvery > 0;
        int fitted = split.Train + (fitOnValid ? split.Valid : 0);
        ReadOnlyMemory<double>[] histories = Models.Histories(table.Columns.Select(column => column[..fitted]), request.Joint);
        foreach (ReadOnlyMemory<double>[] share in request.IsAuto ? [] : request.PerSeries ? histories.Select(history => new[] { history }) : [histories])
        {
            Models.CheckWindows(table.File, share, shape, model.FitOptions.Components);
        }

        if (split.Test < model.Future)
        {
            throw new FailureException($"{table.File}: {split.Test} test rows are fewer than --future {model.Future}");
        }

        Models.CheckSeason(table.File, model.Season, split.Train);

        CovariateSource covariates = request.Covariates.For(table);
        Backtest backtest = new(
            [.. table.Columns.Select(column => new ReadOnlyMemory<double>(column))],
            new BacktestOptions
            {
                Shape = request.IsAuto ? new WindowShape(1, model.Future) : shape,
                Search = request.IsAuto ? (request.PastGiven ? model : model with { Past = null }).Search(request.Budget) : null,
                Split = split,
                Normalisation = model.Normalisation,
                Fit = model.FitOptions,
                Stride = request.Stride,
                Season = model.Season,
                Standardise = request.Standardise,
                PerSeries = request.PerSeries,
                Joint = request.Joint,
                FitOnValid = fitOnValid,
                RefitEvery = request.RefitEvery,
                Regression = covariates.Regression(model.Season),
                Covariates = covariates.Rows(table, known),
            },
            table.Names);
        IReadOnlyList<(string, object?)> settings =
        [
            ("data", Path.GetFileName(table.File)),
            ("values", table.Names.ToArray()),
            .. request.IsAuto
                ? [("future", model.Future), ("season", model.Season), ("components", "auto"), ("budget", request.Budget), ("seed", model.Seed)]
                : Describe(model),
            ("split", new[] { split.Train, split.Valid, split.Test }),
            ("stride", request.Stride),
            ("standardise", request.Standardise),
            ("per_series", request.PerSeries),
            ("joint", request.Joint),
            .. request.Covariates.IsEmpty ? Array.Empty<(string, object?)>() :
            [
                ("covariates", request.Covariates.Names),
                ("zone", request.Covariates.Zone),
                ("holidays", request.Covariates.Holidays.Select(date => date.ToString(ModelSettings.DateFormat, CultureInfo.InvariantCulture)).ToArray()),
            ],
            ("final_fit", fitOnValid ? "train+valid" : "train"),
            ("refit_every", request.RefitEvery),
        ];
        IReadOnlyList<BaselineMethod> baselines = BaselineMethod.All(model.Season);
        return new BacktestRun(
            table.File,
            settings,
            backtest.Fit,
            (fit, share, stop) => backtest.Score(fit, ScoredPart.Test, share, stop),
            (fit, share, stop) => backtest.ScoreBaselines(fit, baselines, ScoredPart.Test, share, stop))
        {
            Subject = table.Names.Count <= 3 ? string.Join(", ", table.Names) : $"{table.Names.Count} columns of {Path.GetFileName(table.File)}",
            Unit = request.Standardise ? "training standard deviations" : table.Names.Count == 1 ? table.Names[0] : "value",
            Season = model.Season,
            Times = table.Times,
        };
    }

    /// <summary>The test panel's series are found by id; of each the first F values count.</summary>
    /// <exception cref="FailureException">A series of the test panel is missing, or no series holds a window.</exception>
    public static BacktestRun OfPanel(string trainFile, string testFile, BacktestRequest request)
    {
        PanelTable train = PanelTable.Read(trainFile);
        PanelTable test = PanelTable.Read(testFile);
        Dictionary<string, double[]> later = test.Ids.Zip(test.Series).ToDictionary(series => series.First, series => series.Second, StringComparer.Ordinal);
        ModelSettings model = request.Resolve(train.Series.Max(series => series.Length));
        ReadOnlyMemory<double>[] histories = [.. train.Series.Select(series => new ReadOnlyMemory<double>(series))];
        ReadOnlyMemory<double>[] futures = [.. train.Ids.Select(id => later.TryGetValue(id, out double[]? series)
            ? new ReadOnlyMemory<double>(series, 0, Math.Min(series.Length, model.Future))
            : throw new FailureException($"{testFile} has no series \"{id}\", which {trainFile} has"))];
        WindowShape shape = model.Shape;
        if (!request.IsAuto)
        {
            ReadOnlyMemory<double>[] given = Array.ConvertAll(histories, series => request.History > 0 ? series[^Math.Min(series.Length, request.History)..] : series);
            foreach (ReadOnlyMemory<double>[] share in request.PerSeries ? given.Select(series => new[] { series }) : [given])
            {
                Models.CheckWindows(trainFile, share, shape, model.FitOptions.Components);
            }
        }

        PanelBacktest backtest = new(
            histories,
            futures,
            new PanelOptions
            {
                Shape = shape,
                Normalisation = model.Normalisation,
                Fit = model.FitOptions,
                Season = model.Season,
                Point = request.IsAuto ? PointForecast.Median : PointForecast.Mean,
                Search = request.IsAuto ? new PanelSearchOptions { Future = model.Future, Past = request.PastGiven ? model.Past : null, Seed = model.FitOptions.Seed } : null,
                PerSeries = request.PerSeries,
                History = request.History,
            },
            train.Ids);
        IReadOnlyList<(string, object?)> settings =
        [
            ("panel", Path.GetFileName(trainFile)),
            ("panel_test", Path.GetFileName(testFile)),
            ("history", request.History),
            .. request.IsAuto ? [("future", model.Future), ("season", model.Season), ("components", "auto"), ("seed", model.Seed)] : Describe(model),
            ("per_series", request.PerSeries),
        ];
        IReadOnlyList<BaselineMethod> baselines = BaselineMethod.All(model.Season);
        return new BacktestRun(trainFile, settings, backtest.Fit, backtest.Score, (fit, share, stop) => backtest.ScoreBaselines(fit, baselines, share, stop))
        {
            Subject = $"{train.Ids.Count} series of {Path.GetFileName(trainFile)}",
            Unit = "value",
            Season = model.Season,
        };
    }

    /// <exception cref="FailureException">There is too little to choose by, or a covariance stayed singular.</exception>
    public BacktestFit Fit(IProgress<double> share, CancellationToken stop)
    {
        BacktestFit fit = _fit(share, stop);
        return fit.Succeeded ? fit
            : fit.Models.Count == 0 ? throw new FailureException($"{_file}: the rows before TEST, or what is observed of them, are too few to choose by how to forecast")
            : throw new FailureException($"{_file}: no mixture could be fitted, a covariance stayed singular; fewer components, a larger ridge or another covariance may help");
    }

    public BacktestResult Score(BacktestFit fit, IProgress<double> share, CancellationToken stop) => _score(fit, share, stop);

    /// <summary>Scores of simple methods on the same values.</summary>
    public IReadOnlyList<BaselineScores> Compare(BacktestFit fit, IProgress<double> share, CancellationToken stop) => _compare(fit, share, stop);

    private static DataSplit Default(int rows)
    {
        int valid = rows / 10;
        int test = rows / 5;
        return new DataSplit(rows - valid - test, valid, test);
    }

    private static IEnumerable<(string, object?)> Describe(ModelSettings model) =>
    [
        ("past", model.Shape.Past),
        ("future", model.Future),
        ("season", model.Season),
        ("components", model.FitOptions.Components),
        ("covariance", model.Covariance.ToString().ToLowerInvariant()),
        ("centring", model.Centring.ToString().ToLowerInvariant()),
        ("scaling", model.Scaling.ToString().ToLowerInvariant()),
        ("ridge", model.Ridge),
        ("max_iterations", model.MaxIterations),
        ("tolerance", model.Tolerance),
        ("starts", model.Starts),
        ("seed", model.Seed),
    ];
}
