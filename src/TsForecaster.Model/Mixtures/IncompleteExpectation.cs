using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The E-step for windows with missing values: t_nk ∝ π_k N(x_n^O; μ_k^O, Σ_k^OO), O what is observed of window n (Ghahramani and
/// Jordan, 1994). A window is imputed under every component and scored as a whole one; what the imputed numbers are worth
/// (<see cref="Imputation"/>) is added. A chunk of windows is a job; the log densities are added in the order of the windows.
/// </summary>
internal sealed unsafe class IncompleteExpectation
{
    private const int Chunk = 64;

    private readonly ComponentPrecisions _precisions;
    private readonly IncompleteRows _windows;
    private readonly PanelLayout _layout;
    private readonly ForkJoin _threads;
    private readonly int _width;
    private readonly Scratch[] _scratch;
    private readonly double[] _scores;
    private readonly Action<int, int> _job;
    private IReadOnlyList<WhitenedComponent> _components = [];
    private IReadOnlyList<double[]>? _responsibilities;
    private double[]? _logDensities;

    public IncompleteExpectation(ComponentPrecisions precisions, PanelLayout layout, ForkJoin threads)
    {
        (_precisions, _windows, _layout, _threads) = (precisions, precisions.Rows, layout, threads);
        _width = OuterProductKernel.Padded(_windows.Dimension);
        _scratch = new Scratch[threads.Threads];
        for (int slot = 0; slot < _scratch.Length; slot++)
        {
            _scratch[slot] = new Scratch(_windows, precisions.Count, _width);
        }

        _scores = new double[_windows.Count];
        _job = RunChunk;
    }

    /// <summary>Fills what is given, where the windows stand in their set: responsibilities (K arrays) and log-densities. Returns the sum of these.</summary>
    public double Run(IReadOnlyList<WhitenedComponent> components, IReadOnlyList<double[]>? responsibilities, double[]? logDensities)
    {
        (_components, _responsibilities, _logDensities) = (components, responsibilities, logDensities);
        _precisions.Take(components);
        _threads.Run((_windows.Count + Chunk - 1) / Chunk, _job);
        double total = 0.0;
        foreach (double score in _scores)
        {
            total += score;
        }

        return total;
    }

    private void RunChunk(int chunk, int slot)
    {
        int start = chunk * Chunk, count = Math.Min(Chunk, _windows.Count - start);
        Scratch scratch = _scratch[slot];
        scratch.Best.AsSpan().Fill(double.NegativeInfinity);
        scratch.Logs.AsSpan().Fill(double.NegativeInfinity);
        for (int k = 0; k < _components.Count; k++)
        {
            Impute(scratch, _precisions[k], start, count);
            Score(scratch, k, count);
        }

        ResponsibilityShares.Compute(scratch.Logs, Chunk, count, _components.Count, scratch.Best, scratch.Owners);
        for (int n = 0; n < count; n++)
        {
            int number = _windows.Number(start + n);
            _scores[start + n] = scratch.Best[n];
            if (_logDensities is not null)
            {
                _logDensities[number] = scratch.Best[n];
            }

            for (int k = 0; k < _components.Count && _responsibilities is not null; k++)
            {
                _responsibilities[k][number] = scratch.Logs[(k * Chunk) + n];
            }
        }
    }

    /// <summary>Writes x̃ − origin of every window, and what its unknown numbers add to the log density; NaN where that fails.</summary>
    private void Impute(Scratch scratch, PrecisionMatrix precision, int start, int count)
    {
        int pattern = -1;
        bool conditioned = false;
        for (int n = 0; n < count; n++)
        {
            Span<double> row = scratch.Rows.AsSpan(n * _width, _width);
            _windows.Read(start + n, row);
            if (_windows.Pattern(start + n) != pattern)
            {
                pattern = _windows.Pattern(start + n);
                conditioned = scratch.Imputation.TryCondition(precision, row);
            }

            scratch.LogVolumes[n] = conditioned ? scratch.Imputation.LogVolume : double.NaN;
            if (conditioned)
            {
                scratch.Imputation.Impute(row);
            }
        }
    }

    private void Score(Scratch scratch, int k, int count)
    {
        WhitenedComponent component = _components[k];
        double** windows = stackalloc double*[Chunk];
        Array.Clear(scratch.Sums);
        fixed (double* rows = scratch.Rows, panels = component.Panels, bias = component.Bias, sums = scratch.Sums)
        {
            for (int n = 0; n < Chunk; n++)
            {
                windows[n] = rows + ((nint)n * _width);
            }

            fixed (int* order = _layout.Order, list = scratch.List)
            {
                for (int s = 0; s < _layout.Stages.Length; s++)
                {
                    WhiteningKernel.AddSquares(panels, _layout.Stages[s], order, bias, windows, list, count, sums);
                }
            }
        }

        for (int n = 0; n < count; n++)
        {
            double log = component.LogScale - (0.5 * scratch.Sums[n]) + scratch.LogVolumes[n];
            scratch.Logs[(k * Chunk) + n] = log;
            scratch.Best[n] = log > scratch.Best[n] ? log : scratch.Best[n];
        }
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Scratch(IncompleteRows windows, int components, int width)
    {
        public Imputation Imputation { get; } = new(windows);

        public double[] Rows { get; } = new double[Chunk * width];

        public int[] List { get; } = [.. Enumerable.Range(0, Chunk)];

        public double[] Sums { get; } = new double[Chunk];

        public double[] LogVolumes { get; } = new double[Chunk];

        public double[] Best { get; } = new double[Chunk];

        public int[] Owners { get; } = new int[Chunk];

        public double[] Logs { get; } = new double[components * Chunk];
    }
}
