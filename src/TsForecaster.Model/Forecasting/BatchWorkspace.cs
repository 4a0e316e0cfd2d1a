using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>What a query with a block of pasts writes in between, on one thread; grows like <see cref="ForecastWorkspace"/>.</summary>
internal sealed class BatchWorkspace
{
    [ThreadStatic]
    private static BatchWorkspace? _current;

    private AlignedBuffer _buffer = new(0);
    private int _past;
    private int _components;

    private BatchWorkspace()
    {
    }

    /// <summary>The pasts in normalised units, one a column.</summary>
    public Span<double> Columns => Rows(0, _past);

    /// <summary>The pasts less a component's mean.</summary>
    public Span<double> Offsets => Rows(_past, _past);

    /// <summary>Squares of whitened rows, by row modulo eight.</summary>
    public Span<double> Squares => Rows(2 * _past, PanelKernels.Lanes);

    /// <summary>The largest log weight of each past.</summary>
    public Span<double> Best => Rows((2 * _past) + PanelKernels.Lanes, 1);

    /// <summary>Log weights, a component a row.</summary>
    public Span<double> LogWeights => Rows((2 * _past) + PanelKernels.Lanes + 1, _components);

    /// <summary>This thread's, large enough for a model; what it holds is undefined.</summary>
    public static BatchWorkspace For(PreparedComponents prepared)
    {
        BatchWorkspace workspace = _current ??= new BatchWorkspace();
        (workspace._past, workspace._components) = (prepared.Past, prepared.Count);
        int length = ((2 * prepared.Past) + PanelKernels.Lanes + 1 + prepared.Count) * PanelKernels.Width;
        if (workspace._buffer.Length < length)
        {
            workspace._buffer = new AlignedBuffer(length);
        }

        return workspace;
    }

    private Span<double> Rows(int first, int count) => _buffer.Slice(first * PanelKernels.Width, count * PanelKernels.Width);
}
