using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// What is tried, cheapest first within a family: the references; regressions on one to thirty seasons of past with penalties that grow
/// with the lag; departures from the seasonal profile; mixtures on short pasts. All of them are Gaussian mixtures over windows.
/// </summary>
public static class CandidateList
{
    /// <summary>Families whose candidates take turns; each may be in the midst of sharing a fit.</summary>
    internal const int Families = 3;

    private const int LongestPast = 1000;

    /// <param name="task">What is to be forecast.</param>
    /// <param name="rows">Rows of the longest series that candidates are fitted to.</param>
    /// <param name="series">Series that share the fits.</param>
    /// <param name="variance">Of the (transformed) values, which the ridge of mixtures of many components is a share of.</param>
    public static IReadOnlyList<Candidate> Of(SelectionTask task, int rows, int series, double variance)
    {
        List<Candidate> candidates = [.. References(task, rows)];
        SearchCost cost = new(rows, series);
        double spent = cost.Of(candidates);
        IEnumerable<Candidate>[] families = [Regressions(task, rows), Profiles(task, rows), Mixtures(task, rows, variance)];
        IEnumerator<Candidate>[] turns = [.. families.Select(family => family.GetEnumerator())];

        // The families take turns, so that a small budget tries something of each.
        for (bool any = true; any;)
        {
            any = false;
            foreach (IEnumerator<Candidate> family in turns)
            {
                if (family.MoveNext())
                {
                    any = true;
                    if (spent + cost.Next(family.Current) <= task.Budget)
                    {
                        candidates.Add(family.Current);
                        spent += cost.Add(family.Current);
                    }
                }
            }
        }

        return candidates;
    }

    private static IEnumerable<Candidate> References(SelectionTask task, int rows)
    {
        // The last value is all they need; those before it stand in for it where it is missing.
        WindowShape few = new(Math.Clamp((rows - task.Future) / 8, 1, Math.Min(8, task.Past ?? 8)), task.Future);
        yield return new(CandidateKind.Reference, new DensityRecipe { Name = "last value", Shape = few, Normalisation = new(Centring.Last), Dependence = Dependence.Walk });
        yield return new(CandidateKind.Reference, new DensityRecipe { Name = "mean", Shape = few, Normalisation = Normalisation.None, Dependence = Dependence.Level });
        foreach (int seasons in new[] { 1, 4 })
        {
            if (task.Season > 1 && Fits(few, Profile(Centring.None, task.Season, seasons), rows, windows: 3))
            {
                yield return new(CandidateKind.Reference, new DensityRecipe
                {
                    Name = seasons == 1 ? "last season" : $"mean of {seasons} seasons",
                    Shape = few,
                    Normalisation = Profile(Centring.None, task.Season, seasons),
                    Dependence = Dependence.Level,
                });
            }
        }
    }

    private static IEnumerable<Candidate> Regressions(SelectionTask task, int rows)
    {
        foreach (int past in Pasts(task, rows))
        {
            WindowShape shape = new(past, task.Future);
            foreach (Centring centring in new[] { Centring.Last, Centring.History })
            {
                foreach (GainPenalty penalty in Penalties(task.Season, past))
                {
                    yield return new(centring == Centring.Last ? CandidateKind.Levelled : CandidateKind.Reverting, new DensityRecipe
                    {
                        Name = $"regression on {past}, {(centring == Centring.Last ? "from the last value" : "about the mean")}, penalty {Describe(penalty)}",
                        Shape = shape,
                        Normalisation = new(centring, Scaling.SeasonalDifference) { Season = task.Season },
                        Penalty = penalty,
                        Dependence = centring == Centring.Last ? Dependence.ZeroMean : Dependence.OneMean,
                    });
                }
            }
        }
    }

    private static IEnumerable<Candidate> Profiles(SelectionTask task, int rows)
    {
        if (task.Season < 4)
        {
            yield break;
        }

        int[] pasts = task.Past is { } given ? [given] : [.. new[] { task.Future, task.Future / 2, 2 * task.Future, 3 * task.Future }.Select(past => Math.Clamp(past, 4, 192)).Distinct()];
        int longest = Pasts(task, rows).DefaultIfEmpty().Max();
        foreach (int past in pasts)
        {
            // Many seasons with less and less weight know the pattern best, as long as it keeps; few follow it. What a regression can hold it weighs better.
            int most = Math.Min(8, (rows - past - task.Future) / task.Season);
            foreach ((int seasons, double decay) in new[] { (4, 0.8), (most, 0.9), (2, 1.0) })
            {
                WindowShape shape = new(past, task.Future);
                Normalisation normalisation = Profile(Centring.Last, task.Season, seasons) with { Decay = decay };
                if (seasons * task.Season > longest && Fits(shape, normalisation, rows, windows: Math.Max(20, Math.Min(shape.Dimension, rows / 4))))
                {
                    yield return new(CandidateKind.Levelled, new DensityRecipe
                    {
                        Name = $"departure from the profile of {seasons} seasons, past {past}",
                        Shape = shape,
                        Normalisation = normalisation,
                        Penalty = new() { Level = 1e-3 },
                        Dependence = Dependence.ZeroMean,
                    });
                }
            }
        }
    }

    /// <summary>Mixtures of many components follow regimes on short pasts. Single fits depend on their start; several together do not.</summary>
    private static IEnumerable<Candidate> Mixtures(SelectionTask task, int rows, double variance)
    {
        if (task.Future > 12 || rows < 300)
        {
            yield break;
        }

        int components = Math.Clamp(rows / 25, 2, 32);
        int[] pasts = task.Past is { } given ? [given] : [4, 5, 6, 7, 8, 10, 12];
        yield return new($"mixtures of {components} on {string.Join(", ", pasts)}", CandidateKind.Reverting, [.. pasts.Select((past, i) => Mixture(past, components, Centring.None, i))]);
        yield return new("mixtures of 4 from the last value", CandidateKind.Levelled, [.. pasts.Where(past => past % 4 == 0 || pasts.Length == 1).Select((past, i) => Mixture(past, 4, Centring.Last, i))]);

        if (task.Past is null && task.Future >= 4 && rows >= 60 * task.Future)
        {
            // Of several steps jointly, long pasts tell more: where a regime is about to end shows in how it began.
            int most = Math.Clamp(rows / 15, 2, 50);
            int[] longer = [.. Enumerable.Range(3, 4).Select(futures => futures * task.Future)];
            yield return new($"mixtures of {most} on {string.Join(", ", longer)}", CandidateKind.Reverting, [.. Enumerable.Range(0, 3 * longer.Length).Select(i => Joint(longer[i % longer.Length], most, i))]);
        }

        DensityRecipe Joint(int past, int k, int i) => new()
        {
            Name = $"mixture of {k} on {past}",
            Shape = new(past, task.Future),
            Normalisation = Normalisation.None,
            Fit = new FitOptions { Components = k, Shrinkage = 0.02, MaxIterations = 15, Seed = task.Seed + (ulong)i, Threads = task.Threads },
        };

        DensityRecipe Mixture(int past, int k, Centring centring, int i) => new()
        {
            Name = $"mixture of {k} on {past}",
            Shape = new(past, task.Future),
            Normalisation = centring == Centring.None ? Normalisation.None : new(centring, Scaling.SeasonalDifference),
            Fit = new FitOptions
            {
                Components = k,
                Ridge = 1e-6,

                // A component of few windows must not be narrower than the noise of the whole: its weight would be a matter of luck.
                AbsoluteRidge = 1e-3 * (centring == Centring.None ? variance : 1.0),
                MaxIterations = 60,
                Seed = task.Seed + (ulong)i,
                Threads = task.Threads,
            },
        };
    }

    /// <summary>
    /// Whole numbers of seasons that leave at least five windows' worth of rows, the longest few; without a season, powers of two.
    /// </summary>
    private static IEnumerable<int> Pasts(SelectionTask task, int rows)
    {
        if (task.Past is { } given)
        {
            return [given];
        }

        int most = Math.Min(LongestPast, (rows - task.Future) / 6);
        int[] steps = task.Season > 1
            ? [.. new[] { 1, 2, 7, 14, 21, 30 }.Select(seasons => seasons * task.Season).Where(past => past <= most).TakeLast(4)]
            : [];
        int[] powers = [.. new[] { 2, 4, 8, 16, 32, 64, 128 }.Where(past => past <= Math.Min(most, Math.Max(32, 2 * task.Future)))];
        int[] pasts = steps.Length >= 3 ? steps : [.. powers.TakeLast(4), .. steps];

        // The middle first: what a small budget tries should be neither the shortest nor the dearest.
        return pasts.Distinct().OrderBy(past => Math.Abs(Math.Log((double)past / pasts[pasts.Length / 2]))).ThenBy(past => past);
    }

    private static IEnumerable<GainPenalty> Penalties(int season, int past)
    {
        if (season > 1 && past >= 2 * season)
        {
            yield return new() { Level = 0.05, Season = season, Seasonal = 0.3 };
            yield return new() { Level = 0.05, Season = season, Seasonal = 3.0 };
            yield return new() { Level = 0.05, Season = season, Seasonal = 0.1, LongSeason = past > 7 * season ? 7 * season : 0, LongSeasonal = 1.0 };
            yield break;
        }

        yield return new() { Level = 1e-3, Growth = 0.3 };
        yield return new() { Level = 1e-3, Growth = 3.0 };
    }

    private static Normalisation Profile(Centring centring, int season, int seasons) => new(centring) { Season = season, Seasons = seasons };

    /// <summary>Whether the rows hold all that a window reads, and enough windows, of which the first have the profile of one season.</summary>
    private static bool Fits(WindowShape shape, Normalisation normalisation, int rows, int windows) =>
        rows >= normalisation.ReachOf(shape) + shape.Future
        && rows >= shape.Reach + (normalisation.Seasons > 0 ? normalisation.Season : 0) + shape.Future + windows - 1;

    private static string Describe(GainPenalty penalty) => penalty switch
    {
        { LongSeason: > 0 } => $"{penalty.Seasonal} a season and {penalty.LongSeasonal} a long one",
        { Seasonal: > 0 } => $"{penalty.Seasonal} a season",
        _ => $"{penalty.Growth} by lag",
    };
}
