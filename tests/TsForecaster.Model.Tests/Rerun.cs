using System.Diagnostics;
using Xunit;

namespace TsForecaster.Model.Tests;

/// <summary>Runs one test of this program in a process of its own with an instruction set switched off, for its numbers.</summary>
internal static class Rerun
{
    private const string NotesFile = "TSFORECASTER_TEST_NOTES_FILE";

    /// <summary>The lines that the test noted.</summary>
    /// <param name="setting">The runtime's switch, as in <c>DOTNET_EnableAVX2</c>.</param>
    public static async Task<string[]> WithoutAsync(string setting, Type tests, string method)
    {
        string file = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(tests.Assembly.Location);
            }

            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"{tests.FullName}.{method}");
            start.Environment[setting] = "0";
            start.Environment[NotesFile] = file;
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();

            Assert.True(process.ExitCode == 0, await output + await errors);
            return await File.ReadAllLinesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Leaves lines for the process that ran this one again; without one, nothing.</summary>
    public static void Note(IEnumerable<string> lines)
    {
        if (Environment.GetEnvironmentVariable(NotesFile) is { Length: > 0 } file)
        {
            File.AppendAllLines(file, lines);
        }
    }
}
