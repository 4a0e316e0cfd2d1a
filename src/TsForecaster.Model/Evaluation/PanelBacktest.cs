using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Evaluation.Panels;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>What a backtest over a panel of series does.</summary>
public sealed record PanelOptions
{
    /// <summary>P and F; one channel.</summary>
    public required WindowShape Shape { get; init; }

    /// <summary>Series of different size share a model: the default divides each window by the scale of its past.</summary>
    public Normalisation Normalisation { get; init; } = new(Centring.Mean, Scaling.StandardDeviation);

    public FitOptions Fit { get; init; } = new();

    /// <summary>m of the seasonal naive and of MASE and MSIS.</summary>
    public int Season { get; init; } = 1;

    public PointForecast Point { get; init; } = PointForecast.Mean;

    /// <summary>Choose the model by a search, which takes all of its settings but <see cref="Season"/> and F from here.</summary>
    public PanelSearchOptions? Search { get; init; }

    /// <summary>Fit a model to every series by itself, instead of one to the windows of all.</summary>
    public bool PerSeries { get; init; }

    /// <summary>
    /// Only so many of the last training values of every series are given to fits and forecasts (and to simple methods); 0 for all. What MASE and
    /// MSIS divide by, and Naive2, stay those of the whole training part, so that scores compare.
    /// </summary>
    public int History { get; init; }
}

/// <summary>
/// Many series, each with its own length: one model for the windows of all of them, one forecast from each series' end (the
/// layout of the M4 competition). Series shorter than a window are not fitted to, but are forecast, what is before their start
/// being missing. With equal horizons the scores are the competition's averages over series.
/// </summary>
public sealed class PanelBacktest
{
    private readonly PanelOptions _options;
    private readonly ReadOnlyMemory<double>[] _whole;
    private readonly double[][] _train;
    private readonly double[][] _series;
    private readonly double[] _seasonalErrors;
    private readonly string[] _names;

    /// <param name="train">One series each, its own length.</param>
    /// <param name="test">What came after, in the same order: between 1 and F values each.</param>
    /// <param name="options">What to do.</param>
    /// <param name="names">Of the series; numbered when left out.</param>
    /// <exception cref="ArgumentException">The two do not match, or contradict the options.</exception>
    public PanelBacktest(IReadOnlyList<ReadOnlyMemory<double>> train, IReadOnlyList<ReadOnlyMemory<double>> test, PanelOptions options, IReadOnlyList<string>? names = null)
    {
        if (train.Count == 0 || train.Count != test.Count)
        {
            throw new ArgumentException($"the training panel has {train.Count} series and the test panel {test.Count}; they must be the same, at least one");
        }

        if (options.Shape.Channels != 1 || options.Season < 1)
        {
            throw new ArgumentException($"a panel's windows have one channel, not {options.Shape.Channels}, and its season is at least 1, not {options.Season}");
        }

        if (options.PerSeries && options.Search is not null)
        {
            throw new ArgumentException("a search pools the series, so it cannot fit each by itself");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(options.History);
        (_options, _whole) = (options, [.. train]);
        _train = [.. train.Select(series => series[(options.History > 0 ? Math.Max(0, series.Length - options.History) : 0)..].ToArray())];
        _series = [.. _train.Zip(test, (before, after) => (double[])[.. before, .. after.Span])];
        _seasonalErrors = [.. train.Select(series => SeasonalNaive.InSampleError(series.Span, options.Season))];
        _names = [.. names ?? [.. Enumerable.Range(1, train.Count).Select(i => $"series {i}")]];
        if (_names.Length != train.Count)
        {
            throw new ArgumentException($"there are {train.Count} series and {_names.Length} names");
        }

        for (int i = 0; i < _train.Length; i++)
        {
            if (train[i].Length == 0 || test[i].Length == 0 || test[i].Length > options.Shape.Future)
            {
                throw new ArgumentException($"{_names[i]} has {train[i].Length} training and {test[i].Length} test values; it needs at least one of each, and no more than F = {options.Shape.Future} of the latter");
            }
        }
    }

    /// <inheritdoc cref="Backtest.Fit"/>
    public BacktestFit Fit(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ReadOnlyMemory<double>[] histories = Array.ConvertAll(_train, series => new ReadOnlyMemory<double>(series));
        if (_options.Search is { } search)
        {
            search = search with { Future = _options.Shape.Future, Season = _options.Season };
            return new BacktestFit([], []) { Selection = new PanelSearch(histories, search).Run(progress, cancellation) };
        }

        ReadOnlyMemory<double>[][] parts = _options.PerSeries ? [.. histories.Select(history => new[] { history })] : [histories];
        FitOptions options = _options.PerSeries ? _options.Fit with { Threads = 1 } : _options.Fit;
        (ForecastModel? Model, FitReport Report)[] fits = ScoringRun.Score(parts.Length, i => ForecastModel.Fit(parts[i], _options.Shape, _options.Normalisation, options, cancellation), progress, cancellation);
        return new BacktestFit([.. fits.Select(fit => fit.Model)], [.. fits.Select(fit => fit.Report)]);
    }

    /// <summary>One forecast from each series' end; <see cref="BacktestResult.Owa"/> compares with Naive2.</summary>
    /// <inheritdoc cref="Backtest.Score"/>
    public BacktestResult Score(BacktestFit fit, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Forecaster? shared = fit.Selection is null && !_options.PerSeries ? new Forecaster(Model(fit, 0)) : null;
        BacktestTally[] tallies = ScoringRun.Score(_train.Length, i => ScoreSeries(shared ?? new Forecaster(Model(fit, i)), i), progress, cancellation);
        var overall = new BacktestTally(_options.Shape.Future, _options.Point);
        var columns = new ColumnScores[tallies.Length];
        for (int i = 0; i < tallies.Length; i++)
        {
            columns[i] = new ColumnScores(_names[i], tallies[i].ForecastScores, tallies[i].NaiveScores);
            overall.Merge(tallies[i]);
        }

        return overall.Result(columns) with { Naive2 = ScoreNaive2(), Kept = Kept(fit, columns) };
    }

    /// <summary>Scores simple methods, each fitted to every series by itself.</summary>
    /// <inheritdoc cref="Score"/>
    public IReadOnlyList<BaselineScores> ScoreBaselines(BacktestFit fit, IReadOnlyList<BaselineMethod> methods, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        return BaselineWalk.Score(
            methods,
            _train.Length,
            (method, i) => BaselineWalk.Along(method, At(i).HasPast(Reach(fit, i)) ? [(At(i), _train[i].Length)] : [], _options.Shape.Future, _options.Point),
            progress,
            cancellation);
    }

    /// <summary>The model that series i is forecast with.</summary>
    private ForecastModel Model(BacktestFit fit, int i) => fit.Selection is { } selection
        ? selection.Model.Adapt(_train[i])
        : fit.Models[_options.PerSeries ? i : 0] ?? throw new ArgumentException("the fit has no model; its report says why");

    private int Reach(BacktestFit fit, int i) => fit.Selection?.Model.Reach ?? Model(fit, i).Reach;

    /// <summary>Examples, best and worst, forecast once more: models of all series at once would not fit into memory.</summary>
    private ScoredForecast[] Kept(BacktestFit fit, ColumnScores[] columns)
    {
        int[] scored = [.. Enumerable.Range(0, columns.Length).Where(i => columns[i].Scores.Crps is not null)];
        if (scored.Length == 0)
        {
            return [];
        }

        double Relative(int i) => columns[i].Scores.Crps!.Value / (_seasonalErrors[i] > 0.0 ? _seasonalErrors[i] : 1.0);
        IEnumerable<(int Series, KeptAs As)> kept = scored.Where(i => ScoredForecast.ExampleAt(i, columns.Length) is not null).Select(i => (i, KeptAs.Example));
        kept = kept.Append((scored.MinBy(Relative), KeptAs.Best)).Append((scored.MaxBy(Relative), KeptAs.Worst));
        return
        [
            .. kept.Select(choice =>
            {
                Forecaster forecaster = new(Model(fit, choice.Series));
                SeriesOrigin at = At(choice.Series);
                return new ScoredForecast(at.Series, at.History, at.Actuals, forecaster.Predict(at.Past(forecaster.Model.Reach)), columns[choice.Series].Scores.Crps!.Value, choice.As);
            }),
        ];
    }

    private Scores ScoreNaive2()
    {
        var sum = new ScoreAccumulator();
        for (int i = 0; i < _whole.Length; i++)
        {
            double[] forecast = Naive2.Forecast(_whole[i].Span, _options.Season, _series[i].Length - _train[i].Length);
            for (int step = 0; step < forecast.Length; step++)
            {
                sum.AddPoint(_series[i][_train[i].Length + step], forecast[step], _seasonalErrors[i]);
            }
        }

        return sum.Result();
    }

    private SeriesOrigin At(int i) => new(_names[i], _series[i], _train[i].Length, _series[i].Length - _train[i].Length, _seasonalErrors[i]);

    private BacktestTally ScoreSeries(Forecaster forecaster, int i)
    {
        var tally = new BacktestTally(_options.Shape.Future, _options.Point);
        SeriesOrigin at = At(i);
        tally.Add(forecaster.TryPredict(at.Past(forecaster.Model.Reach), out Forecast? forecast) ? forecast : null, 0, at, _options.Season, example: false, keep: false);
        return tally;
    }
}
