using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>One density of windows of many series (<see cref="SeriesMixture"/>), ready to be adapted to any one of them. Immutable, thread-safe.</summary>
public sealed class PooledMember
{
    private readonly SeriesComponent[] _components;
    private readonly SeriesMixtureOptions _options;

    internal PooledMember(WindowRecipe recipe, SeriesMixtureOptions options, GaussianMixture mixture, FitReport report)
    {
        (Recipe, _options, Mixture, Report) = (recipe, options, mixture, report);
        _components = [.. Enumerable.Range(0, mixture.Components).Select(k => SeriesComponent.Of(mixture, k))];
    }

    public WindowRecipe Recipe { get; }

    public GaussianMixture Mixture { get; }

    public FitReport Report { get; }

    /// <summary>K that the fit began with.</summary>
    public int Components => _options.Components;

    /// <summary>So many overlapping windows count as one observation of a series.</summary>
    internal double Overlap => _options.Overlap;

    /// <summary>Numbers of a window beyond ± this count as if they lay there.</summary>
    internal double Limit => _options.Limit;

    /// <summary>Fits the same windows several times, with different options; they are read once.</summary>
    /// <param name="histories">Series in the units that windows are cut from; those too short for a window have no say.</param>
    /// <param name="recipe">Of the windows.</param>
    /// <param name="options">One a fit; all with the same limit and threads.</param>
    /// <param name="cancellation">Looked at between iterations.</param>
    /// <returns>One a fit; null where a covariance stayed singular.</returns>
    /// <exception cref="ArgumentException">No series has a whole window, or an option is out of range.</exception>
    public static IReadOnlyList<PooledMember?> Fit(
        IReadOnlyList<ReadOnlyMemory<double>> histories, WindowRecipe recipe, IReadOnlyList<SeriesMixtureOptions> options, CancellationToken cancellation = default)
    {
        using ForkJoin threads = new(SeriesMixture.Threads(options[0]));
        WindowSet[] windows = new WindowSet[histories.Count];
        threads.Run(windows.Length, (s, _) => windows[s] = recipe.Windows(histories[s]));
        SeriesMoments[] moments = SeriesMixture.Sum(windows, options[0].Limit, threads);
        PooledMember?[] members = new PooledMember?[options.Count];
        for (int i = 0; i < members.Length; i++)
        {
            FitResult fit = SeriesMixture.Fit(moments, options[i], threads, cancellation);
            members[i] = fit.Mixture is null ? null : new PooledMember(recipe, options[i], fit.Mixture, fit.Report);
        }

        return members;
    }

    /// <summary>The Gaussian of the component that a series belongs to, adapted to it.</summary>
    /// <param name="series">Its windows summed up.</param>
    /// <param name="normalisation">Its own, <see cref="WindowRecipe.For"/>.</param>
    /// <param name="past">Its last past, normalised; empty when it is not known in full.</param>
    /// <param name="relevance">τ.</param>
    internal WindowModel Adapt(SeriesMoments series, Normalisation normalisation, ReadOnlySpan<double> past, double relevance)
    {
        int best = 0;
        double most = double.NegativeInfinity;
        for (int k = 0; k < _components.Length; k++)
        {
            // A past alone, where nothing has been seen after it yet, is one more observation.
            double evidence = Math.Log(_components[k].Weight) + (_components[k].LogLikelihood(series) / _options.Overlap);
            evidence += past.IsEmpty ? 0.0 : _components[k].LogDensityOfLeading(past);
            (best, most) = evidence > most ? (k, evidence) : (best, most);
        }

        return new WindowModel(Recipe.Shape, normalisation, MapComponent.Adapt(Mixture, best, series, relevance), Report);
    }
}
