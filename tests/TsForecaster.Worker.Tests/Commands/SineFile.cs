using System.Globalization;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>A sine with a little noise, as a file and as a model.</summary>
internal static class SineFile
{
    public static async Task<string> FitSine(ScratchFolder folder)
    {
        string rows = string.Concat(Enumerable.Range(0, 200).Select(t => string.Create(CultureInfo.InvariantCulture, $"{60 * t},{Sine(t)}\n")));
        string data = folder.Write("sine.csv", "t,y\n" + rows);
        string table = (await CommandResult.Of("fit", "--data", data, "--values", "y", "--past", "12", "--future", "4", "--model", "components=2", "ridge=1e-8", "--out", folder["m.tsf"])).Succeeded();
        Assert.Contains("log likelihood", table, StringComparison.Ordinal);
        return folder["m.tsf"];
    }

    public static double Sine(int t) => 10.0 + Math.Sin(2.0 * Math.PI * t / 24.0) + (0.001 * (t * 7919 % 13));
}
