using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation;

/// <summary>
/// Fits on the first rows of a table and scores on later ones. Columns are separate series. Forecasts of a part start at its
/// first row, with a past that reaches P rows back into the part before it, and end where F rows are no longer left; errors are
/// averaged over origins × steps × columns. Fitting and scoring are two calls, so that a caller can time them.
/// </summary>
public sealed class Backtest
{
    private readonly BacktestOptions _options;
    private readonly double[][] _columns;
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

        _seasonalErrors = Array.ConvertAll(_columns, column => SeasonalNaive.InSampleError(column.AsSpan(0, options.Split.Train), options.Season));
    }

    /// <summary>Fits one model to all columns, or one to each.</summary>
    /// <exception cref="ArgumentException">There are fewer complete windows than components, or a fit option is out of range.</exception>
    /// <exception cref="OperationCanceledException">Asked for.</exception>
    public BacktestFit Fit(CancellationToken cancellation = default)
    {
        int rows = _options.Split.Train + (_options.FitOnValid ? _options.Split.Valid : 0);
        ReadOnlyMemory<double>[] histories = Array.ConvertAll(_columns, column => new ReadOnlyMemory<double>(column, 0, rows));
        var fits = (_options.PerSeries ? histories.Select(history => new[] { history }) : [histories])
            .Select(share => ForecastModel.Fit(share, _options.Shape, _options.Normalisation, _options.Fit, cancellation))
            .ToArray();
        return new BacktestFit(Array.ConvertAll(fits, fit => fit.Model), Array.ConvertAll(fits, fit => fit.Report));
    }

    /// <summary>Forecasts from every origin of a part and scores what comes out, on all cores.</summary>
    /// <param name="fit">Of <see cref="Fit"/>.</param>
    /// <param name="part">What is scored.</param>
    /// <param name="progress">Told the share done, possibly from several threads.</param>
    /// <param name="cancellation">Stops between two pieces of the work.</param>
    /// <exception cref="ArgumentException">A fit has no model, or the part is shorter than F.</exception>
    public BacktestResult Score(BacktestFit fit, ScoredPart part = ScoredPart.Test, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Forecaster[] forecasters = [.. fit.Models.Select(model => new Forecaster(model ?? throw new ArgumentException("a fit has no model; its report says why")))];
        DataSplit split = _options.Split;
        (int first, int rows) = part == ScoredPart.Test ? (split.Train + split.Valid, split.Test) : (split.Train, split.Valid);
        RequireRows(rows, part == ScoredPart.Test ? "test" : "validation", _options.Shape.Future, "F");

        int origins = ((rows - _options.Shape.Future) / _options.Stride) + 1;
        int pieces = (origins + ScoringRun.PieceForecasts - 1) / ScoringRun.PieceForecasts;
        BacktestTally[] tallies = ScoringRun.Score(
            pieces * _columns.Length,
            piece => ScorePiece(forecasters, piece / pieces, first, (piece % pieces) * ScoringRun.PieceForecasts, origins),
            progress,
            cancellation);

        var overall = new BacktestTally(_options.Shape.Future, _options.Point);
        var columns = new ColumnScores[_columns.Length];
        for (int c = 0; c < columns.Length; c++)
        {
            var column = new BacktestTally(_options.Shape.Future, _options.Point);
            foreach (BacktestTally tally in tallies.AsSpan(c * pieces, pieces))
            {
                column.Merge(tally);
            }

            columns[c] = new ColumnScores(_names[c], column.ForecastScores, column.NaiveScores);
            overall.Merge(column);
        }

        return overall.Result(columns);
    }

    private BacktestTally ScorePiece(Forecaster[] forecasters, int column, int first, int from, int origins)
    {
        var tally = new BacktestTally(_options.Shape.Future, _options.Point);
        Forecaster forecaster = forecasters[forecasters.Length == 1 ? 0 : column];
        for (int n = from; n < Math.Min(from + ScoringRun.PieceForecasts, origins); n++)
        {
            int origin = first + (n * _options.Stride);
            tally.Add(forecaster, _columns[column].AsSpan(0, origin), _columns[column].AsSpan(origin, _options.Shape.Future), _options.Season, _seasonalErrors[column]);
        }

        return tally;
    }

    private static void Check(IReadOnlyList<ReadOnlyMemory<double>> columns, BacktestOptions options)
    {
        WindowShape shape = options.Shape;
        DataSplit split = options.Split;
        if (shape.Channels != 1)
        {
            throw new ArgumentException($"a backtest's columns are separate series: windows have one channel, not {shape.Channels}");
        }

        if (options.Stride < 1 || options.Season < 1)
        {
            throw new ArgumentException($"stride ({options.Stride}) and season ({options.Season}) must be at least 1");
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
