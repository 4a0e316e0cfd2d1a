using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Sums up the windows of one series after another, D² operations a window. Products are taken about the first window, so that a
/// series far from zero loses no digits. Not thread-safe.
/// </summary>
internal sealed unsafe class SeriesSums
{
    private const int BlockRows = 64;

    private readonly int _dimension;
    private readonly int _width;
    private readonly double _limit;
    private readonly double[] _block;
    private readonly double[] _ones = new double[BlockRows];
    private readonly double[] _products;
    private readonly double[] _sums;

    /// <param name="dimension">D.</param>
    /// <param name="limit">Numbers of a window beyond ± this count as if they lay there, so that a spike does not outweigh a series; infinity for none.</param>
    public SeriesSums(int dimension, double limit = double.PositiveInfinity)
    {
        (_dimension, _limit, _width) = (dimension, limit, OuterProductKernel.Padded(dimension));
        (_block, _products, _sums) = (new double[BlockRows * _width], new double[_width * _width], new double[_width]);
        Array.Fill(_ones, 1.0);
    }

    public SeriesMoments Of(WindowSet windows)
    {
        double[] origin = new double[_dimension];
        Array.Clear(_products);
        Array.Clear(_sums);
        if (windows.Count > 0)
        {
            Read(windows, 0, origin);
        }

        for (int first = 0; first < windows.Count; first += BlockRows)
        {
            Add(windows, first, Math.Min(BlockRows, windows.Count - first), origin);
        }

        return Moments(windows.Count, origin);
    }

    private void Add(WindowSet windows, int first, int count, double[] origin)
    {
        for (int n = 0; n < count; n++)
        {
            Span<double> row = _block.AsSpan(n * _width, _dimension);
            Read(windows, first + n, row);
            VectorKernels.AddScaled(-1.0, origin, row);
        }

        fixed (double* rows = _block, products = _products, ones = _ones, sums = _sums)
        {
            OuterProductKernel.Add(rows, count, _dimension, _width, products);
            OuterProductKernel.AddRows(rows, ones, count, _width, sums);
        }
    }

    private void Read(WindowSet windows, int n, Span<double> row)
    {
        windows.CopyTo(n, row);
        if (double.IsFinite(_limit))
        {
            foreach (ref double x in row)
            {
                x = Math.Clamp(x, -_limit, _limit);
            }
        }
    }

    private SeriesMoments Moments(int count, double[] origin)
    {
        double[] scatter = new double[PackedTriangle.Size(_dimension)];
        int at = 0;
        for (int i = 0; i < _dimension && count > 0; i++)
        {
            double share = _sums[i] / count;
            for (int j = 0; j <= i; j++)
            {
                scatter[at++] = _products[(i * _width) + j] - (share * _sums[j]);
            }

            origin[i] += share;
        }

        return new SeriesMoments(count, origin, scatter);
    }
}
