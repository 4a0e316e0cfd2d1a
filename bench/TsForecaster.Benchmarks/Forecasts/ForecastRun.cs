using System.Diagnostics;

namespace TsForecaster.Benchmarks.Forecasts;

/// <summary>Our side: the same queries over and over, on one thread.</summary>
internal sealed class ForecastRun(ForecastProblem problem)
{
    private const int Batches = 40;

    private readonly double[] _mean = new double[problem.Shape.Future];
    private readonly double[] _deviation = new double[problem.Shape.Future];

    private readonly double[] _means = new double[problem.Queries * problem.Shape.Future];
    private readonly double[] _deviations = new double[problem.Queries * problem.Shape.Future];

    /// <summary>Microseconds for mean and standard deviation.</summary>
    public double Moments() => Best(query => problem.Forecaster.PredictMoments(problem.Past(query), _mean, _deviation));

    /// <summary>Microseconds for mean and standard deviation, all queries in one call.</summary>
    public double Batch() => Best(
        query =>
        {
            if (query == 0)
            {
                problem.Forecaster.PredictMoments(problem.Queries, problem.Pasts, _means, _deviations);
            }
        });

    /// <summary>Microseconds for the density.</summary>
    public double Predict() => Best(query => problem.Forecaster.Predict(problem.Past(query)));

    /// <summary>Bytes that a query for moments allocates.</summary>
    public double BytesPerQuery()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int query = 0; query < problem.Queries; query++)
        {
            problem.Forecaster.PredictMoments(problem.Past(query), _mean, _deviation);
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / problem.Queries;
    }

    public double LargestDifference(double[] means)
    {
        double largest = 0.0;
        for (int query = 0; query < problem.Queries; query++)
        {
            problem.Forecaster.PredictMoments(problem.Past(query), _mean, _deviation);
            for (int i = 0; i < _mean.Length; i++)
            {
                largest = Math.Max(largest, Math.Abs(_mean[i] - means[(query * _mean.Length) + i]));
            }
        }

        return largest;
    }

    private double Best(Action<int> forecast)
    {
        double best = double.PositiveInfinity;
        for (int batch = 0; batch < Batches; batch++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int query = 0; query < problem.Queries; query++)
            {
                forecast(query);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / problem.Queries);
        }

        return best;
    }
}
