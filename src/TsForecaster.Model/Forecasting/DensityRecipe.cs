using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>What of a fitted density is kept.</summary>
public enum Dependence
{
    /// <summary>All of it.</summary>
    Fitted,

    /// <summary>
    /// All of it about zero: windows and their mirror images count alike. With <see cref="Centring.Last"/> a forecast then has no drift.
    /// </summary>
    ZeroMean,

    /// <summary>
    /// All of it about one mean for all steps of a channel, as windows of a stationary series have: a forecast tends to it, and what drift there
    /// happened to be in the fitted rows is not carried on.
    /// </summary>
    OneMean,

    /// <summary>Past and future apart: the forecast is the level, with the spread of what came after it.</summary>
    Level,

    /// <summary>The same about zero: the level without drift. What of the past is missing, its neighbours tell.</summary>
    Walk,
}

/// <summary>How one density of windows is fitted: everything but the data.</summary>
public sealed record DensityRecipe
{
    /// <summary>What a report calls it.</summary>
    public required string Name { get; init; }

    public required WindowShape Shape { get; init; }

    public Normalisation Normalisation { get; init; } = new();

    public FitOptions Fit { get; init; } = new();

    public GainPenalty Penalty { get; init; } = GainPenalty.None;

    public Dependence Dependence { get; init; }

    /// <summary>Steps of history that a query needs.</summary>
    public int Reach => Normalisation.ReachOf(Shape);

    /// <summary>The fit before penalty and dependence are applied, which recipes that differ only in these share.</summary>
    public DensityRecipe Base => this with { Name = "", Penalty = GainPenalty.None, Dependence = Dependence.Fitted };

    /// <summary>Operations of a base fit to so many windows, roughly; what a budget counts.</summary>
    public double FitCost(long windows)
    {
        double d = Shape.Dimension;
        int iterations = Fit.Components == 1 ? 1 : Math.Min(Fit.MaxIterations, 30);
        return windows * d * d * Fit.Components * iterations;
    }

    /// <summary>Operations of what follows: factors and gains.</summary>
    public double FinishCost => (double)Shape.Dimension * Shape.Dimension * Shape.Dimension * Fit.Components;

    /// <summary>
    /// Fits <see cref="Base"/>, to windows of which half is observed too; null when there are too few windows, or a covariance stayed singular.
    /// </summary>
    internal WindowModel? FitBase(IReadOnlyList<ReadOnlyMemory<double>> histories, CancellationToken cancellation)
    {
        Normalisation normalisation = Measured(histories);
        MissingValues? missing = Normalisation.Seasons == 0 ? new MissingValues() : null;
        histories = missing is null ? [.. histories.Select(WithShortProfiles)] : histories;
        WindowSet windows = WindowSet.Over(histories, Shape, normalisation, missing: missing);
        if (windows.Count < Math.Max(2, Fit.Components))
        {
            return null;
        }

        FitResult fit = ChannelUnits.Fit(windows, histories, Shape, normalisation, missing, Fit, cancellation);
        return fit.Mixture is null ? null : new WindowModel(Shape, normalisation, fit.Mixture, fit.Report);
    }

    /// <summary>Differences within a short past are often all zero, so that their scale needs a floor.</summary>
    private Normalisation Measured(IReadOnlyList<ReadOnlyMemory<double>> histories) =>
        Shape.Channels == 1 && (Normalisation.Scaling == Scaling.SeasonalDifference || Normalisation.Centring == Centring.History) ? Normalisation.MeasuredOn(histories) : Normalisation;

    /// <summary>
    /// A profile is averaged over the seasons there are: one will do. The history is preceded by missing values, so that windows begin as early. Gaps much shorter than a forecast are bridged; what is missing of a profile is nobody's to estimate.
    /// </summary>
    private ReadOnlyMemory<double> WithShortProfiles(ReadOnlyMemory<double> history)
    {
        int missing = Normalisation.Season * (Normalisation.Seasons - 1) * Shape.Channels;
        double[] bridged = FilledHistory.Bridged(history.Span, Shape);
        return PaddedHistory.Last(bridged, missing + bridged.Length).ToArray();
    }

    /// <summary>The density from its base fit; null when it cannot be factored.</summary>
    internal WindowModel? Finish(WindowModel fitted) =>
        (Dependence == Dependence.Fitted ? fitted : Restrict(fitted)) is { } restricted ? Penalty.Apply(restricted) : null;

    private WindowModel? Restrict(WindowModel model)
    {
        int d = Shape.Dimension, past = Shape.PastDimension;
        bool apart = Dependence is Dependence.Level or Dependence.Walk;
        GaussianMixture? restricted = model.Mixture.Revise((mean, covariance) =>
        {
            double[] kept = Dependence switch
            {
                Dependence.ZeroMean or Dependence.Walk => new double[d],
                Dependence.OneMean => OneMean(mean),
                _ => [.. mean],
            };
            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    double moment = covariance[(i * d) + j] + ((mean[i] - kept[i]) * (mean[j] - kept[j]));
                    covariance[(i * d) + j] = !apart || (i < past) == (j < past) ? moment : 0.0;
                }
            }

            kept.CopyTo(mean, 0);
        });
        return restricted is null ? null : new WindowModel(Shape, model.Normalisation, restricted, model.Report);
    }

    private double[] OneMean(ReadOnlySpan<double> mean)
    {
        double[] one = new double[mean.Length];
        for (int i = 0; i < one.Length; i++)
        {
            for (int j = i % Shape.Channels; j < one.Length; j += Shape.Channels)
            {
                one[i] += mean[j] / Shape.Steps;
            }
        }

        return one;
    }
}
