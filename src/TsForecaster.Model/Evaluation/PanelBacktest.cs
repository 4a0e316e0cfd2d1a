using TsForecaster.Model.Evaluation.Baselines;
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
}

/// <summary>
/// Many series, each with its own length: one model for the windows of all of them, one forecast from each series' end (the
/// layout of the M4 competition). Series shorter than a window are not fitted to, but are forecast, what is before their start
/// being missing. With equal horizons the scores are the competition's averages over series.
/// </summary>
public sealed class PanelBacktest
{
    private readonly PanelOptions _options;
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

        _options = options;
        _train = [.. train.Select(series => series.ToArray())];
        _series = [.. train.Zip(test, (before, after) => (double[])[.. before.Span, .. after.Span])];
        _seasonalErrors = Array.ConvertAll(_train, series => SeasonalNaive.InSampleError(series, options.Season));
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
    public BacktestFit Fit(CancellationToken cancellation = default)
    {
        (ForecastModel? model, FitReport report) = ForecastModel.Fit(Array.ConvertAll(_train, series => new ReadOnlyMemory<double>(series)), _options.Shape, _options.Normalisation, _options.Fit, cancellation);
        return new BacktestFit([model], [report]);
    }

    /// <summary>One forecast from each series' end; <see cref="Scores.Owa"/> compares with Naive2.</summary>
    /// <inheritdoc cref="Backtest.Score"/>
    public BacktestResult Score(BacktestFit fit, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var forecaster = new Forecaster(fit.Models[0] ?? throw new ArgumentException("the fit has no model; its report says why"));
        BacktestTally[] tallies = ScoringRun.Score(_train.Length, i => ScoreSeries(forecaster, i), progress, cancellation);
        var overall = new BacktestTally(_options.Shape.Future, _options.Point);
        var columns = new ColumnScores[tallies.Length];
        for (int i = 0; i < tallies.Length; i++)
        {
            columns[i] = new ColumnScores(_names[i], tallies[i].ForecastScores, tallies[i].NaiveScores);
            overall.Merge(tallies[i]);
        }

        return overall.Result(columns);
    }

    /// <summary>Scores simple methods, each fitted to every series by itself.</summary>
    /// <inheritdoc cref="Score"/>
    public IReadOnlyList<BaselineScores> ScoreBaselines(BacktestFit fit, IReadOnlyList<BaselineMethod> methods, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ForecastModel model = fit.Models[0] ?? throw new ArgumentException("the fit has no model; its report says why");
        return BaselineWalk.Score(
            methods,
            _train.Length,
            (method, i) => BaselineWalk.Along(method, At(i).HasPast(model.Reach) ? [(At(i), _train[i].Length)] : [], _options.Shape.Future, _options.Point),
            progress,
            cancellation);
    }

    private SeriesOrigin At(int i) => new(_names[i], _series[i], _train[i].Length, _series[i].Length - _train[i].Length, _seasonalErrors[i]);

    private BacktestTally ScoreSeries(Forecaster forecaster, int i)
    {
        var tally = new BacktestTally(_options.Shape.Future, _options.Point);
        tally.Add(forecaster, At(i), _options.Season, ScoredForecast.ExampleAt(i, _train.Length) is not null);
        return tally;
    }
}
