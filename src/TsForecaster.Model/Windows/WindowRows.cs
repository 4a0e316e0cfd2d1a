using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Windows;

/// <summary>
/// The windows of a set as rows of numbers relative to a common origin, for the kernels of EM. Overlapping windows that are not
/// normalised and whose past is contiguous are slices of one centred copy of the histories (N + D − 1 numbers for a series); all
/// others are computed from their history whenever they are read, so that no N×D matrix is ever made. Windows with missing values are
/// apart (<see cref="Incomplete"/>).
/// </summary>
internal sealed unsafe class WindowRows
{
    private const int Lanes = 4;

    private readonly WindowSet _windows;
    private readonly double[] _levels = [];
    private readonly double[] _scales = [];

    public WindowRows(WindowSet windows)
    {
        _windows = windows;
        Width = OuterProductKernel.Padded(windows.Dimension);
        Origin = new double[Width];
        IsDirect = windows.IsOverlapping;
        (Values, Starts) = IsDirect ? CentredHistories() : ([], []);
        if (!IsDirect)
        {
            if (windows.IsShifted)
            {
                (_levels, _scales) = Levels();
            }

            TypicalValues.OfWindows(windows.Filled).CopyTo(Origin, 0);
        }

        Incomplete = windows.CompleteCount == windows.Count ? null : new IncompleteRows(windows, Origin);
    }

    /// <summary>The number of complete windows, which come first in the set.</summary>
    public int Count => _windows.CompleteCount;

    /// <summary>The other windows of the set; null when there are none.</summary>
    public IncompleteRows? Incomplete { get; }

    public int Dimension => _windows.Dimension;

    /// <summary>Numbers of a row with its padding, which may hold anything.</summary>
    public int Width { get; }

    /// <summary>What was subtracted from every window, D numbers.</summary>
    public double[] Origin { get; }

    /// <summary>Whether window n lies at <see cref="Starts"/>[n] of <see cref="Values"/>.</summary>
    public bool IsDirect { get; }

    public double[] Values { get; }

    public int[] Starts { get; }

    /// <summary>No less than the absolute value of any number of a row.</summary>
    public double LargestNumber()
    {
        double largest = 0.0;
        double[] row = new double[Width];
        for (int n = 0; n < (IsDirect ? 1 : Count); n++)
        {
            fixed (double* numbers = row)
            {
                Read(n, numbers);
            }

            foreach (double number in IsDirect ? Values : row.AsSpan(0, Dimension))
            {
                largest = Math.Abs(number) > largest ? Math.Abs(number) : largest;
            }
        }

        return largest;
    }

    /// <summary>Writes x_n − origin, and something into the padding.</summary>
    public void Read(int n, double* destination)
    {
        if (IsDirect)
        {
            Values.AsSpan(Starts[n], Dimension).CopyTo(new Span<double>(destination, Dimension));
            return;
        }

        if (!_windows.IsPlain && !_windows.IsShifted)
        {
            _windows.CopyTo(n, new Span<double>(destination, Dimension));
            for (int i = 0; i < Dimension; i++)
            {
                destination[i] -= Origin[i];
            }

            return;
        }

        ReadOnlySpan<double> raw = _windows.Stretch(n)[^Dimension..];
        double level = _levels.Length > 0 ? _levels[n] : 0.0, scale = _levels.Length > 0 ? _scales[n] : 1.0;
        Vector256<double> l = Vector256.Create(level), s = Vector256.Create(scale);
        int j = 0;
        fixed (double* x = raw, origin = Origin)
        {
            for (; j <= raw.Length - Lanes; j += Lanes)
            {
                Vector256<double> value = Vector256.Load(x + j) - l;
                value = scale == 1.0 ? value : value / s;
                (value - Vector256.Load(origin + j)).Store(destination + j);
            }

            for (; j < raw.Length; j++)
            {
                destination[j] = ((x[j] - level) / scale) - origin[j];
            }
        }
    }

    /// <summary>Writes α_m (x_n − origin − c) for each n = list[m], a row every <see cref="Width"/> numbers; c is padded too.</summary>
    /// <param name="withFactor">Whether α_m follows the D numbers of its row; else the padding may hold anything.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadScaled(int* list, double* alpha, int count, double* c, double* destination, bool withFactor)
    {
        int width = Width, dimension = Dimension;
        fixed (double* values = Values)
        {
            fixed (int* starts = Starts)
            {
                for (int m = 0; m < count; m++, destination += width)
                {
                    double* x = destination;
                    if (IsDirect)
                    {
                        x = values + starts[list[m]];
                    }
                    else
                    {
                        Read(list[m], destination);
                    }

                    Scale(x, alpha[m], c, width, destination);
                    if (withFactor)
                    {
                        destination[dimension] = alpha[m];
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(double* x, double alpha, double* c, int width, double* destination)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<double> a = Vector512.Create(alpha);
            for (int j = 0; j < width; j += 2 * Lanes)
            {
                (a * (Vector512.Load(x + j) - Vector512.Load(c + j))).Store(destination + j);
            }
        }
        else
        {
            Vector256<double> a = Vector256.Create(alpha);
            for (int j = 0; j < width; j += Lanes)
            {
                (a * (Vector256.Load(x + j) - Vector256.Load(c + j))).Store(destination + j);
            }
        }
    }

    /// <summary>
    /// The histories one after another, each channel less a typical value, which a constant is to the bit. Missing values stay NaN: no
    /// complete window holds one.
    /// </summary>
    private (double[] Values, int[] Starts) CentredHistories()
    {
        int channels = _windows.Channels;
        int[] bases = new int[_windows.Histories.Count];
        int total = 0;
        for (int h = 0; h < bases.Length; h++)
        {
            bases[h] = total;
            total += _windows.Histories[h].Length;
        }

        // The padding of the last window's row lies beyond the histories.
        double[] values = new double[total + OuterProductKernel.Multiple];
        for (int h = 0; h < bases.Length; h++)
        {
            _windows.Histories[h].Span.CopyTo(values.AsSpan(bases[h]));
        }

        for (int channel = 0; channel < channels; channel++)
        {
            double origin = TypicalValues.OfChannel(values.AsSpan(0, total), channel, channels);
            for (int i = channel; i < total; i += channels)
            {
                values[i] -= origin;
            }

            for (int i = channel; i < Dimension; i += channels)
            {
                Origin[i] = origin;
            }
        }

        int[] starts = new int[Count];
        for (int n = 0; n < starts.Length; n++)
        {
            (int history, int offset) = _windows.Start(n);
            starts[n] = bases[history] + offset;
        }

        return (values, starts);
    }

    private (double[] Levels, double[] Scales) Levels()
    {
        double[] levels = new double[Count], scales = new double[Count];
        for (int n = 0; n < Count; n++)
        {
            (levels[n], scales[n]) = _windows.Measure(n);
        }

        return (levels, scales);
    }
}
