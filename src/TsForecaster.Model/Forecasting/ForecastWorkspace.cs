using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>What queries on one thread write in between; grows to the largest model that the thread has met, then allocates no more.</summary>
internal sealed class ForecastWorkspace
{
    [ThreadStatic]
    private static ForecastWorkspace? _current;

    private AlignedBuffer _buffer = new(0);
    private int[] _kept = [];
    private int _components;
    private int _past;
    private int _future;
    private int _levels;
    private int _channels;

    private ForecastWorkspace()
    {
    }

    /// <summary>x in normalised units, padded; the padding is zero.</summary>
    public Span<double> Past => _buffer.Slice(0, _past);

    /// <summary>Mean of the mixture, laid out as <see cref="PreparedComponents"/> has it.</summary>
    public Span<double> Mean => _buffer.Slice(_past, _future);

    /// <summary>Standard deviation of the mixture.</summary>
    public Span<double> Deviation => _buffer.Slice(_past + _future, _future);

    /// <summary>One number a component: first log π_k N(x), then the weights of those kept.</summary>
    public Span<double> LogWeights => _buffer.Slice(_past + (2 * _future), _components);

    /// <summary>The components that count, ascending.</summary>
    public Span<int> Kept => _kept.AsSpan(0, _components);

    /// <summary>What was subtracted from the past, by phase and channel.</summary>
    public Span<double> Levels => _buffer.Slice(_buffer.Length - _channels - _levels, _levels);

    /// <summary>What the past was divided by, a channel.</summary>
    public Span<double> Scales => _buffer.Slice(_buffer.Length - _channels, _channels);

    /// <summary>x − μ_P of a component, padded.</summary>
    public Span<double> Offset(int k) => PerComponent(k, 0, _past);

    /// <summary>G(x − μ_P) of all components, <see cref="Stride"/> from one to the next.</summary>
    public ReadOnlySpan<double> FutureOffsets => _buffer.Span[(Shared + _past)..];

    /// <summary>Numbers that a component has.</summary>
    public int Stride => _past + _future + PanelKernels.Lanes;

    /// <summary>G(x − μ_P) of a component.</summary>
    public Span<double> FutureOffset(int k) => PerComponent(k, _past, _future);

    /// <summary>Squares of the rows of z so far, by row modulo eight.</summary>
    public Span<double> Squares(int k) => PerComponent(k, _past + _future, PanelKernels.Lanes);

    /// <summary>This thread's, large enough for a model; what it holds is undefined but for zeros after the past.</summary>
    public static ForecastWorkspace For(PreparedComponents prepared, int levels, int channels)
    {
        ForecastWorkspace workspace = _current ??= new ForecastWorkspace();
        workspace.Fit(prepared.Count, prepared.PastPadded, prepared.FuturePadded, levels, channels);
        workspace.Past[prepared.Past..].Clear();
        return workspace;
    }

    private int Shared => _past + (2 * _future) + PanelKernels.Padded(_components);

    private Span<double> PerComponent(int k, int start, int length) => _buffer.Slice(Shared + (k * Stride) + start, length);

    private void Fit(int components, int past, int future, int levels, int channels)
    {
        (_components, _past, _future, _levels, _channels) = (components, past, future, levels, channels);
        int shared = past + (2 * future) + PanelKernels.Padded(components) + levels + channels;
        int length = shared + (components * (past + future + PanelKernels.Lanes));
        if (_buffer.Length < length)
        {
            _buffer = new AlignedBuffer(length);
        }

        if (_kept.Length < components)
        {
            _kept = new int[components];
        }
    }
}
