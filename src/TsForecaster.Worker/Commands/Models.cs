using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Commands;

/// <summary>Fitting and loading models for the commands, with complaints that name the file.</summary>
internal static class Models
{
    /// <summary>The windows of histories by themselves, or of all together.</summary>
    public static WindowShape Shape(ModelSettings settings, IReadOnlyList<double[]> histories, bool joint) => joint ? new WindowShape(settings.Shape.Past, settings.Future, histories.Count) : settings.Shape;

    /// <summary>Fits one model to the windows of all histories; jointly, they are the channels of one.</summary>
    /// <exception cref="FailureException">There are too few windows, or a covariance stayed singular.</exception>
    public static ForecastModel Fit(string file, IReadOnlyList<double[]> histories, ModelSettings settings, bool joint, CancellationToken cancellation)
    {
        WindowShape shape = Shape(settings, histories, joint);
        Normalisation normalisation = settings.Normalisation;
        ReadOnlyMemory<double>[] series = [.. histories.Select(history => new ReadOnlyMemory<double>(history))];
        series = joint ? [JoinedHistory.Of(series)] : series;
        CheckWindows(file, histories, settings, joint);
        (ForecastModel? model, FitReport report) = ForecastModel.Fit(series, shape, normalisation, settings.FitOptions, cancellation);
        return model ?? throw new FailureException($"{file}: no mixture could be fitted, a covariance stayed singular after {report.RidgeEscalations} ridge escalations; fewer components, a larger ridge or another covariance may help");
    }

    /// <summary>Chooses how to forecast on the last rows, and fits one model so to all of them.</summary>
    /// <exception cref="FailureException">There is too little to choose by.</exception>
    public static (ForecastModel Model, SelectionResult Choice) Choose(string file, IReadOnlyList<double[]> histories, SelectionTask task, IProgress<double> progress, CancellationToken cancellation)
    {
        ReadOnlyMemory<double>[] series = [.. histories.Select(history => new ReadOnlyMemory<double>(history))];
        return ModelSelection.TryChoose(series, task, out SelectionResult? choice, progress, cancellation) && ForecastRecipe.Mean(choice.Recipes).Fit(series, cancellation) is { } model
            ? (model, choice)
            : throw new FailureException($"{file}: {series[0].Length} rows, or what is observed of them, are too few to choose by how to forecast {task.Future}");
    }

    /// <exception cref="FailureException">There are fewer windows to learn from than components, or none.</exception>
    public static void CheckWindows(string file, IReadOnlyList<double[]> histories, ModelSettings settings, bool joint = false)
    {
        int longest = histories.Max(history => history.Length);
        WindowShape shape = Shape(settings, histories, joint);
        int window = shape.Steps, components = settings.FitOptions.Components;
        if (longest < window)
        {
            throw new FailureException($"{file}: a window of past {shape.Past} + future {shape.Future} = {window} rows does not fit into {longest} rows");
        }

        ReadOnlyMemory<double>[] series = [.. histories.Select(history => new ReadOnlyMemory<double>(history))];
        int windows = WindowSet.Over(joint ? [JoinedHistory.Of(series)] : series, shape, Normalisation.None, missing: new MissingValues()).Count;
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
