using System.Text.Json;
using TsForecaster.Worker.Commands;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>The demo in a short run: everything is replayed and worked off, and the report has the keys of the contract.</summary>
public sealed class DemoCommandTests
{
    [Fact]
    public async Task Demo_ShortRun_BeatsTheWeeklyNaive_OnAllOfTheData()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("tsforecaster-");
        string report = Path.Combine(folder.FullName, "r.json");
        StringWriter output = new();
        StringWriter error = new();
        int code = await CommandLine.RunAsync(
            ["demo", "--for", "8s", "--report", report, "--database", Path.Combine(folder.FullName, "demo.db"), "--url", "http://127.0.0.1:0"],
            new Terminal(output, error),
            TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (code, error.ToString()));
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement;
        folder.Delete(recursive: true);

        Assert.Equal(["seconds", "ticks", "forecasts", "points", "refits", "dead_letters", "series"], json.EnumerateObject().Select(property => property.Name));
        Assert.Equal((4032 + (4 * 1860), 0), (json.GetProperty("ticks").GetInt32(), json.GetProperty("dead_letters").GetInt32()));
        Assert.True(json.GetProperty("refits").GetInt32() >= 5);
        JsonElement[] series = [.. json.GetProperty("series").EnumerateArray()];
        Assert.Equal(["CAC", "DAX", "FTSE", "SMI", "electricity-demand"], series.Select(one => one.GetProperty("series").GetString()));
        Assert.Equal(["series", "steps", "mase", "seasonal_naive_mase", "crps", "coverage80"], series[0].EnumerateObject().Select(property => property.Name));

        // A cell closes with the tick after it: the last one stays open.
        Assert.Equal([1859, 1859, 1859, 1859, 4031], series.Select(one => one.GetProperty("steps").GetInt32()));
        JsonElement demand = series[^1];
        Assert.True(demand.GetProperty("mase").GetDouble() <= 0.9 * demand.GetProperty("seasonal_naive_mase").GetDouble());
        Assert.InRange(demand.GetProperty("coverage80").GetDouble(), 0.7, 0.9);
    }
}
