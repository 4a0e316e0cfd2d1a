using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>
/// Chooses a pooled model for a panel by what it is for: each candidate is fitted to the series without their last F steps and judged by the loss
/// of its forecast of those (<see cref="PanelLoss"/>). The candidates within a margin of the best are fitted again, to all, and become a pool with
/// equal weights: which of them is best on one stretch says little about the next, and equal weights cannot fit the noise of a choice.
/// </summary>
public sealed class PanelSearch
{
    /// <summary>Backgrounds are fitted to every q-th series, q such that their sums take no more than this many numbers (half a gigabyte).</summary>
    private const long MostNumbers = 1L << 26;

    /// <summary>Series that a recipe need not suit: the shortest tenth.</summary>
    private const double ShortShare = 0.1;

    /// <summary>How often the windows of a recipe are summed up: for the fit, for the forecasts of the held-out steps, for the fit to all.</summary>
    private const double Sums = 3.0;

    private readonly IReadOnlyList<WindowRecipe> _recipes;
    private readonly int _longSeason;
    private readonly IReadOnlyList<ReadOnlyMemory<double>> _series;
    private readonly PanelSearchOptions _options;
    private readonly ReadOnlyMemory<double>[] _fitted;
    private readonly PanelLoss _loss;

    /// <param name="series">The training part of every series, each of its own length, NaN where missing.</param>
    /// <param name="options">What to do.</param>
    /// <exception cref="ArgumentException">No series has more than F values.</exception>
    public PanelSearch(IReadOnlyList<ReadOnlyMemory<double>> series, PanelSearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Future, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Season, 1);
        if (series.All(values => values.Length <= options.Future))
        {
            throw new ArgumentException($"no series has more than F = {options.Future} values, so none can be forecast from a part of itself");
        }

        int[] lengths = [.. series.Select(values => values.Length - options.Future).Where(length => length > 0).Order()];
        _options = options;
        _longSeason = LongSeason.Find(series, options.Season);
        _recipes = PanelRecipes.Of(options.Future, options.Season, _longSeason, lengths[(int)(ShortShare * lengths.Length)], options.Past, options.MostDimension);
        _series = Affordable(series);
        _fitted = [.. _series.Select(values => values[..Math.Max(0, values.Length - options.Future)])];
        _loss = new PanelLoss(_series, options.Future, options.Season, options.Threads);
    }

    /// <summary>Runs the search.</summary>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Looked at between iterations.</param>
    /// <returns>What was chosen; null when no candidate could be fitted.</returns>
    public PanelSelection? Run(IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ValueTransform[] transforms = _options.Transform is { } given ? [given] : _series.All(AllPositive) ? [ValueTransform.None, ValueTransform.Log] : [ValueTransform.None];

        // The first recipe, as a pool of its K, chooses the transform for all.
        int steps = (2 * _recipes.Count) + transforms.Length - 1, done = 0;
        List<Candidate> candidates = [];
        (ValueTransform transform, double least) = (transforms[0], double.PositiveInfinity);
        foreach (ValueTransform tried in transforms)
        {
            Candidate[] first = Try(_recipes[0], tried, 0, cancellation);
            candidates.AddRange(first);
            double loss = PoolLoss(first);
            (transform, least) = loss < least ? (tried, loss) : (transform, least);
            progress?.Report((double)++done / steps);
        }

        for (int r = 1; r < _recipes.Count; r++)
        {
            candidates.AddRange(Try(_recipes[r], transform, r, cancellation));
            progress?.Report((double)++done / steps);
        }

        Candidate[] possible = [.. candidates.Where(candidate => candidate.Transform == transform && !double.IsNaN(candidate.Loss))];
        Candidate[] kept = [.. possible.Where(candidate => candidate.Loss <= (1.0 + _options.Margin) * possible.Min(other => other.Loss)).OrderBy(candidate => candidate.Loss).Take(_options.MostMembers)];
        kept = [.. possible.Where(kept.Contains)];
        List<PooledMember> members = [];
        foreach (IGrouping<WindowRecipe, Candidate> alike in kept.GroupBy(candidate => candidate.Recipe))
        {
            members.AddRange(Fit(_series, alike.Key, transform, [.. alike.Select(candidate => candidate.Fit)], cancellation).OfType<PooledMember>());
            progress?.Report((double)++done / steps);
        }

        return members.Count == 0 ? null : new PanelSelection
        {
            Model = new PooledModel(members, [.. members.Select(_ => 1.0)], transform, _options.Relevance),
            Tried = [.. candidates.Select(candidate => new TriedCandidate(candidate.Recipe, candidate.Transform, candidate.Fit.Components, candidate.Loss, kept.Contains(candidate)))],
            LongSeason = _longSeason,
            PoolLoss = PoolLoss(kept),
        };
    }

    /// <summary>The series that the budget allows to look at, evenly among all.</summary>
    private IReadOnlyList<ReadOnlyMemory<double>> Affordable(IReadOnlyList<ReadOnlyMemory<double>> series)
    {
        double operations = series.Sum(values => _recipes.Sum(recipe => Sums * recipe.Shape.Dimension * (double)recipe.Shape.Dimension * Math.Max(0, values.Length - recipe.Reach)));
        int stride = (int)Math.Clamp(Math.Ceiling(operations / (_options.Budget * 1e9)), 1.0, series.Count);
        ReadOnlyMemory<double>[] chosen = [.. series.Where((values, s) => s % stride == 0)];
        return chosen.Any(values => values.Length > _options.Future) ? chosen : [.. series.OrderByDescending(values => values.Length).Take(1)];
    }

    /// <summary>Of the candidates that could be fitted; infinite when none could.</summary>
    private double PoolLoss(Candidate[] candidates)
    {
        Candidate[] fitted = [.. candidates.Where(candidate => !double.IsNaN(candidate.Loss))];
        return fitted.Length == 0 ? double.PositiveInfinity : _loss.Of([.. fitted.Select(candidate => candidate.Forecasts)], fitted[0].Transform);
    }

    /// <summary>Fits one recipe with each K to the series without their last F steps, and judges it on those.</summary>
    private Candidate[] Try(WindowRecipe recipe, ValueTransform transform, int number, CancellationToken cancellation)
    {
        SeriesMixtureOptions[] fits =
        [
            .. _options.Components.Select(components => new SeriesMixtureOptions
            {
                Components = components,
                Overlap = _options.Future,
                Limit = _options.Limit,
                Seed = _options.Seed + ((ulong)components * 100) + (ulong)number,
                Threads = _options.Threads,
            }),
        ];
        IReadOnlyList<PooledMember?> members = Fit(_fitted, recipe, transform, fits, cancellation);
        PooledMember[] fitted = [.. members.OfType<PooledMember>()];
        GaussianPath[][] forecasts = fitted.Length == 0 ? [] : Forecast(new PooledModel(fitted, [.. fitted.Select(_ => 1.0)], transform, _options.Relevance), cancellation);
        int at = 0;
        return
        [
            .. members.Select((member, i) =>
            {
                GaussianPath[] own = member is null ? [] : forecasts[at++];
                return new Candidate(recipe, transform, fits[i], own, member is null ? double.NaN : _loss.Of([own], transform));
            }),
        ];
    }

    private IReadOnlyList<PooledMember?> Fit(
        IReadOnlyList<ReadOnlyMemory<double>> series, WindowRecipe recipe, ValueTransform transform, IReadOnlyList<SeriesMixtureOptions> fits, CancellationToken cancellation)
    {
        long numbers = (long)series.Count * PackedTriangle.Size(recipe.Shape.Dimension);
        int stride = (int)((numbers + MostNumbers - 1) / MostNumbers);
        ReadOnlyMemory<double>[] histories = [.. series.Where((values, s) => s % stride == 0 && values.Length >= recipe.Reach + _options.Future).Select(values => transform.Apply(values))];
        return histories.Length == 0 || recipe.Windows(histories.MaxBy(values => values.Length)).Count == 0
            ? [.. fits.Select(_ => (PooledMember?)null)]
            : PooledMember.Fit(histories, recipe, fits, cancellation);
    }

    /// <summary>The forecasts of the held-out steps by each member alone, one row a member.</summary>
    private GaussianPath[][] Forecast(PooledModel model, CancellationToken cancellation)
    {
        GaussianPath[][] forecasts = [.. model.Members.Select(_ => new GaussianPath[_loss.Series.Count])];
        ScoringRun.Score(
            _loss.Series.Count,
            i =>
            {
                ReadOnlyMemory<double> history = _fitted[_loss.Series[i]];
                ForecastModel adapted = model.Adapt(history);
                for (int m = 0; m < forecasts.Length; m++)
                {
                    Forecaster forecaster = new(new ForecastModel([adapted.Members[m]], [1.0], null, adapted.Transform));
                    SeriesOrigin origin = new("", history, history.Length, 0, 1.0);
                    forecasts[m][i] = GaussianPath.Of(forecaster.Predict(origin.Past(forecaster.Model.Reach)));
                }

                return true;
            },
            null,
            cancellation,
            _options.Threads);
        return forecasts;
    }

    private static bool AllPositive(ReadOnlyMemory<double> values)
    {
        foreach (double value in values.Span)
        {
            if (value <= 0.0)
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Candidate(WindowRecipe Recipe, ValueTransform Transform, SeriesMixtureOptions Fit, GaussianPath[] Forecasts, double Loss);
}
