using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using MathNet.Numerics;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Benchmarks.Kernels;

/// <summary>Φ over an array: the kernel beside a loop over the scalar erfc of its test.</summary>
[MemoryDiagnoser]
public class VectorNormalBenchmarks
{
    private readonly double[] _z = new double[1024], _cdf = new double[1024];

    [GlobalSetup]
    public void Setup() => new SeededRandom(1).FillGaussian(_z);

    [Benchmark(Baseline = true)]
    public double[] Scalar()
    {
        for (int i = 0; i < _z.Length; i++)
        {
            _cdf[i] = 0.5 * SpecialFunctions.Erfc(-_z[i] / Math.Sqrt(2.0));
        }

        return _cdf;
    }

    [Benchmark]
    public double[] Kernel()
    {
        for (int i = 0; i < _z.Length; i += VectorNormal.Lanes)
        {
            VectorNormal.Cdf(Vector256.LoadUnsafe(ref _z[i]), out _).StoreUnsafe(ref _cdf[i]);
        }

        return _cdf;
    }
}

/// <summary>The published quantiles of a mixture: all levels together beside one level after the other.</summary>
[MemoryDiagnoser]
public class QuantileBenchmarks
{
    private readonly QuantileLevels _levels = new(0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95);
    private readonly double[] _quantiles = new double[7];
    private UnivariateMixture _mixture = new([1.0], [0.0], [1.0]);

    [Params(2, 4, 8)]
    public int Components { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        SeededRandom random = new(1);
        double[] means = new double[Components];
        random.FillGaussian(means);
        _mixture = new UnivariateMixture(
            [.. means.Select(_ => 1.0 / Components)],
            means,
            [.. means.Select(_ => 0.3 + random.NextUniform())]);
    }

    [Benchmark(Baseline = true)]
    public double[] OneByOne()
    {
        for (int i = 0; i < _quantiles.Length; i++)
        {
            _quantiles[i] = _mixture.Quantile(_levels.Probabilities[i]);
        }

        return _quantiles;
    }

    [Benchmark]
    public double[] Together()
    {
        _mixture.Quantiles(_levels, _quantiles);
        return _quantiles;
    }
}
