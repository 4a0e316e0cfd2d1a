using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Fits on the first rows of a table and scores on later ones. Columns are separate series, or the channels of one. Forecasts of a part start at its
/// first row, with a past that reaches P rows back into the part before it, and end where F rows are no longer left; errors are
/// averaged over origins × steps × columns. Fitting and scoring are two calls, so that a caller can time them.
/// </summary>
public sealed class Backtest
{
    private readonly BacktestOptions _options;
    private readonly double[][] _columns;
    private readonly ReadOnlyMemory<double>[] _histories;
    private readonly int _channels;
    private readonly double[] _seasonalErrors;
    private readonly string[] _names;

    /// <param name="columns">One series each, NaN where missing; copied.</param>
    /// <param name="options">What to do.</param>
    /// <param name="names">Of the columns; numbered when left out.</param>
    /// <exception cref="ArgumentException">The options contradict each other or the data; the message says what is allowed.</exception>
    public Backtest(IReadOnlyList<ReadOnlyMemory<double>> columns, BacktestOptions options, IReadOnlyList<string>? names = null)
    {
        Check(columns, options);
        _options = options;
        _names = [.. names ?? [.. Enumerable.Range(1, columns.Count).Select(i => $"column {i}")]];
        if (_names.Length != columns.Count)
        {
            throw new ArgumentException($"there are {columns.Count} columns and {_names.Length} names");
        }

        _columns = [.. columns.Select(column => column[..options.Split.Rows].ToArray())];
        foreach (double[] column in _columns)
        {
            if (options.Standardise)
            {
                Standardisation.Of(column.AsSpan(0, options.Split.Train)).Apply(column);
            }
        }

        // What is forecast together has one history, of as many channels.
        ReadOnlyMemory<double>[] apart = Array.ConvertAll(_columns, column => new ReadOnlyMemory<double>(column));
        (_histories, _channels) = options.Joint ? ([JoinedHistory.Of(apart)], apart.Length) : (apart, 1);
        _seasonalErrors = Array.ConvertAll(_columns, column => SeasonalNaive.InSampleError(column.AsSpan(0, options.Split.Train), options.Season));
    }

    /// <summary>Fits one model to all columns, or one to each; with <see cref="BacktestOptions.Search"/>, what a search before the test part chose: no model at all where it had too little to choose by.</summary>
    /// <exception cref="ArgumentException">There are fewer complete windows than components, or a fit option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Asked for.</exception>
    public BacktestFit Fit(IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        Choose(progress, cancellation) is { } choices ? FitTo(FittedRows, null, choices, cancellation) : new BacktestFit([], []);

    /// <summary>Rows after the validation part are never looked at. Null when one of the searches found nothing; empty when there is none.</summary>
    private SelectionResult[]? Choose(IProgress<double>? progress, CancellationToken cancellation)
    {
        if (_options.Search is not { } task)
        {
            return [];
        }

        DataSplit split = _options.Split;
        task = task with { HeldOut = split.Valid, Regression = _options.Regression, Covariates = CovariatesUntil(split.Train + split.Valid) };
        ReadOnlyMemory<double>[] known = Until(split.Train + split.Valid);
        ReadOnlyMemory<double>[][] shares = _options.PerSeries ? [.. known.Select(column => new[] { column })] : [known];
        List<SelectionResult> choices = [];
        while (choices.Count < shares.Length)
        {
            int c = choices.Count;
            ShareOf? share = progress is null ? null : new ShareOf(progress, (double)c / shares.Length, (c + 1.0) / shares.Length);
            if (!ModelSelection.TryChoose(shares[c], task, out SelectionResult? choice, share, cancellation))
            {
                return null;
            }

            choices.Add(choice);
        }

        return [.. choices];
    }

    /// <summary>
    /// Forecasts from every origin of a part and scores what comes out, on all cores. With <see cref="BacktestOptions.RefitEvery"/> the
    /// models go on from the given fit; where a refit fails, the model before it stays.
    /// </summary>
    /// <param name="fit">Of <see cref="Fit"/>.</param>
    /// <param name="part">What is scored.</param>
    /// <param name="progress">Told the share done, possibly from several threads.</param>
    /// <param name="cancellation">Stops between two pieces of the work.</param>
    /// <exception cref="ArgumentException">A fit has no model, or the part is shorter than F.</exception>
    public BacktestResult Score(BacktestFit fit, ScoredPart part = ScoredPart.Test, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        RequireModels(fit);
        OriginSchedule schedule = Schedule(part);
        BacktestTally[] columns = Array.ConvertAll(_columns, _ => new BacktestTally(_options.Shape.Future, _options.Point));
        int refits = 0;
        foreach (Range block in schedule.Blocks())
        {
            if (block.Start.Value > 0)
            {
                fit = FitTo(schedule.RowsBehind(block.Start.Value), fit, fit.Choices, cancellation);
                refits++;
            }

            ScoreBlock(fit, schedule, block, columns, progress, cancellation);
        }

        var overall = new BacktestTally(_options.Shape.Future, _options.Point);
        foreach (BacktestTally column in columns)
        {
            overall.Merge(column);
        }

        return overall.Result([.. columns.Select((column, c) => new ColumnScores(_names[c], column.ForecastScores, column.NaiveScores))], refits);
    }

    /// <summary>Scores simple methods from the same origins, fitted on the same rows and as often.</summary>
    /// <inheritdoc cref="Score"/>
    public IReadOnlyList<BaselineScores> ScoreBaselines(BacktestFit fit, IReadOnlyList<BaselineMethod> methods, ScoredPart part = ScoredPart.Test, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        RequireModels(fit);
        OriginSchedule schedule = Schedule(part);
        return BaselineWalk.Score(
            methods,
            _columns.Length,
            (method, column) => BaselineWalk.Along(method, Origins(column), _options.Shape.Future, _options.Point),
            progress,
            cancellation);

        IEnumerable<(SeriesOrigin, int)> Origins(int column)
        {
            int reach = fit.Models[fit.Models.Count == 1 ? 0 : column]!.Reach;
            return from n in Enumerable.Range(0, schedule.Count)
                   let at = At(column, schedule.Origin(n))
                   where at.HasPast(reach)
                   select (at, schedule.RowsBehind(n));
        }
    }

    private int FittedRows => _options.Split.Train + (_options.FitOnValid || _options.RefitEvery > 0 ? _options.Split.Valid : 0);

    /// <summary>The histories of the first rows.</summary>
    private ReadOnlyMemory<double>[] Until(int rows) => Array.ConvertAll(_histories, history => history[..(rows * _channels)]);

    private ReadOnlyMemory<double> CovariatesUntil(int rows) => _options.Covariates[..(rows * (_options.Regression?.Count ?? 0))];

    /// <summary>What the covariates of all rows move a model's forecasts by; none where it has no covariates.</summary>
    private double[] EffectsOf(ForecastModel model) => model.Covariates?.Along(_options.Covariates.Span) ?? [];

    /// <summary>Of the steps that a forecast is made from and of those it is about; what lies before the first row is not known.</summary>
    private static ReadOnlySpan<double> At(double[] effects, ForecastModel model, int origin) =>
        effects.Length == 0 ? default : PaddedHistory.Last(effects.AsSpan(0, origin + model.Future), model.Reach + model.Future);

    private BacktestFit FitTo(int rows, BacktestFit? before, IReadOnlyList<SelectionResult> choices, CancellationToken cancellation)
    {
        ReadOnlyMemory<double>[] histories = Until(rows);
        IReadOnlyList<ReadOnlyMemory<double>>[] shares = _options.PerSeries ? [.. histories.Select(history => new[] { history })] : [histories];
        if (choices.Count > 0)
        {
            ForecastModel?[] chosen = [.. shares.SelectMany((share, i) => _options.Regression is null
                ? ForecastRecipe.Fit(choices[i].Recipes, share, cancellation)
                : [choices[i].Recipes[0].Fit(share[0], CovariatesUntil(rows), cancellation)])];
            return new BacktestFit([.. chosen.Select((model, i) => model ?? before?.Models[i])], [.. chosen.Select(model => model?.Members[0].Report ?? FitReport.None)]) { Choices = choices };
        }

        var models = new ForecastModel?[shares.Length];
        var reports = new FitReport[shares.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            ForecastModel? last = before?.Models[i];
            (models[i], reports[i]) = FitOne(shares[i], rows, last, cancellation);
            models[i] ??= last;
        }

        return new BacktestFit(models, reports);
    }

    private (ForecastModel? Model, FitReport Report) FitOne(IReadOnlyList<ReadOnlyMemory<double>> share, int rows, ForecastModel? last, CancellationToken cancellation)
    {
        if (_options.Regression is { } regression)
        {
            ForecastRecipe recipe = ForecastRecipe.Of(_options.Shape, _options.Normalisation, _options.Fit) with { Regression = regression };
            ForecastModel? model = (last is null ? recipe : recipe.From(last)).Fit(share[0], CovariatesUntil(rows), cancellation);
            return (model, model?.Members[0].Report ?? FitReport.None);
        }

        // A mixture that lost components cannot be gone on from with all of them. What the others lead into may be no dead end for a start afresh.
        if (last?.Members[0].Mixture is { } from && from.Components == _options.Fit.Components
            && ForecastModel.Fit(share, _options.Shape, _options.Normalisation, _options.Fit with { InitialMixture = from }, cancellation) is { Model: not null } further)
        {
            return further;
        }

        return ForecastModel.Fit(share, _options.Shape, _options.Normalisation, _options.Fit, cancellation);
    }

    private OriginSchedule Schedule(ScoredPart part)
    {
        DataSplit split = _options.Split;
        bool test = part == ScoredPart.Test;
        (int first, int rows) = test ? (split.Train + split.Valid, split.Test) : (split.Train, split.Valid);
        RequireRows(rows, test ? "test" : "validation", _options.Shape.Future, "F");
        return new OriginSchedule(first, ((rows - _options.Shape.Future) / _options.Stride) + 1, _options.Stride, test ? _options.RefitEvery : 0, FittedRows);
    }

    private SeriesOrigin At(int column, int origin) => new(_names[column], _columns[column], origin, _options.Shape.Future, _seasonalErrors[column]);

    private void ScoreBlock(BacktestFit fit, OriginSchedule schedule, Range block, BacktestTally[] columns, IProgress<double>? progress, CancellationToken cancellation)
    {
        Forecaster[] forecasters = [.. fit.Models.Select(model => new Forecaster(model!))];
        double[][] effects = [.. forecasters.Select(forecaster => EffectsOf(forecaster.Model))];
        (int first, int last) = (block.Start.Value, block.End.Value);
        int pieces = (last - first + ScoringRun.PieceForecasts - 1) / ScoringRun.PieceForecasts;
        BacktestTally[][] tallies = ScoringRun.Score(
            pieces * _histories.Length,
            piece =>
            {
                int from = first + (piece % pieces * ScoringRun.PieceForecasts), history = piece / pieces;
                int model = forecasters.Length == 1 ? 0 : history;
                return ScorePiece(forecasters[model], effects[model], history, schedule, from, Math.Min(last, from + ScoringRun.PieceForecasts));
            },
            progress is null ? null : new ShareOf(progress, (double)first / schedule.Count, (double)last / schedule.Count),
            cancellation);
        for (int i = 0; i < tallies.Length; i++)
        {
            for (int c = 0; c < _channels; c++)
            {
                columns[(i / pieces * _channels) + c].Merge(tallies[i][c]);
            }
        }
    }

    /// <summary>Of the columns that are a history's channels.</summary>
    private BacktestTally[] ScorePiece(Forecaster forecaster, double[] effects, int history, OriginSchedule schedule, int from, int to)
    {
        BacktestTally[] tallies = [.. Enumerable.Range(0, _channels).Select(_ => new BacktestTally(_options.Shape.Future, _options.Point))];
        for (int n = from; n < to; n++)
        {
            int origin = schedule.Origin(n), reach = forecaster.Model.Reach;
            Forecast? forecast = forecaster.TryPredict(PaddedHistory.Last(_histories[history].Span[..(origin * _channels)], reach * _channels), out Forecast? made, At(effects, forecaster.Model, origin)) ? made : null;
            for (int c = 0; c < _channels; c++)
            {
                int column = (history * _channels) + c;
                SeriesOrigin at = At(column, origin);

                // The columns take turns.
                bool example = ScoredForecast.ExampleAt(n, schedule.Count) is { } number && number % _columns.Length == column;

                // A channel of which nothing was observed has no level to forecast about, whatever the others tell.
                tallies[c].Add(at.HasPast(reach) ? forecast : null, c, at, _options.Season, example);
            }
        }

        return tallies;
    }

    private static void RequireModels(BacktestFit fit)
    {
        if (!fit.Succeeded)
        {
            throw new ArgumentException("a fit has no model; its report says why");
        }
    }

    private static void Check(IReadOnlyList<ReadOnlyMemory<double>> columns, BacktestOptions options)
    {
        WindowShape shape = options.Shape;
        DataSplit split = options.Split;
        if (shape.Channels != (options.Joint ? columns.Count : 1))
        {
            throw new ArgumentException(options.Joint
                ? $"the windows of {columns.Count} columns together have as many channels, not {shape.Channels}"
                : $"a backtest's columns are separate series: windows have one channel, not {shape.Channels}");
        }

        if (options.Joint && (options.PerSeries || options.Search is not null))
        {
            throw new ArgumentException("columns together have one model, which no search chooses");
        }

        if (options.Regression is not null && (options.Joint || (columns.Count > 1 && !options.PerSeries)))
        {
            throw new ArgumentException("covariates have effects on one series: columns have a model each, or there is one");
        }

        if (options.Regression is { Count: var count } && options.Covariates.Length < (long)count * (split.Train + split.Valid + split.Test))
        {
            throw new ArgumentException($"the split {split.Train},{split.Valid},{split.Test} needs {count} covariates of every row, and there are {options.Covariates.Length} numbers");
        }

        if (options.Stride < 1 || options.Season < 1)
        {
            throw new ArgumentException($"stride ({options.Stride}) and season ({options.Season}) must be at least 1");
        }

        if (options.RefitEvery < 0)
        {
            throw new ArgumentException($"refitting every {options.RefitEvery} rows: at least 1, or 0 for never");
        }

        if (split.Valid < 0)
        {
            throw new ArgumentException($"the validation part cannot have {split.Valid} rows");
        }

        RequireRows(split.Train, "training", shape.Steps, "one window, P + F");
        RequireRows(split.Test, "test", shape.Future, "F");
        if (columns.Count == 0)
        {
            throw new ArgumentException("a backtest needs at least one column");
        }

        for (int c = 0; c < columns.Count; c++)
        {
            if (columns[c].Length < (long)split.Train + split.Valid + split.Test)
            {
                throw new ArgumentException($"the split {split.Train},{split.Valid},{split.Test} needs {(long)split.Train + split.Valid + split.Test} rows; column {c + 1} has {columns[c].Length}");
            }
        }
    }

    private static void RequireRows(int rows, string part, int least, string what)
    {
        if (rows < least)
        {
            throw new ArgumentException($"the {part} part has {rows} rows; it needs at least {least} ({what})");
        }
    }
}
