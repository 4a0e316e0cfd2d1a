namespace TsForecaster.Model.Windows;

/// <summary>
/// The windows of one or several stretches of history, as a view: window n is a stretch of a history, whose lags are picked and
/// normalised only when it is read. No N×D matrix exists. A plain matrix is the special case where windows do not overlap
/// (<see cref="FromRows"/>). Windows that hold a missing value (NaN) are left out unless the set is told which to keep; those stand
/// behind the complete ones.
/// </summary>
public sealed class WindowSet
{
    private readonly IReadOnlyList<ReadOnlyMemory<double>> _histories;
    private readonly List<Location> _windows;
    private readonly WindowReader? _reader;
    private readonly int _stretch;
    private readonly Lazy<WindowSet> _filled;

    /// <param name="reader">Null when windows are slices of <paramref name="stretch"/> numbers, as they are.</param>
    private WindowSet(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowList windows, int dimension, int channels, int stretch, WindowReader? reader)
    {
        (_histories, _windows, Dimension, Channels, _stretch, _reader) = (histories, windows.Whole, dimension, channels, stretch, reader);
        CompleteCount = windows.Whole.Count;
        _windows.AddRange(windows.Partial);
        _filled = new Lazy<WindowSet>(Fill);
    }

    /// <summary>N, the number of windows.</summary>
    public int Count => _windows.Count;

    /// <summary>Windows 0 … CompleteCount − 1 have no missing value, the others do; both lie in the order of their histories.</summary>
    public int CompleteCount { get; }

    /// <summary>D, the numbers in a window.</summary>
    public int Dimension { get; }

    /// <summary>All windows of a history, one starting every <paramref name="stride"/> steps.</summary>
    /// <param name="history">Step-major values, <see cref="WindowShape.Channels"/> a step.</param>
    /// <inheritdoc cref="Over(IReadOnlyList{ReadOnlyMemory{double}}, WindowShape, Normalisation, int, MissingValues?)"/>
    public static WindowSet Over(ReadOnlyMemory<double> history, WindowShape shape, Normalisation normalisation, int stride = 1, MissingValues? missing = null) =>
        Over([history], shape, normalisation, stride, missing);

    /// <summary>
    /// The windows of several histories that share a shape; no window crosses from one into the next. A history of n steps has
    /// n − (R + F) + 1 windows at stride 1, R the steps that a past reaches back, and none when it is shorter.
    /// </summary>
    /// <param name="histories">Not copied: their values must not change while the set is in use.</param>
    /// <param name="stride">Steps from the start of a window to the start of the next, counted from the start of each history.</param>
    /// <param name="missing">Which windows with missing values are kept; none when left out.</param>
    /// <exception cref="ArgumentException">A history is not a whole number of steps, or holds an infinite value.</exception>
    public static WindowSet Over(
        IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, int stride = 1, MissingValues? missing = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        missing?.Check();
        WindowReader reader = new(shape, normalisation);
        WindowList windows = new(missing, shape.Dimension);
        for (int h = 0; h < histories.Count; h++)
        {
            Require(h, histories[h].Span, shape.Channels);
            AddWindows(h, histories[h].Span, reader, stride, windows);
        }

        int stretch = (reader.Reach + shape.Future) * shape.Channels;
        return new WindowSet([.. histories], windows, shape.Dimension, shape.Channels, stretch, reader.IsPlain ? null : reader);
    }

    /// <summary>The rows of an N×D row-major matrix, not normalised.</summary>
    /// <param name="missing">Which rows with missing numbers (NaN) are kept; when left out, rows must be finite.</param>
    /// <exception cref="ArgumentException">The length is not a multiple of D, or a number is not finite.</exception>
    public static WindowSet FromRows(ReadOnlyMemory<double> rows, int dimension, MissingValues? missing = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        missing?.Check();
        if (rows.Length % dimension != 0)
        {
            throw new ArgumentException($"{rows.Length} numbers are not whole rows of {dimension}", nameof(rows));
        }

        ReadOnlySpan<double> values = rows.Span;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) && (missing is null || !double.IsNaN(values[i])))
            {
                throw new ArgumentException($"row {i / dimension}, column {i % dimension} (counted from 0) is {values[i]}; rows must be finite", nameof(rows));
            }
        }

        WindowList windows = new(missing, dimension);
        for (int offset = 0; offset < rows.Length; offset += dimension)
        {
            ReadOnlySpan<double> row = values.Slice(offset, dimension);
            if (!HasMissing(row))
            {
                windows.Whole.Add(new Location(0, offset));
            }
            else if (missing!.Allow(row, dimension, 1))
            {
                windows.AddPartial(new Location(0, offset));
            }
        }

        return new WindowSet([rows], windows, dimension, 1, dimension, null) { IsMatrix = true };
    }

    /// <summary>Writes window <paramref name="index"/>, normalised, into <paramref name="destination"/> (length D).</summary>
    public void CopyTo(int index, Span<double> destination)
    {
        if (_reader is null)
        {
            Stretch(index).CopyTo(destination);
        }
        else
        {
            _reader.Read(Stretch(index), destination);
        }
    }

    /// <summary>
    /// What window <paramref name="index"/> is read from, as it lies in its history: the window itself when it is neither normalised
    /// nor has left-out lags.
    /// </summary>
    internal ReadOnlySpan<double> Stretch(int index)
    {
        (int history, int offset) = _windows[index];
        return _histories[history].Span.Slice(offset, _stretch);
    }

    /// <summary>Whether windows are anything but slices of their history.</summary>
    internal bool IsPlain => _reader is null;

    /// <summary>Whether a window is the last D numbers of its stretch, all less one level and divided by one scale.</summary>
    internal bool IsShifted => _reader is { Shape: { IsContiguous: true, Channels: 1 }, IsProfiled: false };

    /// <summary>Whether windows are slices that share most of their numbers with others.</summary>
    internal bool IsOverlapping => IsPlain && 4L * _histories.Sum(history => (long)history.Length) <= (long)CompleteCount * Dimension;

    /// <summary>
    /// Levels that a window was centred by as far as it was observed, and not by the whole past that complete windows are centred by: one
    /// a channel, or none. Number i of a window belongs to level i modulo this.
    /// </summary>
    internal int FreeLevels => _reader is { Normalisation.IsLevelOfPast: true } ? Channels : 0;

    /// <summary>
    /// The same windows with what is missing filled in, all complete: on a line between neighbours in time, in a matrix by the means of its
    /// columns. The set itself when nothing is missing.
    /// </summary>
    internal WindowSet Filled => CompleteCount == Count ? this : _filled.Value;

    internal IReadOnlyList<ReadOnlyMemory<double>> Histories => _histories;

    internal int Channels { get; }

    /// <summary>Whether windows are the rows of a matrix, whose columns need have no order.</summary>
    private bool IsMatrix { get; init; }

    /// <summary>Which history a window lies in, and at which of its numbers it starts.</summary>
    internal (int History, int Offset) Start(int index) => (_windows[index].History, _windows[index].Offset);

    /// <summary>Level and scale of a window where <see cref="IsShifted"/>, as <see cref="CopyTo"/> applies them.</summary>
    internal (double Level, double Scale) Measure(int index) => _reader!.Measure(Stretch(index));

    private static void Require(int h, ReadOnlySpan<double> history, int channels)
    {
        if (history.Length % channels != 0)
        {
            throw new ArgumentException($"history {h} has {history.Length} numbers, which are not whole steps of {channels} channels");
        }

        for (int i = 0; i < history.Length; i++)
        {
            if (double.IsInfinity(history[i]))
            {
                throw new ArgumentException($"history {h}, step {i / channels}, channel {i % channels} (counted from 0) is {history[i]}; mark a missing value by NaN");
            }
        }
    }

    private static void AddWindows(int h, ReadOnlySpan<double> history, WindowReader reader, int stride, WindowList windows)
    {
        int channels = reader.Shape.Channels, steps = reader.Reach + reader.Shape.Future;
        bool contiguous = reader.Shape.IsContiguous;
        int lead = reader.Reach - reader.Shape.Reach;

        // A contiguous window ending with this step is complete when the last missing value lies before its first lag.
        int lastMissing = -1;
        for (int step = 0; step < history.Length / channels; step++)
        {
            lastMissing = HasMissing(history.Slice(step * channels, channels)) ? step : lastMissing;
            int start = step - steps + 1;
            if (start < 0 || start % stride != 0)
            {
                continue;
            }

            ReadOnlySpan<double> stretch = history.Slice(start * channels, steps * channels);
            if (contiguous ? start + lead > lastMissing : reader.IsComplete(stretch))
            {
                windows.Whole.Add(new Location(h, start * channels));
            }
            else if (windows.Missing is { } missing)
            {
                reader.Pick(stretch, windows.Window);
                if (missing.Allow(windows.Window, reader.Shape.PastDimension, channels))
                {
                    windows.AddPartial(new Location(h, start * channels));
                }
            }
        }
    }

    private static bool HasMissing(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (double.IsNaN(value))
            {
                return true;
            }
        }

        return false;
    }

    private WindowSet Fill()
    {
        ReadOnlyMemory<double>[] filled = [.. _histories.Select(history => (ReadOnlyMemory<double>)(IsMatrix
            ? FilledHistory.ByColumn(history.Span, Dimension)
            : FilledHistory.Between(history.Span, Channels)))];
        WindowList windows = new(null, Dimension);
        windows.Whole.AddRange(_windows);
        return new WindowSet(filled, windows, Dimension, Channels, _stretch, _reader);
    }

    /// <summary>Where the stretch of a window starts: which history, and which number of it.</summary>
    private readonly record struct Location(int History, int Offset);

    /// <summary>Windows as they are found.</summary>
    private sealed class WindowList(MissingValues? missing, int dimension)
    {
        private int _found;

        public MissingValues? Missing => missing;

        /// <summary>Room for a window to look at.</summary>
        public double[] Window { get; } = new double[dimension];

        public List<Location> Whole { get; } = [];

        public List<Location> Partial { get; } = [];

        public void AddPartial(Location window)
        {
            if (_found++ % missing!.Stride == 0)
            {
                Partial.Add(window);
            }
        }
    }
}
