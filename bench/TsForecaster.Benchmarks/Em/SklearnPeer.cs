using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TsForecaster.Benchmarks.Em;

/// <summary>Runs bench/peers/sklearn_em.py.</summary>
internal static class SklearnPeer
{
    private const string DebianPython = "/usr/bin/python3";

    public static PeerResult Run(EmSeries series, EmShape shape, int iterations, int repetitions)
    {
        // Another Python on PATH need not have Debian's packages.
        ProcessStartInfo start = new(File.Exists(DebianPython) ? DebianPython : "python3") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Machine.Root, "bench", "peers", "sklearn_em.py"));
        start.ArgumentList.Add(Path.GetFullPath(series.File));
        start.ArgumentList.Add(series.Column);
        start.ArgumentList.Add(shape.ToString());
        start.ArgumentList.Add(iterations.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(repetitions.ToString(CultureInfo.InvariantCulture));
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment.Remove("OPENBLAS_L2_SIZE");
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("python3 did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the scikit-learn program ended with exit code {process.ExitCode}; what it said is above");
        }

        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        return new PeerResult(
            root.GetProperty("milliseconds").GetDouble(),
            root.GetProperty("log_likelihood").GetDouble(),
            root.GetProperty("peak_mib").GetDouble(),
            root.GetProperty("matrix_product_gflops").GetDouble(),
            root.GetProperty("versions").GetString() ?? "");
    }
}

/// <summary>One run of the peer.</summary>
/// <param name="Milliseconds">An iteration.</param>
/// <param name="LogLikelihood">Mean of a window.</param>
/// <param name="PeakMib">Memory of a fit above the process before it.</param>
/// <param name="MatrixProductGflops">numpy's double-precision matrix product.</param>
internal sealed record PeerResult(double Milliseconds, double LogLikelihood, double PeakMib, double MatrixProductGflops, string Versions);
