using BenchmarkDotNet.Attributes;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Benchmarks.Kernels;

/// <summary>Σ r rᵀ of 64 rows: the kernel beside the naive loop of its header.</summary>
[MemoryDiagnoser]
public unsafe class OuterProductKernelBenchmarks
{
    private const int Rows = 64;

    private double[] _rows = [], _products = [];
    private int _width;

    [Params(25, 50, 128)]
    public int Dimension { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _width = OuterProductKernel.Padded(Dimension);
        _rows = new double[Rows * _width];
        _products = new double[_width * _width];
        new SeededRandom(1).FillGaussian(_rows);
    }

    [Benchmark(Baseline = true)]
    public double[] Scalar()
    {
        for (int n = 0; n < Rows; n++)
        {
            ReadOnlySpan<double> row = _rows.AsSpan(n * _width, Dimension);
            for (int i = 0; i < row.Length; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    _products[(i * _width) + j] += row[i] * row[j];
                }
            }
        }

        return _products;
    }

    [Benchmark]
    public double[] Kernel()
    {
        fixed (double* rows = _rows, products = _products)
        {
            OuterProductKernel.Add(rows, Rows, Dimension, _width, products);
        }

        return _products;
    }
}
