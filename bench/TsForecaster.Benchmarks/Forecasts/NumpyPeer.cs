using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TsForecaster.Benchmarks.Forecasts;

/// <summary>Runs the numpy program once on a problem.</summary>
internal static class NumpyPeer
{
    /// <param name="Means">Conditional means, queries×F row-major.</param>
    internal sealed record Result(double PrecomputedUs, double PerQueryFactorisationUs, string Versions, double[] Means);

    public static Result Run(ForecastProblem problem)
    {
        string input = Path.GetTempFileName(), output = Path.GetTempFileName();
        try
        {
            problem.Write(input);
            string program = Path.Combine(Machine.Root, "bench", "peers", "numpy_forecast.py");
            ProcessStartInfo start = new(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3") { RedirectStandardOutput = true, UseShellExecute = false };
            foreach (string argument in new[] { program, input, output, Text(problem.Shape.Past), Text(problem.Shape.Future), Text(problem.Components), Text(problem.Queries) })
            {
                start.ArgumentList.Add(argument);
            }

            // One core for both; otherwise the BLAS chooses what it thinks best for this machine.
            start.Environment["OPENBLAS_NUM_THREADS"] = "1";
            start.Environment.Remove("OPENBLAS_CORETYPE");
            start.Environment.Remove("OPENBLAS_L2_SIZE");
            using Process process = Process.Start(start)!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}");
            }

            JsonElement json = JsonDocument.Parse(text).RootElement;
            return new Result(
                json.GetProperty("precomputed_us").GetDouble(),
                json.GetProperty("per_query_factorisation_us").GetDouble(),
                json.GetProperty("versions").GetString()!,
                Numbers(output));
        }
        finally
        {
            File.Delete(input);
            File.Delete(output);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static double[] Numbers(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        double[] numbers = new double[bytes.Length / sizeof(double)];
        Buffer.BlockCopy(bytes, 0, numbers, 0, bytes.Length);
        return numbers;
    }
}
