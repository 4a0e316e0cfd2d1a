using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The E-step for full covariances: t_nk = π_k N(x_n; μ_k, Σ_k) / p(x_n) in log space.
/// <para>
/// Only components that can matter are evaluated to the end. A window's owner of the last E-step comes first and gives a lower bound
/// on its largest log density, <c>best</c>. Every other component is left as soon as the rows of |W_k x − b_k|² so far put its log
/// density more than T = ln K + 53 ln 2 + 1 below: then t_nk &lt; 2⁻⁵³/(e K), so that all components left together change no
/// window's p(x_n) by half a unit in the last place. Their responsibilities are zero.
/// </para>
/// <para>
/// A component that was far from a window and has not moved much since is not tried on it at all (<see cref="CarriedBounds"/>).
/// </para>
/// <para>
/// Chunks of windows are jobs of their own; each writes its own part of the responsibilities and its own sums, which are added in
/// the order of the chunks. What is left early depends on the data and on earlier responsibilities alone.
/// </para>
/// </summary>
internal sealed unsafe class FullExpectation
{
    private const int Chunk = 512;

    // Rows of log densities do not begin a power of two apart, or they would all compete for the same lines of the cache.
    private const int Stride = Chunk + 8;
    private const double HalfUnit = 36.7368005696771; // 53 ln 2

    private readonly WindowRows _rows;
    private readonly PanelLayout _layout;
    private readonly ForkJoin _threads;
    private readonly int _chunks;
    private readonly Scratch[] _scratch;
    private readonly double[] _totals;
    private readonly short[] _owners;
    private readonly Action<int, int> _job;
    private readonly int[] _begun;
    private readonly int[] _finished;
    private readonly IncompleteExpectation? _incomplete;
    private readonly CarriedBounds? _bounds;
    private IReadOnlyList<WhitenedComponent> _components = [];
    private IReadOnlyList<double[]>? _responsibilities;
    private double[]? _logDensities;

    /// <param name="precisions">What windows with missing values are scored with; null when the set has none.</param>
    /// <param name="bounds">What is carried over from one E-step to the next; null when there is but one.</param>
    public FullExpectation(
        WindowRows rows, PanelLayout layout, int components, ForkJoin threads, ComponentPrecisions? precisions, CarriedBounds? bounds = null)
    {
        (_rows, _layout, _threads, _bounds) = (rows, layout, threads, bounds);
        _incomplete = precisions is null ? null : new IncompleteExpectation(precisions, layout, threads);
        _chunks = (rows.Count + Chunk - 1) / Chunk;
        _scratch = new Scratch[threads.Threads];
        for (int slot = 0; slot < _scratch.Length; slot++)
        {
            _scratch[slot] = new Scratch(components, rows.IsDirect ? 0 : Chunk * rows.Width);
        }

        _totals = new double[_chunks];
        (_begun, _finished) = (new int[_chunks], new int[_chunks]);
        _owners = new short[rows.Count];
        _job = RunChunk;
    }

    /// <summary>Pairs of a window and a component that the last run has evaluated, in part at least; the others were known to be far.</summary>
    public long Begun { get; private set; }

    /// <summary>Says which component each window most likely belongs to; a bad guess costs time only.</summary>
    public void Guess(IReadOnlyList<double[]> responsibilities)
    {
        for (int n = 0; n < _owners.Length; n++)
        {
            int best = 0;
            for (int k = 1; k < responsibilities.Count; k++)
            {
                best = responsibilities[k][n] > responsibilities[best][n] ? k : best;
            }

            _owners[n] = (short)best;
        }
    }

    /// <summary>Fills what is given: responsibilities (K arrays of N) and log-densities (N). Returns Σ_n log p(x_n).</summary>
    public double Run(IReadOnlyList<WhitenedComponent> components, IReadOnlyList<double[]>? responsibilities, double[]? logDensities)
    {
        (_components, _responsibilities, _logDensities) = (components, responsibilities, logDensities);
        _threads.Run(_chunks, _job);
        double total = 0.0;
        foreach (double chunk in _totals)
        {
            total += chunk;
        }

        Begun = _begun.Sum(pairs => (long)pairs);
        _bounds?.End(components.Count, Begun, _finished.Sum(pairs => (long)pairs));
        return _incomplete is null ? total : total + _incomplete.Run(components, responsibilities, logDensities);
    }

    private void RunChunk(int chunk, int slot)
    {
        int start = chunk * Chunk, count = Math.Min(Chunk, _rows.Count - start);
        Scratch scratch = _scratch[slot];
        double** windows = stackalloc double*[Chunk];
        fixed (double* values = _rows.Values, block = scratch.Block)
        {
            for (int n = 0; n < count; n++)
            {
                if (_rows.IsDirect)
                {
                    windows[n] = values + _rows.Starts[start + n];
                }
                else
                {
                    windows[n] = block + ((nint)n * _rows.Width);
                    _rows.Read(start + n, windows[n]);
                }
            }

            scratch.Logs.AsSpan(0, _components.Count * Stride).Fill(double.NegativeInfinity);
            scratch.Best.AsSpan().Fill(double.NegativeInfinity);
            for (int n = 0; n < count; n++)
            {
                // A component may have been dropped since.
                scratch.Owners[n] = Math.Min(_owners[start + n], _components.Count - 1);
            }

            ScoreOwners(scratch, count, windows);
            (_begun[chunk], _finished[chunk]) = (count, count);
            for (int k = 0; k < _components.Count; k++)
            {
                ScoreOthers(scratch, k, chunk, count, windows);
            }
        }

        Share(scratch, chunk, start, count);
    }

    /// <summary>Every window under its owner, in full.</summary>
    private void ScoreOwners(Scratch scratch, int count, double** windows)
    {
        // Sorted by owner, in their order.
        Span<int> next = stackalloc int[_components.Count + 1];
        for (int n = 0; n < count; n++)
        {
            next[scratch.Owners[n] + 1]++;
        }

        for (int k = 0; k < _components.Count; k++)
        {
            next[k + 1] += next[k];
        }

        for (int n = 0; n < count; n++)
        {
            scratch.Sorted[next[scratch.Owners[n]]++] = n;
        }

        for (int k = 0, from = 0; k < _components.Count; from = next[k++])
        {
            int listed = next[k] - from;
            scratch.Sorted.AsSpan(from, listed).CopyTo(scratch.List);
            scratch.Limits.AsSpan(0, listed).Fill(double.PositiveInfinity);
            Score(scratch, k, listed, windows, null);
        }
    }

    /// <summary>The other windows, each until the component cannot matter to it.</summary>
    private void ScoreOthers(Scratch scratch, int k, int chunk, int count, double** windows)
    {
        double top = 2.0 * (_components[k].LogScale + Math.Log(_components.Count) + HalfUnit + 1.0);
        bool areBounded = _bounds is { IsInUse: true };
        fixed (float* bounds = areBounded ? _bounds!.Of(k).AsSpan(chunk * Chunk) : [])
        {
            int listed;
            fixed (double* limits = scratch.Limits, best = scratch.Best, moves = areBounded ? _bounds!.Moves(k) : null)
            {
                fixed (int* list = scratch.List, owners = scratch.Owners)
                {
                    listed = areBounded
                        ? LowerBounds.MoveAndList(owners, k, top, best, count, bounds, moves, list, limits)
                        : WindowLists.Others(owners, k, top, best, count, list, limits);
                }
            }

            _begun[chunk] += listed;
            _finished[chunk] += Score(scratch, k, listed, windows, bounds);
        }
    }

    /// <summary>Log densities of the listed windows; those whose sum passes its limit drop out of the list. Counts the others.</summary>
    /// <param name="bounds">Where what was found of |z| is to be noted, if anywhere.</param>
    private int Score(Scratch scratch, int k, int listed, double** windows, float* bounds)
    {
        WhitenedComponent component = _components[k];
        Array.Clear(scratch.Sums, 0, listed);
        fixed (double* panels = component.Panels, bias = component.Bias, sums = scratch.Sums, limits = scratch.Limits, best = scratch.Best, logs = scratch.Logs)
        {
            fixed (int* order = _layout.Order, list = scratch.List)
            {
                for (int s = 0; s < _layout.Stages.Length && listed > 0; s++)
                {
                    // The kernel reads whole groups; what it makes of the padding is not used.
                    for (int padding = 0; padding < WhiteningKernel.Group; padding++)
                    {
                        list[listed + padding] = list[listed - 1];
                    }

                    WhiteningKernel.AddSquares(panels, _layout.Stages[s], order, bias, windows, list, listed, sums);
                    if (bounds is not null)
                    {
                        LowerBounds.Note(list, sums, listed, CarriedBounds.Kind(s), bounds);
                    }

                    listed = WindowLists.Keep(list, limits, sums, listed);
                }

                double* row = logs + (k * Stride);
                for (int m = 0; m < listed; m++)
                {
                    double log = component.LogScale - (0.5 * sums[m]);
                    int n = list[m];
                    row[n] = log;
                    best[n] = log > best[n] ? log : best[n];
                }
            }
        }

        return listed;
    }

    private void Share(Scratch scratch, int chunk, int start, int count)
    {
        int components = _components.Count;
        ResponsibilityShares.Compute(scratch.Logs, Stride, count, components, scratch.Best, scratch.Owners);
        double total = 0.0;
        for (int n = 0; n < count; n++)
        {
            total += scratch.Best[n];
            _owners[start + n] = (short)scratch.Owners[n];
        }

        _totals[chunk] = total;
        if (_logDensities is not null)
        {
            scratch.Best.AsSpan(0, count).CopyTo(_logDensities.AsSpan(start));
        }

        for (int k = 0; k < components && _responsibilities is not null; k++)
        {
            scratch.Logs.AsSpan(k * Stride, count).CopyTo(_responsibilities[k].AsSpan(start));
        }
    }

    /// <summary>What one thread works in.</summary>
    private sealed class Scratch(int components, int block)
    {
        public int[] List { get; } = new int[Chunk + WhiteningKernel.Group];

        public double[] Limits { get; } = new double[Chunk + WhiteningKernel.Group];

        public double[] Sums { get; } = new double[Chunk + WhiteningKernel.Group];

        public double[] Best { get; } = new double[Chunk];

        public int[] Owners { get; } = new int[Chunk];

        public int[] Sorted { get; } = new int[Chunk];

        public double[] Logs { get; } = new double[components * Stride];

        public double[] Block { get; } = new double[Math.Max(1, block)];
    }
}
