using BenchmarkDotNet.Attributes;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Benchmarks.Kernels;

/// <summary>|W x − b|² of 512 windows of a series: the kernel beside the naive loop of its header.</summary>
[MemoryDiagnoser]
public unsafe class WhiteningKernelBenchmarks
{
    private const int Windows = 512;

    private PanelLayout _layout = PanelLayout.Natural(1);
    private double[] _w = [], _panels = [], _bias = [], _series = [], _sums = [];
    private int[] _list = [];

    [Params(25, 50, 128)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        SeededRandom random = new(1);
        _layout = PanelLayout.Spread(Dimension);
        _w = new double[Dimension * Dimension];
        _series = new double[Windows + Dimension];
        random.FillGaussian(_w);
        random.FillGaussian(_series);
        _panels = new double[_layout.Size];
        double[] transposed = new double[_w.Length];
        for (int i = 0; i < _w.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, Dimension);
            transposed[(column * Dimension) + row] = column <= row ? _w[i] : 0.0;
        }

        _layout.Pack(transposed, Dimension, _panels);
        _bias = new double[_layout.Panels * WhiteningKernel.PanelRows];
        _sums = new double[Windows];
        _list = [.. Enumerable.Range(0, Windows)];
    }

    [Benchmark(Baseline = true)]
    public double[] Scalar()
    {
        for (int n = 0; n < Windows; n++)
        {
            double sum = 0.0;
            for (int i = 0; i < Dimension; i++)
            {
                double z = 0.0;
                for (int j = 0; j <= i; j++)
                {
                    z += _w[(i * Dimension) + j] * _series[n + _layout.Order[j]];
                }

                sum += z * z;
            }

            _sums[n] = sum;
        }

        return _sums;
    }

    [Benchmark]
    public double[] Kernel()
    {
        Array.Clear(_sums);
        double** starts = stackalloc double*[Windows];
        fixed (double* x = _series, panels = _panels, bias = _bias, sums = _sums)
        {
            fixed (int* order = _layout.Order, list = _list)
            {
                for (int n = 0; n < Windows; n++)
                {
                    starts[n] = x + n;
                }

                foreach (PanelLayout.Stage stage in _layout.Stages)
                {
                    WhiteningKernel.AddSquares(panels, stage, order, bias, starts, list, Windows, sums);
                }
            }
        }

        return _sums;
    }
}
