using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>The joint density of windows of one shape, and how they were normalised. Immutable.</summary>
public sealed class WindowModel
{
    private readonly Lazy<WindowForecaster> _prepared;

    /// <exception cref="ArgumentException">The mixture's dimension is not the shape's.</exception>
    public WindowModel(WindowShape shape, Normalisation normalisation, GaussianMixture mixture, FitReport report)
    {
        if (mixture.Dimension != shape.Dimension)
        {
            throw new ArgumentException($"the mixture has dimension {mixture.Dimension}, the windows {shape.Dimension}", nameof(mixture));
        }

        (Shape, Normalisation, Mixture, Report) = (shape, normalisation, mixture, report);
        _prepared = new Lazy<WindowForecaster>(() => new WindowForecaster(this));
    }

    public WindowShape Shape { get; }

    public Normalisation Normalisation { get; }

    public GaussianMixture Mixture { get; }

    public FitReport Report { get; }

    /// <summary>What queries need, computed at the first and shared by all models that this is a member of.</summary>
    internal WindowForecaster Prepared => _prepared.Value;

    /// <summary>Steps of history that a query needs.</summary>
    public int Reach => Normalisation.ReachOf(Shape);

    /// <summary>Fits the windows of one or several histories, which share the model; those too of which at least half is observed.</summary>
    /// <inheritdoc cref="Fit(IReadOnlyList{ReadOnlyMemory{double}}, WindowShape, Normalisation, FitOptions, MissingValues?, CancellationToken)"/>
    public static (WindowModel? Model, FitReport Report) Fit(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, FitOptions options, CancellationToken cancellation = default) =>
        Fit(histories, shape, normalisation, options, new MissingValues(), cancellation);

    /// <summary>Fits the windows of one or several histories, which share the model.</summary>
    /// <param name="histories">Step-major, NaN where missing.</param>
    /// <param name="shape">Of the windows.</param>
    /// <param name="normalisation">Of each window.</param>
    /// <param name="options">Of the fit.</param>
    /// <param name="missing">Which windows with missing values are learned from too; none when null.</param>
    /// <param name="cancellation">Looked at between two iterations.</param>
    /// <returns>The model, or null with a report that says why.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or there are fewer windows than components.</exception>
    /// <exception cref="OperationCanceledException">Asked for, between two iterations.</exception>
    public static (WindowModel? Model, FitReport Report) Fit(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, FitOptions options, MissingValues? missing, CancellationToken cancellation = default)
    {
        if (normalisation.Centring == Centring.History)
        {
            normalisation = shape.Channels == 1
                ? normalisation with { HistoryMean = normalisation.MeasuredOn(histories).HistoryMean }
                : throw new ArgumentException("windows of several channels have no one mean of the history", nameof(normalisation));
        }

        FitResult fit = ChannelUnits.Fit(WindowSet.Over(histories, shape, normalisation, missing: missing), histories, shape, normalisation, missing, options, cancellation);
        return (fit.Mixture is null ? null : new WindowModel(shape, normalisation, fit.Mixture, fit.Report), fit.Report);
    }
}
