using System.Diagnostics;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Benchmarks.Em;

/// <summary>
/// The work both sides do: the first N + D − 1 values of a series, z-scored (population sd); windows of D; a start in which window n
/// belongs wholly to component ⌊nK/N⌋; 1e-6 added to each covariance's diagonal; a given number of EM iterations, none skipped.
/// </summary>
internal sealed class EmWork
{
    private const double Ridge = 1e-6;

    private readonly WindowSet _windows;
    private readonly FitOptions _options;

    public EmWork(double[] series, EmShape shape)
    {
        Shape = shape;
        double[] values = series[..shape.Values];
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        _windows = WindowSet.Over(Array.ConvertAll(values, value => (value - mean) / deviation), new WindowShape(shape.D - 1, 1), Normalisation.None);
        double[] start = new double[shape.N * shape.K];
        for (int n = 0; n < shape.N; n++)
        {
            start[(n * shape.K) + (int)((long)n * shape.K / shape.N)] = 1.0;
        }

        _options = new FitOptions { Components = shape.K, Ridge = 0.0, AbsoluteRidge = Ridge, Tolerance = 0.0, InitialResponsibilities = start };
    }

    public EmShape Shape { get; }

    /// <summary>An M-step from the start's labels, then so many E- and M-steps and the score of the result.</summary>
    public FitResult Fit(int iterations) =>
        ExpectationMaximization.Fit(_windows, _options with { MaxIterations = iterations + 1, Tolerance = 0.0 });

    /// <summary>(time of 1 + <paramref name="iterations"/> iterations − time of one) / <paramref name="iterations"/>, each the shortest of some.</summary>
    public double MillisecondsPerIteration(int iterations, int repetitions)
    {
        double one = double.PositiveInfinity, all = double.PositiveInfinity;
        for (int i = 0; i < repetitions; i++)
        {
            one = Math.Min(one, Time(1));
            all = Math.Min(all, Time(1 + iterations));
        }

        return (all - one) / iterations;
    }

    private double Time(int iterations)
    {
        long start = Stopwatch.GetTimestamp();
        FitResult result = Fit(iterations);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return result.Report.Iterations == iterations + 1
            ? elapsed
            : throw new InvalidOperationException($"the fit stopped after {result.Report.Iterations} M-steps, not {iterations + 1}: {result.Report.Stop}");
    }
}
