using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Commands;

/// <summary>Fitting and loading models for the commands, with complaints that name the file.</summary>
internal static class Models
{
    /// <summary>The windows of columns by themselves, or of all together.</summary>
    public static WindowShape Shape(ModelSettings settings, int columns, bool joint) => joint ? new WindowShape(settings.Shape.Past, settings.Future, columns) : settings.Shape;

    /// <summary>Columns as histories of their own, or together as the channels of one.</summary>
    public static ReadOnlyMemory<double>[] Histories(IEnumerable<double[]> columns, bool joint)
    {
        ReadOnlyMemory<double>[] apart = [.. columns.Select(column => new ReadOnlyMemory<double>(column))];
        return joint ? [JoinedHistory.Of(apart)] : apart;
    }

    /// <exception cref="FailureException">The model has channels, and another number of columns was named.</exception>
    public static void CheckChannels(ForecastModel model, int columns)
    {
        if (model.Channels > 1 && model.Channels != columns)
        {
            throw new FailureException($"the model has {model.Channels} channels, --values names {columns} columns");
        }

        if (model.Covariates is not null && columns > 1)
        {
            throw new FailureException($"the model has effects of covariates on one series, --values names {columns} columns");
        }
    }

    /// <exception cref="FailureException">No season is whole in the rows that are learned from.</exception>
    public static void CheckSeason(string file, int season, int rows)
    {
        if (season > 1 && season >= rows)
        {
            throw new FailureException($"{file}: --season {season} is longer than what is learned from, {rows} rows");
        }
    }

    /// <summary>Fits one model to the windows of all columns; jointly, they are the channels of one history.</summary>
    /// <exception cref="FailureException">There are too few windows, or a covariance stayed singular.</exception>
    public static ForecastModel Fit(string file, IReadOnlyList<double[]> columns, ModelSettings settings, bool joint, CancellationToken cancellation)
    {
        WindowShape shape = Shape(settings, columns.Count, joint);
        ReadOnlyMemory<double>[] histories = Histories(columns, joint);
        CheckWindows(file, histories, shape, settings.FitOptions.Components);
        (ForecastModel? model, FitReport report) = ForecastModel.Fit(histories, shape, settings.Normalisation, settings.FitOptions, cancellation);
        return model ?? throw new FailureException($"{file}: no mixture could be fitted, a covariance stayed singular after {report.RidgeEscalations} ridge escalations; fewer components, a larger ridge or another covariance may help");
    }

    /// <summary>Fits a model of one column whose covariates are known.</summary>
    /// <exception cref="FailureException">There are too few rows, or a covariance stayed singular.</exception>
    public static ForecastModel Fit(string file, double[] column, ReadOnlyMemory<double> covariates, ModelSettings settings, CovariateRegression regression, CancellationToken cancellation)
    {
        CheckWindows(file, [column], settings.Shape, settings.FitOptions.Components);
        return (ForecastRecipe.Of(settings.Shape, settings.Normalisation, settings.FitOptions) with { Regression = regression }).Fit(column, covariates, cancellation)
            ?? throw new FailureException($"{file}: no mixture could be fitted: {column.Length} rows may be too few for the effects of {regression.Count} covariates, or a covariance stayed singular");
    }

    /// <summary>Chooses how to forecast on the last rows, and fits one model so to all of them.</summary>
    /// <exception cref="FailureException">There is too little to choose by.</exception>
    public static (ForecastModel Model, SelectionResult Choice) Choose(string file, IReadOnlyList<double[]> histories, SelectionTask task, IProgress<double> progress, CancellationToken cancellation)
    {
        ReadOnlyMemory<double>[] series = Histories(histories, joint: false);
        return ModelSelection.TryChoose(series, task, out SelectionResult? choice, progress, cancellation) && FitAs(choice.Recipes, series, task.Covariates, cancellation) is { } model
            ? (model, choice)
            : throw new FailureException($"{file}: {series[0].Length} rows, or what is observed of them, are too few to choose by how to forecast {task.Future}");
    }

    private static ForecastModel? FitAs(IReadOnlyList<ForecastRecipe> recipes, ReadOnlyMemory<double>[] series, ReadOnlyMemory<double> covariates, CancellationToken cancellation) =>
        recipes.Count == 1 ? recipes[0].Fit(series[0], covariates, cancellation) : ForecastRecipe.Mean(recipes).Fit(series, cancellation);

    /// <exception cref="FailureException">There are fewer windows to learn from than components, or none.</exception>
    public static void CheckWindows(string file, IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, int components)
    {
        int longest = histories.Max(history => history.Length) / shape.Channels, window = shape.Steps;
        if (longest < window)
        {
            throw new FailureException($"{file}: a window of past {shape.Past} + future {shape.Future} = {window} rows does not fit into {longest} rows");
        }

        int windows = WindowSet.Over(histories, shape, Normalisation.None, missing: new MissingValues()).Count;
        if (windows == 0)
        {
            throw new FailureException($"{file}: missing values leave not one window of {window} rows with half of its past and half of its future");
        }

        if (components > windows)
        {
            throw new FailureException($"{file}: {components} components need at least as many windows, and there are {windows}");
        }
    }

    /// <summary>One density of a model, counted from 1.</summary>
    /// <exception cref="UsageException">There is none of that number.</exception>
    public static WindowModel Member(ForecastModel model, int number) => number >= 1 && number <= model.Members.Count
        ? model.Members[number - 1]
        : throw new UsageException($"--member {number}: the model has {model.Members.Count}, counted from 1");

    /// <exception cref="FailureException">The file cannot be opened, or is not a whole model of a known version.</exception>
    public static ForecastModel Load(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return ModelFile.Load(stream);
        }
        catch (ModelFileException e)
        {
            throw new FailureException($"{file}: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FailureException($"{file} does not exist", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{file} cannot be read: {e.Message}", e);
        }
    }
}
