using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TsForecaster.Benchmarks.Em;

/// <summary>The table on the terminal, and the results of this machine under bench/results.</summary>
internal static class EmReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static void PrintHeader() => Console.WriteLine(
        $"{"shape (N,D,K)",-15} {"ours ms",9} {"sklearn ms",11} {"ratio",7} {"ours log L",17} {"sklearn log L",17} {"difference",11} {"of peak",8} {"ours MiB",9} {"sklearn MiB",12}");

    public static void Print(EmResult r) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{$"{r.N},{r.D},{r.K}",-15} {r.OursMs,9:F3} {r.SklearnMs,11:F2} {r.Ratio,7:F1} {r.OursLogLikelihood,17:F11} {r.SklearnLogLikelihood,17:F11} {r.RelativeDifference,11:E1} {r.PeakShare,8:P0} {r.OursPeakMib,9:F1} {r.SklearnPeakMib,12:F1}"));

    public static void Save(IReadOnlyList<EmResult> results, EmSeries series, bool bundled, string? report)
    {
        string json = JsonSerializer.Serialize(results, Json) + "\n";
        if (report is not null)
        {
            File.WriteAllText(report, json);
        }

        Directory.CreateDirectory(Machine.Results);
        File.WriteAllText(Path.Combine(Machine.Results, "em.json"), json);
        File.WriteAllText(Path.Combine(Machine.Results, "em.md"), Markdown(results, bundled ? "the bundled half-hourly demand, repeated with noise" : $"{Path.GetFileName(series.File)}, {series.Column}"));
        Console.WriteLine($"written to {Path.GetRelativePath(Machine.Root, Machine.Results)}");
    }

    private static string Markdown(IReadOnlyList<EmResult> results, string series)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# An EM iteration beside scikit-learn's\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {Machine.Cpu}; {Machine.Runtime}\n- {results[0].Peer}\n- series: {series}\n");
        text.Append(CultureInfo.InvariantCulture, $"- median of {results[0].Pairs} pairs run in turn, {results[0].Iterations} iterations after the first; matrix product of this machine {results.Max(r => r.MatrixProductGflops):F0} Gflop/s\n");
        text.Append("- \"of peak\": 2·N·D²·K operations, as many as symmetric kernels without pruning need, over that matrix product\n\n");
        text.Append("| N, D, K | ours ms | sklearn ms | ratio | relative difference of log L | of peak | ours MiB | sklearn MiB |\n|---|---|---|---|---|---|---|---|\n");
        foreach (EmResult r in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {r.N}, {r.D}, {r.K} | {r.OursMs:F3} | {r.SklearnMs:F2} | {r.Ratio:F1} | {r.RelativeDifference:E1} | {r.PeakShare:P0} | {r.OursPeakMib:F1} | {r.SklearnPeakMib:F1} |\n");
        }

        return text.ToString();
    }
}
