using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>What queries with missing values on one thread write in between, beside <see cref="ForecastWorkspace"/>; grows like it.</summary>
internal sealed class PartialWorkspace
{
    [ThreadStatic]
    private static PartialWorkspace? _current;

    private AlignedBuffer _rows = new(0);
    private double[] _solution = [];
    private double[] _variances = [];
    private bool[] _byUnknown = [];

    private PartialWorkspace()
    {
    }

    /// <summary>This thread's; what it holds is undefined.</summary>
    public static PartialWorkspace Current => _current ??= new PartialWorkspace();

    /// <summary>Of what the query is solved by.</summary>
    public UpperFactor Factor { get; } = new();

    /// <summary>Numbers of the right-hand side.</summary>
    public Span<double> Solution(int count) => At(ref _solution, 0, count);

    /// <summary>Right-hand sides of all future values side by side, padded rows of whole vectors.</summary>
    public Span<double> Rows(int count, int width)
    {
        int length = UpperFactor.PaddedRows(count) * width;
        if (_rows.Length < length)
        {
            _rows = new AlignedBuffer(length);
        }

        return _rows.Slice(0, length);
    }

    /// <summary>diag S of component k.</summary>
    public Span<double> Variances(int k, int future) => At(ref _variances, k * future, future);

    /// <summary>Whether component k was solved by what is unknown.</summary>
    public ref bool ByUnknown(int k) => ref At(ref _byUnknown, k, 1)[0];

    private static Span<T> At<T>(ref T[] numbers, int start, int length)
    {
        if (numbers.Length < start + length)
        {
            Array.Resize(ref numbers, Math.Max(start + length, 2 * numbers.Length));
        }

        return numbers.AsSpan(start, length);
    }
}
