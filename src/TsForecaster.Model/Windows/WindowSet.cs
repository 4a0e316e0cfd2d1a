namespace TsForecaster.Model.Windows;

/// <summary>
/// The windows of one or several stretches of history, as a view: window n is a slice of a history, normalised only when it
/// is read. No N×D matrix exists. A plain matrix is the special case where windows do not overlap
/// (<see cref="FromRows"/>). Windows that hold a missing value (NaN) are left out.
/// </summary>
public sealed class WindowSet
{
    private readonly IReadOnlyList<ReadOnlyMemory<double>> _histories;
    private readonly List<Location> _windows;
    private readonly Normalisation _normalisation;
    private readonly int _channels;
    private readonly int _pastDimension;

    private WindowSet(IReadOnlyList<ReadOnlyMemory<double>> histories, List<Location> windows, int dimension, int pastDimension, int channels, Normalisation normalisation)
    {
        (_histories, _windows, Dimension) = (histories, windows, dimension);
        (_pastDimension, _channels, _normalisation) = (pastDimension, channels, normalisation);
    }

    /// <summary>N, the number of complete windows.</summary>
    public int Count => _windows.Count;

    /// <summary>D, the numbers in a window.</summary>
    public int Dimension { get; }

    /// <summary>All windows of a history, one starting every <paramref name="stride"/> steps.</summary>
    /// <param name="history">Step-major values, <see cref="WindowShape.Channels"/> a step.</param>
    /// <inheritdoc cref="Over(IReadOnlyList{ReadOnlyMemory{double}}, WindowShape, Normalisation, int)"/>
    public static WindowSet Over(ReadOnlyMemory<double> history, WindowShape shape, Normalisation normalisation, int stride = 1) =>
        Over([history], shape, normalisation, stride);

    /// <summary>
    /// The windows of several histories that share a shape; no window crosses from one into the next. A history of n steps has
    /// n − (P + F) + 1 windows at stride 1, and none when it is shorter than a window.
    /// </summary>
    /// <param name="histories">Not copied: their values must not change while the set is in use.</param>
    /// <param name="stride">Steps from the start of a window to the start of the next, counted from the start of each history.</param>
    /// <exception cref="ArgumentException">A history is not a whole number of steps, or holds an infinite value.</exception>
    public static WindowSet Over(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        List<Location> windows = [];
        for (int h = 0; h < histories.Count; h++)
        {
            AddWindows(h, histories[h].Span, shape, stride, windows);
        }

        return new WindowSet([.. histories], windows, shape.Dimension, shape.PastDimension, shape.Channels, normalisation);
    }

    /// <summary>The rows of an N×D row-major matrix, not normalised.</summary>
    /// <exception cref="ArgumentException">The length is not a multiple of D, or a number is not finite.</exception>
    public static WindowSet FromRows(ReadOnlyMemory<double> rows, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (rows.Length % dimension != 0)
        {
            throw new ArgumentException($"{rows.Length} numbers are not whole rows of {dimension}", nameof(rows));
        }

        ReadOnlySpan<double> values = rows.Span;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ArgumentException($"row {i / dimension}, column {i % dimension} (counted from 0) is {values[i]}; rows must be finite", nameof(rows));
            }
        }

        List<Location> windows = new(rows.Length / dimension);
        for (int offset = 0; offset < rows.Length; offset += dimension)
        {
            windows.Add(new Location(0, offset));
        }

        return new WindowSet([rows], windows, dimension, dimension, 1, Normalisation.None);
    }

    /// <summary>Writes window <paramref name="index"/>, normalised, into <paramref name="destination"/> (length D).</summary>
    public void CopyTo(int index, Span<double> destination)
    {
        ReadOnlySpan<double> raw = Raw(index);
        if (_normalisation is { Centring: Centring.None, Scaling: Scaling.None })
        {
            raw.CopyTo(destination);
            return;
        }

        for (int channel = 0; channel < _channels; channel++)
        {
            (double level, double scale) = _normalisation.Measure(raw[.._pastDimension], _channels, channel);
            for (int i = channel; i < raw.Length; i += _channels)
            {
                destination[i] = (raw[i] - level) / scale;
            }
        }
    }

    /// <summary>Window <paramref name="index"/> as it lies in its history, not normalised (length D).</summary>
    public ReadOnlySpan<double> Raw(int index)
    {
        (int history, int offset) = _windows[index];
        return _histories[history].Span.Slice(offset, Dimension);
    }

    /// <summary>Whether windows are anything but slices of their history.</summary>
    internal bool IsNormalised => _normalisation is not { Centring: Centring.None, Scaling: Scaling.None };

    /// <summary>Whether windows are slices that share most of their numbers with others.</summary>
    internal bool IsOverlapping => !IsNormalised && 4L * _histories.Sum(history => (long)history.Length) <= (long)Count * Dimension;

    internal IReadOnlyList<ReadOnlyMemory<double>> Histories => _histories;

    internal int Channels => _channels;

    /// <summary>Which history a window lies in, and at which of its numbers it starts.</summary>
    internal (int History, int Offset) Start(int index) => (_windows[index].History, _windows[index].Offset);

    /// <summary>Level and scale of one channel of a window, as <see cref="CopyTo"/> applies them.</summary>
    internal (double Level, double Scale) Measure(int index, int channel) => _normalisation.Measure(Raw(index)[.._pastDimension], _channels, channel);

    private static void AddWindows(int h, ReadOnlySpan<double> history, WindowShape shape, int stride, List<Location> windows)
    {
        int channels = shape.Channels;
        if (history.Length % channels != 0)
        {
            throw new ArgumentException($"history {h} has {history.Length} numbers, which are not whole steps of {channels} channels");
        }

        // A window ending with this step is complete when the last missing value lies before its start.
        int lastMissing = -1;
        for (int step = 0; step < history.Length / channels; step++)
        {
            for (int channel = 0; channel < channels; channel++)
            {
                double value = history[(step * channels) + channel];
                if (double.IsInfinity(value))
                {
                    throw new ArgumentException($"history {h}, step {step}, channel {channel} (counted from 0) is {value}; mark a missing value by NaN");
                }

                lastMissing = double.IsNaN(value) ? step : lastMissing;
            }

            int start = step - shape.Steps + 1;
            if (start >= 0 && start > lastMissing && start % stride == 0)
            {
                windows.Add(new Location(h, start * channels));
            }
        }
    }

    /// <summary>Where a window starts: which history, and which number of it.</summary>
    private readonly record struct Location(int History, int Offset);
}
