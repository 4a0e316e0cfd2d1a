using System.Diagnostics.CodeAnalysis;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>
/// Chooses how to forecast from data alone: candidates are fitted to the first rows and judged on the last, for every step of the
/// future; those that are any good are combined, and the combination is trusted as far as its gain over the best simple forecast is
/// beyond chance. Deterministic for a given budget. The search never sees rows after those it is given.
/// </summary>
public static class ModelSelection
{
    private const double Negligible = 0.01;

    /// <summary>Of the squared error without covariates: what they have to come to in either half of the held-out rows.</summary>
    private const double Worthwhile = 0.99;
    private const int LongWindow = 64;

    /// <param name="series">They share densities and have weights of their own; NaN where missing; all of them end at the same time.</param>
    /// <param name="task">What is to be forecast.</param>
    /// <param name="progress">Told the share of the search done.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">There is no series, a history holds an infinite value, or there is too little to choose by.</exception>
    /// <exception cref="OperationCanceledException">Asked for.</exception>
    public static SelectionResult Choose(IReadOnlyList<ReadOnlyMemory<double>> series, SelectionTask task, IProgress<double>? progress = null, CancellationToken cancellation = default) =>
        TryChoose(series, task, out SelectionResult? result, progress, cancellation) ? result : throw new ArgumentException("there is too little to choose by: no candidate can be fitted", nameof(series));

    /// <summary>The same; false when the rows, or what is observed of them, are so few that no candidate can be fitted.</summary>
    /// <inheritdoc cref="Choose"/>
    public static bool TryChoose(
        IReadOnlyList<ReadOnlyMemory<double>> series, SelectionTask task, [NotNullWhen(true)] out SelectionResult? result, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        result = null;
        if (series.Count == 0)
        {
            throw new ArgumentException("there is nothing to choose for", nameof(series));
        }

        bool log = task.TryLog && series.All(values => Positive(values.Span));
        CovariateRegression? regression = series.Count == 1 ? task.Regression : null;
        int searches = 1 + (log ? 1 : 0) + (regression is null ? 0 : 1), done = 0;
        task = task with { Budget = task.Budget / searches };
        if (Run(series, ValueTransform.None) is not { } best)
        {
            return false;
        }

        // All are judged in the units of the series, so that they can be compared.
        double cost = best.Cost * searches;
        if (log)
        {
            best = Better(best, Run(series, ValueTransform.Log));
        }

        if (regression is not null && TakenOff.Of(regression, series[0], task.Covariates, best.HeldOut, best.Transform) is { } taken)
        {
            // Effects that only looked right for a while must not decide.
            Search plain = best;
            Search? moved = Run([taken.Left], plain.Transform, taken);
            best = Better(plain, moved, inBothHalves: true);
            best.Covariates = best == plain
                ? $"; the effects of {regression.Count} covariates are turned down"
                : FormattableString.Invariant($"; the effects of {regression.Count} covariates are taken off, which leaves {best.Mse / plain.Mse:0.###} times the squared error");
        }

        result = best.Result(cost);
        return true;

        Search? Run(IReadOnlyList<ReadOnlyMemory<double>> values, ValueTransform transform, TakenOff? taken = null)
        {
            IProgress<double>? part = Part(progress, (double)done / searches, (done + 1.0) / searches);
            done++;
            return Search.Run(values, series, task, transform, taken, part, cancellation);
        }
    }

    /// <summary>The one with the smaller error, which reports the trials of both.</summary>
    private static Search Better(Search one, Search? other, bool inBothHalves = false)
    {
        Search better = other?.Mse < one.Mse && (!inBothHalves || (other.Halves.First < Worthwhile * one.Halves.First && other.Halves.Second < Worthwhile * one.Halves.Second)) ? other : one;
        better.Trials.AddRange((better == one ? other?.Trials ?? [] : one.Trials).Select(trial => trial with { Weight = 0.0 }));
        return better;
    }

    private static bool Positive(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (value <= 0.0)
            {
                return false;
            }
        }

        return true;
    }

    private static IProgress<double>? Part(IProgress<double>? progress, double from, double to) =>
        progress is null ? null : new ShareOf(progress, from, to);

    /// <summary>The search with one transform.</summary>
    private sealed class Search
    {
        private readonly List<Candidate> _candidates = [];
        private readonly List<SeriesForecasts[]> _forecasts = [];
        private IReadOnlyList<SeriesChoice> _choices = [];
        private IReadOnlyList<double[]> _weights = [];
        private IReadOnlyList<double[]> _spreads = [];
        private double[] _variances = [];
        private TakenOff? _taken;
        private (int Fitted, int HeldOut) _rows;
        private double _relative = double.NaN;
        private double _trust;

        public List<Trial> Trials { get; } = [];

        public ValueTransform Transform { get; private init; }

        /// <summary>What became of the covariates, for people.</summary>
        public string Covariates { get; set; } = "";

        /// <summary>Rows that candidates were judged on.</summary>
        public int HeldOut => _rows.HeldOut;

        /// <summary>What windows are cut from.</summary>
        private string Cut => $"{Transform.ToString().ToLowerInvariant()}{(_taken is null ? "" : ", without covariates")}";

        /// <summary>Of the final forecast on held-out rows, over the variance of the series, averaged over those that vary.</summary>
        public double Mse { get; private set; }

        /// <summary>The same of the first series, in either half of the held-out origins.</summary>
        public (double First, double Second) Halves { get; private set; }

        public double Cost { get; private set; }

        /// <param name="series">What is forecast.</param>
        /// <param name="whole">The series before effects of covariates were taken off, whose variances errors are measured by.</param>
        public static Search? Run(
            IReadOnlyList<ReadOnlyMemory<double>> series, IReadOnlyList<ReadOnlyMemory<double>> whole, SelectionTask task, ValueTransform transform, TakenOff? taken, IProgress<double>? progress, CancellationToken cancellation)
        {
            Search search = new() { Transform = transform, _taken = taken };
            int rows = series.Max(values => values.Length);
            int held = Math.Min(Math.Max(task.HeldOut, Math.Max(rows / 4, Math.Min(4 * task.Future, rows / 3))), rows - task.Future - 2);
            if (held < 1)
            {
                return null;
            }

            search._rows = (rows - held, held);
            ReadOnlyMemory<double>[] aligned = [.. series.Select(values => Align(values, rows))];
            search._variances = [.. whole.Select(values => Variance(values.Span))];
            double variance = aligned.Average(values => Variance(transform.Apply(values[..(rows - held)]).Span));
            IReadOnlyList<Candidate> candidates = CandidateList.Of(task, rows - held, series.Count, variance);
            candidates = [.. candidates.Select(candidate => candidate with { Recipes = [.. candidate.Recipes.Select(recipe => AsTheTaskAllows(recipe, task))] })];
            HeldOutOrigins origins = new(rows, rows - held, candidates.Max(candidate => candidate.Reach), task.Future);
            BaseFits bases = new([.. aligned.Select(values => values[..(rows - held)])], CandidateList.Families);
            search.Cost = new SearchCost(rows - held, series.Count).Of(candidates);
            for (int i = 0; i < candidates.Count; i++)
            {
                search.Try(candidates[i], aligned, bases, origins, cancellation);
                progress?.Report((i + 1.0) / candidates.Count);
            }

            // Without a simple forecast there is nothing to be better than.
            if (!search._candidates.Exists(candidate => candidate.Kind == CandidateKind.Reference))
            {
                return null;
            }

            search.Decide(origins, task.Future);
            return search;
        }

        public SelectionResult Result(double cost)
        {
            string reference = _candidates[_choices[0].Reference].Name;
            return new SelectionResult
            {
                Recipes = [.. _weights.Select(Recipe)],
                Trials = [.. Trials.OrderByDescending(trial => trial.Weight).ThenBy(trial => double.IsNaN(trial.RelativeMse) ? double.PositiveInfinity : trial.RelativeMse)],
                Reference = reference,
                Trust = _trust,
                RelativeMse = _relative,
                Rows = _rows,
                Cost = cost,
                Reason = (_trust > 0.0
                    ? FormattableString.Invariant($"a combination has {_relative:0.###} times the squared error of '{reference}' on {_rows.HeldOut} held-out rows, and gets {100.0 * _trust:0} % of the forecast")
                    : $"nothing beat '{reference}' on {_rows.HeldOut} held-out rows beyond chance") + Covariates,
            };
        }

        private void Try(Candidate candidate, ReadOnlyMemory<double>[] series, BaseFits bases, HeldOutOrigins origins, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (HeldOutForecasts.Of(candidate, Transform, series, bases, origins, _taken?.Units ?? [], cancellation) is { } forecasts)
            {
                _candidates.Add(candidate);
                _forecasts.Add(forecasts);
            }
            else
            {
                Trials.Add(new Trial(candidate.Name, Cut, double.NaN, 0.0));
            }
        }

        private void Decide(HeldOutOrigins origins, int future)
        {
            int count = _forecasts[0].Length, steps = origins.Steps.Length;
            double futures = (double)_rows.HeldOut / future;
            int apart = origins.Judged.Length > 1 ? origins.Judged[1] - origins.Judged[0] : 1;
            _choices = [.. Enumerable.Range(0, count).Select(c => new SeriesChoice(_candidates, [.. _forecasts.Select(forecasts => forecasts[c].Errors)], steps, futures, (future - 1) / apart))];

            // What the held-out rows hold a dozen of can be told from chance: of a very long future, its first part. Origins may lie several rows apart.
            int stretch = Math.Max(1, _rows.HeldOut / 12);
            int early = Math.Max(1, origins.Steps.Count(step => step <= stretch));
            (IReadOnlyList<double> Gains, double Ratio)[] honest = [.. _choices.Select(choice => choice.HonestGains((stretch + apart - 1) / apart, early))];
            double[] gains = [.. honest.SelectMany(one => one.Gains)];
            _relative = honest.Select(one => one.Ratio).Where(ratio => !double.IsNaN(ratio)).DefaultIfEmpty(double.NaN).Average();

            // Stretches in which nothing happens say little of the others: the errors of all together have to be smaller as well.
            _trust = _relative < 1.0 ? HonestGain.Share(gains) : 0.0;
            _weights = [.. _choices.Select(Final)];
            _spreads = [.. Enumerable.Range(0, count).Select(c => Spread(c, origins, futures))];
            for (int k = 0; k < _candidates.Count; k++)
            {
                Trials.Add(new Trial(
                    _candidates[k].Name,
                    Cut,
                    _choices.Average(choice => choice.Mse[k] / choice.Mse[choice.Reference]),
                    _weights.Average(weights => weights[k])));
            }

            Mse = Enumerable.Range(0, count).Where(c => _variances[c] > 0.0).Select(c => MeanSquare(c, origins.Judged.Length * steps) / _variances[c]).DefaultIfEmpty(double.PositiveInfinity).Average();
            double[] errors = Pooled(0, origins.Judged.Length * steps);
            int half = origins.Judged.Length / 2 * steps;
            Halves = (MeanSquare(errors[..half]), MeanSquare(errors[half..]));
        }

        private double[] Final(SeriesChoice choice)
        {
            double[] weights = [.. choice.Weights.Select(weight => _trust * weight)];
            weights[choice.Reference] += 1.0 - _trust;
            double kept = weights.Where(weight => weight >= Negligible).Sum();
            return [.. weights.Select(weight => weight >= Negligible ? weight / kept : 0.0)];
        }

        /// <summary>Of the final forecast of one series; infinite where nothing could be compared.</summary>
        private double MeanSquare(int series, int length) => MeanSquare(Pooled(series, length));

        private static double MeanSquare(double[] errors) =>
            errors.Where(error => !double.IsNaN(error)).Select(error => error * error).DefaultIfEmpty(double.PositiveInfinity).Average();

        private double[] Pooled(int series, int length)
        {
            double[] pooled = new double[length];
            for (int k = 0; k < _candidates.Count; k++)
            {
                for (int i = 0; i < length && _weights[series][k] > 0.0; i++)
                {
                    pooled[i] += _weights[series][k] * _forecasts[k][series].Errors[i];
                }
            }

            return pooled;
        }

        private double[] Spread(int series, HeldOutOrigins origins, double futures)
        {
            List<double>[] learnt = [.. origins.Steps.Select(_ => new List<double>())], judged = [.. origins.Steps.Select(_ => new List<double>())];
            AddRatios(series, forecasts => (forecasts.LearntErrors, forecasts.LearntDeviations), learnt);
            AddRatios(series, forecasts => (forecasts.Errors, forecasts.Deviations), judged);
            return SpreadFactors.Of(learnt, judged, origins.Steps, (futures, origins.LearntRows / (double)origins.Future * _forecasts[0].Length));
        }

        /// <summary>|error| / deviation of the combination, by step.</summary>
        private void AddRatios(int series, Func<SeriesForecasts, (double[] Errors, double[] Deviations)> part, List<double>[] ratios)
        {
            int length = part(_forecasts[0][series]).Errors.Length;
            for (int i = 0; i < length; i++)
            {
                double mean = 0.0, square = 0.0;
                for (int k = 0; k < _candidates.Count; k++)
                {
                    double weight = _weights[series][k];
                    if (weight > 0.0)
                    {
                        (double[] errors, double[] deviations) = part(_forecasts[k][series]);
                        mean += weight * errors[i];
                        square += weight * ((errors[i] * errors[i]) + (deviations[i] * deviations[i]));
                    }
                }

                double variance = square - (mean * mean);
                if (variance > 0.0)
                {
                    ratios[i % ratios.Length].Add(Math.Abs(mean) / Math.Sqrt(variance));
                }
            }
        }

        private ForecastRecipe Recipe(double[] weights, int series)
        {
            List<DensityRecipe> members = [];
            List<double> shares = [];
            for (int k = 0; k < weights.Length; k++)
            {
                foreach (DensityRecipe recipe in weights[k] > 0.0 ? _candidates[k].Recipes : [])
                {
                    members.Add(recipe);
                    shares.Add(weights[k] / _candidates[k].Recipes.Count);
                }
            }

            return new ForecastRecipe(members, shares, _spreads[series], Transform) { Regression = _taken?.Regression };
        }

        /// <summary>On its threads; and what is missing of long windows is filled by lines: exact iterations would cost many times what a candidate may.</summary>
        private static DensityRecipe AsTheTaskAllows(DensityRecipe recipe, SelectionTask task) => recipe with
        {
            Fit = recipe.Fit with { Threads = task.Threads, MaxMissingIterations = recipe.Shape.Dimension > LongWindow ? 0 : recipe.Fit.MaxMissingIterations },
        };

        private static double Variance(ReadOnlySpan<double> values)
        {
            double deviation = Standardisation.Of(values).StandardDeviation;
            return deviation * deviation;
        }

        private static ReadOnlyMemory<double> Align(ReadOnlyMemory<double> values, int rows) =>
            values.Length == rows ? values : PaddedHistory.Last(values.Span, rows).ToArray();
    }
}
