using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Benchmarks.Em;

/// <summary>
/// Images as rows of a matrix, far fewer than their pixels: a full-covariance mixture fitted in their span, and new ones drawn from it.
/// Times are those of one fit, from the rows in memory to the mixture, and of one draw; nothing has been warmed up.
/// </summary>
internal static class FacesMode
{
    public const string Usage = "--data FILE.csv [--components 24] [--samples 100] [--report FILE]";

    // A hundredth of a pixel's mean variance in every direction: enough for a density where 17 images or so share a component.
    private const double Ridge = 0.01;

    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Run(string[] args)
    {
        string? data = null, report = null;
        int components = 24, samples = 100;
        try
        {
            for (int i = 0; i < args.Length; i += 2)
            {
                string value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value");
                switch (args[i])
                {
                    case "--data": data = value; break;
                    case "--components": components = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--samples": samples = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--report": report = value; break;
                    default: throw new FormatException($"unknown option {args[i]}");
                }
            }

            if (data is null || components < 1 || samples < 1)
            {
                throw new FormatException("--data is needed; --components and --samples are at least 1");
            }
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine($"{error.Message}; usage: faces {Usage}");
            return 2;
        }

        string load = File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]) : "unknown";
        double[] rows;
        int dimension;
        try
        {
            (rows, dimension) = Read(data);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine($"{data} cannot be read: {failure.Message}");
            return 1;
        }

        if (Measure(rows, dimension, components, samples) is not { } result)
        {
            Console.Error.WriteLine("the fit ended singular");
            return 1;
        }

        string text = Text(result, Path.GetFileName(data), load);
        Console.Write(text);
        string json = JsonSerializer.Serialize(result, _json) + "\n";
        if (report is not null)
        {
            File.WriteAllText(report, json);
        }

        Directory.CreateDirectory(Machine.Results);
        File.WriteAllText(Path.Combine(Machine.Results, "faces.json"), json);
        File.WriteAllText(Path.Combine(Machine.Results, "faces.md"), text);
        return 0;
    }

    private static Result? Measure(double[] rows, int dimension, int components, int samples)
    {
        FitOptions options = new() { Components = components, Ridge = Ridge };
        long start = Stopwatch.GetTimestamp();
        (SubspaceMixture? mixture, FitReport fit) = SubspaceMixture.Fit(WindowSet.FromRows(rows, dimension), options);
        double fitSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (mixture is null)
        {
            return null;
        }

        start = Stopwatch.GetTimestamp();
        mixture.Sample(samples, seed: 1);
        double sampleSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Result
        {
            N = rows.Length / dimension,
            D = dimension,
            K = mixture.Coordinates.Components,
            Rank = mixture.Rank,
            Iterations = fit.Iterations,
            MeanLogLikelihood = fit.LogLikelihood / fit.Windows,
            FitSeconds = fitSeconds,
            Samples = samples,
            SampleSeconds = sampleSeconds,
        };
    }

    private static (double[] Rows, int Dimension) Read(string path)
    {
        List<double> values = [];
        int dimension = 0;
        foreach (string line in File.ReadLines(path))
        {
            string[] row = line.Split(',');
            dimension = dimension == 0 || dimension == row.Length
                ? row.Length
                : throw new InvalidDataException($"a row of {row.Length} numbers after rows of {dimension}");
            values.AddRange(row.Select(text => double.TryParse(text, CultureInfo.InvariantCulture, out double number)
                ? number
                : throw new InvalidDataException($"\"{text}\" is not a number")));
        }

        return dimension > 0 ? ([.. values], dimension) : throw new InvalidDataException("it is empty");
    }

    private static string Text(Result r, string file, string load)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# New rows like few rows of many numbers\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {Machine.Cpu}; {Machine.Runtime}; load before {load}\n- {file}; one fit and one draw, not warmed up; ridge {Ridge} of the mean variance\n\n");
        text.Append("| N, D, K | dimensions spanned | iterations | mean log L | fit s | draw s |\n|---|---|---|---|---|---|\n");
        text.Append(CultureInfo.InvariantCulture, $"| {r.N}, {r.D}, {r.K} | {r.Rank} | {r.Iterations} | {r.MeanLogLikelihood:F3} | {r.FitSeconds:F2} | {r.SampleSeconds:F2} ({r.Samples} rows) |\n");
        return text.ToString();
    }

    private sealed record Result
    {
        public required int N { get; init; }

        public required int D { get; init; }

        /// <summary>Components left at the end.</summary>
        public required int K { get; init; }

        public required int Rank { get; init; }

        public required int Iterations { get; init; }

        public required double MeanLogLikelihood { get; init; }

        public required double FitSeconds { get; init; }

        public required int Samples { get; init; }

        public required double SampleSeconds { get; init; }
    }
}
