using System.Diagnostics;
using System.Globalization;

namespace TsForecaster.Benchmarks.Em;

/// <summary>An EM iteration of ours beside scikit-learn's: the same series, start and iterations, in turn on one machine.</summary>
internal static class EmBenchmark
{
    public const string Usage = "[--series FILE --column NAME] [--shape N,D,K]… [--iterations 10] [--pairs 3] [--report FILE]";

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    public static int Run(string[] args)
    {
        EmSeries series;
        List<EmShape> shapes = [];
        int iterations = 10, pairs = 3;
        string? file = null, column = null, report = null;
        try
        {
            for (int i = 0; i < args.Length; i += 2)
            {
                string value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value");
                switch (args[i])
                {
                    case "--series": file = value; break;
                    case "--column": column = value; break;
                    case "--shape": shapes.Add(EmShape.Parse(value)); break;
                    case "--iterations": iterations = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--pairs": pairs = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--report": report = value; break;
                    default: throw new FormatException($"unknown option {args[i]}");
                }
            }

            if (file is null != column is null || iterations < 1 || pairs < 1)
            {
                throw new FormatException("--series and --column go together; --iterations and --pairs are at least 1");
            }

            series = file is null ? EmSeries.Standard() : new EmSeries(file, column!);
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine($"{error.Message}; usage: em {Usage}");
            return 2;
        }

        double[] values = series.Read();
        List<EmResult> results = [];
        EmReport.PrintHeader();
        foreach (EmShape shape in shapes.Count > 0 ? [.. shapes] : EmShape.Standard)
        {
            if (values.Length < shape.Values)
            {
                Console.Error.WriteLine($"the series has {values.Length} values; shape {shape} needs {shape.Values}");
                return 1;
            }

            results.Add(Compare(series, values, shape, iterations, pairs));
            EmReport.Print(results[^1]);
        }

        EmReport.Save(results, series, file is null, report);
        return 0;
    }

    private static EmResult Compare(EmSeries series, double[] values, EmShape shape, int iterations, int pairs)
    {
        // Long fits need no repetition to be told from noise, and the peer would take minutes.
        int repetitions = (double)shape.N * shape.D * shape.D * shape.K < 2e9 ? 3 : 1;
        EmWork work = new(values, shape);
        long start = Stopwatch.GetTimestamp();
        do
        {
            work.Fit(iterations);
        }
        while (Stopwatch.GetElapsedTime(start) < WarmUp);

        List<(double Ours, PeerResult Theirs)> runs = [];
        for (int pair = 0; pair < pairs; pair++)
        {
            double ours = work.MillisecondsPerIteration(iterations, 2 * repetitions);
            runs.Add((ours, SklearnPeer.Run(series, shape, iterations, repetitions)));
        }

        return new EmResult
        {
            N = shape.N,
            D = shape.D,
            K = shape.K,
            OursMs = Median(runs.Select(run => run.Ours)),
            SklearnMs = Median(runs.Select(run => run.Theirs.Milliseconds)),
            Ratio = Median(runs.Select(run => run.Theirs.Milliseconds / run.Ours)),
            OursLogLikelihood = work.Fit(iterations).Report.LogLikelihood / shape.N,
            SklearnLogLikelihood = runs[0].Theirs.LogLikelihood,
            OursPeakMib = EmMemory.Measure(series, shape, iterations),
            SklearnPeakMib = Median(runs.Select(run => run.Theirs.PeakMib)),
            MatrixProductGflops = runs.Max(run => run.Theirs.MatrixProductGflops),
            Pairs = pairs,
            Iterations = iterations,
            Peer = runs[0].Theirs.Versions,
        };
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return 0.5 * (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]);
    }
}
