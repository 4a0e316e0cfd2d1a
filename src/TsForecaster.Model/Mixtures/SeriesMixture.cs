using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A mixture whose components are shared by whole series: all windows of a series come from one component, and which one is hidden. With
/// ℓ_sk = Σ_n log N(x_sn; μ_k, Σ_k) over the N_s windows of series s, and v windows that count as one (<see cref="SeriesMixtureOptions.Overlap"/>), EM maximises
/// <code>
/// J = v / Σ_s N_s · Σ_s log Σ_k π_k exp(ℓ_sk / v)
/// E: r_sk ∝ π_k exp(ℓ_sk / v)
/// M: π_k = Σ_s r_sk / S,  N_k = Σ_s r_sk N_s,  μ_k = Σ_s r_sk N_s x̄_s / N_k,  Σ_k = Σ_s r_sk (C_s + N_s (x̄_s − μ_k)(x̄_s − μ_k)ᵀ) / N_k + ridge
/// </code>
/// which needs count, mean and scatter C_s of every series and never a window again: D² operations a window once, then D² a series,
/// component and iteration. J never falls without ridge and without giving up a component.
/// <para>
/// Sums over series are taken in their order, one job a component or a series: the same bits for any number of threads.
/// </para>
/// </summary>
public static class SeriesMixture
{
    /// <summary>Fits the windows of many series, all of one dimension; series without windows have no say.</summary>
    /// <returns>The mixture, its weights being shares of series, or null with a report that says why. The report's likelihood is J · Σ N_s / v, that of its observations.</returns>
    /// <exception cref="ArgumentException">An option is out of range, dimensions differ, or there is no window.</exception>
    /// <exception cref="OperationCanceledException">Asked for, between two iterations.</exception>
    public static FitResult Fit(IReadOnlyList<WindowSet> series, SeriesMixtureOptions options, CancellationToken cancellation = default)
    {
        if (series.Count == 0 || series.Any(windows => windows.Dimension != series[0].Dimension))
        {
            throw new ArgumentException("a mixture of series needs at least one, and windows of one dimension", nameof(series));
        }

        using ForkJoin threads = new(Threads(options));
        return Fit(Sum(series, options.Limit, threads), options, threads, cancellation);
    }

    internal static int Threads(SeriesMixtureOptions options) => options.Threads > 0 ? options.Threads : Math.Min(FitOptions.MaxThreads, Environment.ProcessorCount);

    internal static SeriesMoments[] Sum(IReadOnlyList<WindowSet> series, double limit, ForkJoin threads)
    {
        SeriesMoments[] moments = new SeriesMoments[series.Count];
        SeriesSums?[] sums = new SeriesSums?[threads.Threads];
        threads.Run(series.Count, (s, slot) => moments[s] = (sums[slot] ??= new SeriesSums(series[s].Dimension, limit)).Of(series[s]));
        return moments;
    }

    internal static FitResult Fit(IReadOnlyList<SeriesMoments> all, SeriesMixtureOptions options, ForkJoin threads, CancellationToken cancellation)
    {
        SeriesMoments[] series = [.. all.Where(moments => moments.Count > 0)];
        Check(series, options);
        long windows = series.Sum(moments => (long)moments.Count);
        SeriesMaximization maximization = new(series, options.Ridge, threads);
        List<double[]> responsibilities = SeriesStart.Responsibilities(series, Math.Min(options.Components, series.Length), options.Seed);
        List<double> trace = [];
        int dropped = 0;
        SeriesComponent[]? components = null;
        StopReason stop = StopReason.MaxIterations;
        while (trace.Count < options.MaxIterations)
        {
            cancellation.ThrowIfCancellationRequested();
            bool given = GiveUp(responsibilities, options.LeastSeries);
            dropped += given ? 1 : 0;
            components = maximization.Run(responsibilities);
            if (components is null)
            {
                stop = StopReason.Singular;
                break;
            }

            double objective = Expect(series, components, options.Overlap, responsibilities, threads) * options.Overlap / windows;
            trace.Add(objective);
            if (trace.Count > 1 && !given && objective - trace[^2] < options.Tolerance)
            {
                stop = StopReason.Converged;
                break;
            }
        }

        GaussianMixture? mixture = components is null ? null : Mixture(components);
        FitReport report = new()
        {
            Stop = stop,
            Iterations = trace.Count,
            Trace = trace,
            LogLikelihood = trace.Count > 0 && mixture is not null ? trace[^1] * windows / options.Overlap : double.NaN,
            Windows = (int)Math.Min(int.MaxValue, windows),
            FreeParameters = GaussianMixture.CountParameters(responsibilities.Count, series[0].Dimension, CovarianceShape.Full),
            Dropped = dropped,
            RidgeEscalations = maximization.Escalations,
        };
        return new FitResult(mixture, report);
    }

    /// <summary>Replaces r_sk and returns Σ_s log Σ_k π_k exp(ℓ_sk / v).</summary>
    private static double Expect(SeriesMoments[] series, SeriesComponent[] components, double overlap, List<double[]> responsibilities, ForkJoin threads)
    {
        double[] logs = new double[series.Length];
        threads.Run(series.Length, (s, _) =>
        {
            double[] own = new double[components.Length];
            for (int k = 0; k < own.Length; k++)
            {
                own[k] = Math.Log(components[k].Weight) + (components[k].LogLikelihood(series[s]) / overlap);
            }

            logs[s] = LogSumExp.Normalise(own);
            for (int k = 0; k < own.Length; k++)
            {
                responsibilities[k][s] = own[k];
            }
        });
        return VectorKernels.Sum(logs);
    }

    /// <summary>
    /// Takes out the smallest component, if it has too few series: one an iteration, so that its series find another before the next is judged. They have
    /// no say in the M-step in between.
    /// </summary>
    private static bool GiveUp(List<double[]> responsibilities, double least)
    {
        double[] sizes = [.. responsibilities.Select(r => VectorKernels.Sum(r))];
        int smallest = Array.IndexOf(sizes, sizes.Min());
        bool given = sizes.Length > 1 && sizes[smallest] < least;
        if (given)
        {
            responsibilities.RemoveAt(smallest);
        }

        return given;
    }

    private static GaussianMixture Mixture(SeriesComponent[] components)
    {
        int dimension = components[0].Mean.Length;
        double[][] factors = Array.ConvertAll(components, component =>
        {
            double[] factor = (double[])component.Covariance.Clone();
            Cholesky.TryFactor(factor, dimension, out _);
            return factor;
        });
        return new GaussianMixture(
            Array.ConvertAll(components, component => component.Weight), [.. components.SelectMany(component => component.Mean)], Array.ConvertAll(components, component => component.Covariance), factors, CovarianceShape.Full);
    }

    private static void Check(SeriesMoments[] series, SeriesMixtureOptions options)
    {
        if (series.Length == 0)
        {
            throw new ArgumentException("no series has a whole window");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Components, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIterations, 1);
        if (!(options.Ridge >= 0.0) || !(options.Overlap > 0.0) || !(options.LeastSeries >= 0.0) || !(options.Tolerance >= 0.0) || !(options.Limit > 0.0))
        {
            throw new ArgumentException($"ridge {options.Ridge}, least series {options.LeastSeries} and tolerance {options.Tolerance} must not be negative; overlap {options.Overlap} and limit {options.Limit} must be above zero", nameof(options));
        }
    }
}
