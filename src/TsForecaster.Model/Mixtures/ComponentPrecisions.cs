using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Precisions of the components that the last E-step scored: what the M-step after it takes missing values from.
/// </summary>
internal sealed class ComponentPrecisions
{
    private readonly PrecisionMatrix[] _components;
    private readonly double[][] _scratch;
    private readonly ForkJoin _threads;
    private readonly Action<int, int> _job;
    private IReadOnlyList<WhitenedComponent> _whitened = [];

    private ComponentPrecisions(IncompleteRows rows, int components, ForkJoin threads)
    {
        (Rows, _threads) = (rows, threads);
        int width = OuterProductKernel.Padded(rows.Dimension);
        _scratch = [.. Enumerable.Range(0, threads.Threads).Select(_ => new double[2 * width * width])];
        _components = [.. Enumerable.Range(0, components).Select(_ => new PrecisionMatrix(rows.Dimension, rows.Levels))];
        _job = (k, slot) => _components[k].Take(_whitened[k], _scratch[slot]);
    }

    /// <summary>The windows they are for.</summary>
    public IncompleteRows Rows { get; }

    /// <summary>Whether they belong to the responsibilities at hand. Where not, missing values are taken as they are filled in.</summary>
    public bool AreKnown { get; private set; }

    public int Count => _components.Length;

    public PrecisionMatrix this[int component] => _components[component];

    /// <summary>Null for windows without missing values, which need none.</summary>
    public static ComponentPrecisions? For(WindowRows rows, int components, ForkJoin threads) =>
        rows.Incomplete is null ? null : new ComponentPrecisions(rows.Incomplete, components, threads);

    /// <summary>Takes components over: K·D³/6 operations.</summary>
    public void Take(IReadOnlyList<WhitenedComponent> components)
    {
        _whitened = components;
        _threads.Run(components.Count, _job);
        AreKnown = true;
    }

    /// <summary>Says that responsibilities are no longer those of these components.</summary>
    public void Forget() => AreKnown = false;
}
