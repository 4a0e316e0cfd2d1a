using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Everything that a forecast needs: the shape of the windows, how they were normalised, and their joint density.
/// Immutable; saved and loaded by <see cref="ModelFile"/>.
/// </summary>
public sealed class ForecastModel
{
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
    public string Id => throw null!;

    /// <summary>Fits the windows of a history.</summary>
    /// <returns>The model, or null with a report that says why.</returns>
    public static (ForecastModel? Model, FitReport Report) Fit(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, FitOptions options, CancellationToken cancellation = default) =>
        throw null!;
}
