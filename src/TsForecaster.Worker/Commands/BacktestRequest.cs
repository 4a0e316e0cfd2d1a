using System.Globalization;
using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands;

/// <summary>What the arguments of <c>backtest</c> say, before any file is opened.</summary>
internal sealed record BacktestRequest
{
    /// <summary>The mixture, P, F and season; P is meaningless unless <see cref="PastGiven"/>.</summary>
    public required ModelSettings Model { get; init; }

    public bool PastGiven { get; init; }

    public DataSplit? Split { get; init; }

    public int Stride { get; init; } = 1;

    public bool Standardise { get; init; }

    public bool PerSeries { get; init; }

    /// <summary>The columns are channels of one series, with one model of all.</summary>
    public bool Joint { get; init; }

    /// <summary>The model is chosen by a search on the training part (and the validation part, where there is one).</summary>
    public bool IsAuto { get; init; }

    /// <summary>What the search may cost, in 10⁹ operations.</summary>
    public double Budget { get; init; }

    /// <summary>Of a panel: the last so many training values of every series are given; 0 for all.</summary>
    public int History { get; init; }

    /// <summary>Columns that are forecast; of a panel 0.</summary>
    public int Columns { get; init; }

    /// <summary>What is known ahead of each row.</summary>
    public CovariateSource Covariates { get; init; } = new();

    public bool FitOnValid { get; init; }

    /// <summary>Rows from one refit to the next; 0 for none.</summary>
    public int RefitEvery { get; init; }

    /// <exception cref="UsageException">It is not three row counts.</exception>
    public static DataSplit ParseSplit(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        int[] rows = [.. parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : -1)];
        return rows.Length == 3 && rows.All(count => count >= 0) && rows.Sum(count => (long)count) <= int.MaxValue
            ? new DataSplit(rows[0], rows[1], rows[2])
            : throw new UsageException($"--split {text}: expected three row counts TRAIN,VALID,TEST, such as 8640,2880,2880");
    }

    /// <exception cref="UsageException">The arguments contradict each other.</exception>
    public void Check()
    {
        if (Joint && PerSeries)
        {
            throw new UsageException("--joint cannot be used with --per-series");
        }

        if (Joint && !Covariates.IsEmpty)
        {
            throw new UsageException("--joint cannot be used with --calendar, --holidays or --known, which have effects on one series");
        }

        if (!Covariates.IsEmpty && Columns > 1 && !PerSeries)
        {
            throw new UsageException("--calendar, --holidays and --known have effects on one series: several columns need --per-series with them");
        }

        if (Joint)
        {
            Arguments.CheckJoint(IsAuto, Model);
        }

        int window = (PastGiven ? Model.Shape.Past : 1) + Model.Future;
        if (Split is { } split && split.Train < window)
        {
            throw new UsageException($"--split: {split.Train} training rows are fewer than a window of past + future = {window} rows");
        }

        if (Split is { } parts && parts.Test < Model.Future)
        {
            throw new UsageException($"--split: {parts.Test} test rows are fewer than --future {Model.Future}");
        }
    }

    /// <summary>The given past, or the larger of 2·F and 2·season, at most a quarter of the training rows (so that there are windows to learn from).</summary>
    public ModelSettings Resolve(int trainRows) => PastGiven
        ? Model
        : Model with { Past = Math.Max(1, Math.Min(2 * Math.Max(Model.Future, Model.Season), trainRows / 4)) };
}
