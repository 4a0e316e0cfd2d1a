using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Json;

namespace TsForecaster.Benchmarks.Forecasts;

/// <summary>
/// Mean and standard deviation of a future window, ours and numpy's in turn on one core, on the same mixture and pasts. Times are
/// microseconds a forecast, the median over the turns of the best of many batches.
/// </summary>
internal static class ForecastMode
{
    public const string Usage = "[--report FILE]";

    private const int Turns = 3;
    private const int Queries = 2000;

    private static readonly (int Past, int Future, int Components)[] _shapes = [(25, 25, 16), (48, 12, 8), (168, 24, 4)];
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Run(string[] args)
    {
        if (args.Length > 0 && (args.Length != 2 || args[0] != "--report"))
        {
            Console.Error.WriteLine($"unexpected '{string.Join(' ', args)}'; allowed: {Usage}");
            return 2;
        }

        string load = File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
        string machine = $"{Machine.Cpu}; {Machine.Runtime}, vectors of {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits; load before {load}";
        Row[] rows = [.. _shapes.Select(Measure)];
        string text = Text(machine, rows);
        Console.Write(text);
        string json = JsonSerializer.Serialize(rows, _json) + "\n";
        if (args.Length > 0)
        {
            File.WriteAllText(args[1], json);
        }

        Directory.CreateDirectory(Machine.Results);
        File.WriteAllText(Path.Combine(Machine.Results, "forecast.json"), json);
        File.WriteAllText(Path.Combine(Machine.Results, "forecast.md"), text);
        return 0;
    }

    private static Row Measure((int Past, int Future, int Components) shape)
    {
        ForecastProblem problem = new(shape.Past, shape.Future, shape.Components, Queries);
        ForecastRun ours = new(problem);
        var single = new List<double>();
        var batch = new List<double>();
        var predict = new List<double>();
        var factorised = new List<double>();
        var precomputed = new List<double>();
        double difference = double.NaN;
        string numpy = "";
        for (int turn = 0; turn < Turns; turn++)
        {
            single.Add(ours.Moments());
            batch.Add(ours.Batch());
            predict.Add(ours.Predict());
            NumpyPeer.Result peer = NumpyPeer.Run(problem);
            (numpy, difference) = (peer.Versions, ours.LargestDifference(peer.Means));
            factorised.Add(peer.PerQueryFactorisationUs);
            precomputed.Add(peer.PrecomputedUs);
        }

        return new Row
        {
            Past = shape.Past,
            Future = shape.Future,
            Components = shape.Components,
            ComponentsThatCount = problem.MeanKept(),
            OursUs = Median(single),
            OursBatchUs = Median(batch),
            OursDensityUs = Median(predict),
            NumpyPrecomputedUs = Median(precomputed),
            NumpyPerQueryFactorisationUs = Median(factorised),
            Ratio = Median(precomputed) / Median(single),
            BytesPerQuery = ours.BytesPerQuery(),
            LargestDifference = difference,
            Numpy = numpy,
        };
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(string machine, Row[] rows)
    {
        StringBuilder text = new("# Mean and standard deviation of a future window beside numpy\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {machine}\n- {rows[0].Numpy}, one thread; its mean alone\n");
        text.Append(CultureInfo.InvariantCulture, $"- microseconds a forecast on one core, median of {Turns} turns; \"count\": components whose weight is not negligible; \"density\": the whole mixture as an object\n\n");
        text.Append("|   P |   F |  K | count | ours µs | in a batch µs | density µs | numpy precomputed µs | numpy factorising µs | ratio | bytes a query | largest difference |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (Row row in rows)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {row.Past,3} | {row.Future,3} | {row.Components,2} | {row.ComponentsThatCount,5:F1} | {row.OursUs,7:F2} | {row.OursBatchUs,13:F2} | {row.OursDensityUs,10:F2} | {row.NumpyPrecomputedUs,20:F1} | {row.NumpyPerQueryFactorisationUs,20:F1} | {row.Ratio,5:F1} | {row.BytesPerQuery,13:F1} | {row.LargestDifference,18:E1} |\n");
        }

        return text.ToString();
    }

    /// <summary>One shape; times in microseconds.</summary>
    private sealed record Row
    {
        public required int Past { get; init; }

        public required int Future { get; init; }

        public required int Components { get; init; }

        /// <summary>Components that count, averaged over the queries.</summary>
        public required double ComponentsThatCount { get; init; }

        /// <summary>Mean and standard deviation of every step.</summary>
        public required double OursUs { get; init; }

        /// <summary>The same, of all queries in one call.</summary>
        public required double OursBatchUs { get; init; }

        /// <summary>The whole density as an object.</summary>
        public required double OursDensityUs { get; init; }

        public required double NumpyPrecomputedUs { get; init; }

        public required double NumpyPerQueryFactorisationUs { get; init; }

        /// <summary>numpy's precomputed form over ours.</summary>
        public required double Ratio { get; init; }

        public required double BytesPerQuery { get; init; }

        /// <summary>Between our means and numpy's, over all queries.</summary>
        public required double LargestDifference { get; init; }

        public required string Numpy { get; init; }
    }
}
