using System.Diagnostics;
using System.Globalization;
using TsForecaster.Model.Mixtures;

namespace TsForecaster.Benchmarks.Em;

/// <summary>
/// Peak memory of a fit above the idle process, measured in a process of its own: resident memory after everything is loaded and a
/// small fit has been run, against the highest during the fit.
/// </summary>
internal static class EmMemory
{
    /// <summary>The mode of Program that runs the measuring process.</summary>
    public const string Mode = "em-memory";

    private const double KibPerMib = 1024.0;

    /// <summary>Starts that process and returns MiB; NaN where the system does not tell.</summary>
    public static double Measure(EmSeries series, EmShape shape, int iterations)
    {
        if (!File.Exists("/proc/self/status"))
        {
            return double.NaN;
        }

        ProcessStartInfo start = new(Environment.ProcessPath ?? "dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(EmMemory).Assembly.Location);
        }

        foreach (string argument in (string[])[Mode, series.File, series.Column, shape.ToString(), iterations.ToString(CultureInfo.InvariantCulture)])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("the measuring process did not start");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    public static int Run(string[] args)
    {
        EmShape shape = EmShape.Parse(args[2]);
        double[] series = new EmSeries(args[0], args[1]).Read();
        new EmWork(series, new EmShape(200, 8, 2)).Fit(2);
        EmWork work = new(series, shape);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        double idle = Status("VmRSS");

        // Without the right to reset it, the high-water mark may be that of loading; the figure is then an upper bound.
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine("the high-water mark of memory could not be reset: " + failure.Message);
        }

        FitResult result = work.Fit(int.Parse(args[3], CultureInfo.InvariantCulture));
        Console.WriteLine(((Status("VmHWM") - idle) / KibPerMib).ToString(CultureInfo.InvariantCulture));
        return result.Mixture is null ? 1 : 0;
    }

    private static double Status(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(text => text.StartsWith(name + ":", StringComparison.Ordinal));
        return double.Parse(line.Split([':', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
