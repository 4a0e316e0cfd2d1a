using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Everything that a forecast needs: the shape of the windows, how they were normalised, and their joint density.
/// Immutable; saved and loaded by <see cref="ModelFile"/>.
/// </summary>
public sealed class ForecastModel
{
    private string? _id;

    /// <exception cref="ArgumentException">The mixture's dimension is not the shape's.</exception>
    public ForecastModel(WindowShape shape, Normalisation normalisation, GaussianMixture mixture, FitReport report)
    {
        if (mixture.Dimension != shape.Dimension)
        {
            throw new ArgumentException($"the mixture has dimension {mixture.Dimension}, the windows {shape.Dimension}", nameof(mixture));
        }

        (Shape, Normalisation, Mixture, Report) = (shape, normalisation, mixture, report);
    }

    public WindowShape Shape { get; }

    public Normalisation Normalisation { get; }

    public GaussianMixture Mixture { get; }

    public FitReport Report { get; }

    /// <summary>Twelve hexadecimal digits of a hash of the parameters: the same model has the same id everywhere.</summary>
    public string Id => _id ??= ModelContent.Identify(this);

    /// <summary>Fits the windows of one or several histories, which share the model.</summary>
    /// <returns>The model, or null with a report that says why.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or there are fewer complete windows than components.</exception>
    /// <exception cref="OperationCanceledException">Asked for, between two iterations.</exception>
    public static (ForecastModel? Model, FitReport Report) Fit(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, FitOptions options, CancellationToken cancellation = default)
    {
        FitResult fit = ExpectationMaximization.Fit(WindowSet.Over(histories, shape, normalisation), options, cancellation);
        return (fit.Mixture is null ? null : new ForecastModel(shape, normalisation, fit.Mixture, fit.Report), fit.Report);
    }
}
