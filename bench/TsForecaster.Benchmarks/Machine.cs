using System.Runtime.InteropServices;

namespace TsForecaster.Benchmarks;

/// <summary>What a result was measured on, and where results belong.</summary>
internal static class Machine
{
    /// <summary>The processor's name as the system gives it.</summary>
    public static string Cpu { get; } = ReadCpu();

    public static string Runtime => $"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores";

    /// <summary>The root of the project: the folder above that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Folder of this machine's results.</summary>
    public static string Results => Path.Combine(Root, "bench", "results", string.Join('-', Cpu.Split([' ', '(', ')', '@', '/', ','], StringSplitOptions.RemoveEmptyEntries)));

    private static string ReadCpu()
    {
        const string Information = "/proc/cpuinfo";
        if (!File.Exists(Information))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        string[] lines = File.ReadAllLines(Information);
        string Field(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

        // Virtual machines often hide the name; family and model still tell the generation.
        return $"{Field("model name")} family {Field("cpu family")} model {Field("model\t")}";
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TsForecaster.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the benchmarks run from a checkout of the project: no TsForecaster.sln above " + AppContext.BaseDirectory);
    }
}
