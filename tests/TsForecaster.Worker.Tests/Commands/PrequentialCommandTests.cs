using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;
using static TsForecaster.Worker.Tests.Commands.SineFile;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>prequential on small files: what it scores, and what it says when it cannot.</summary>
public sealed class PrequentialCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Prequential_NoisySine_BeatsSimpleMethodsThroughTheServicesPipeline()
    {
        StringBuilder rows = new("t,y\n");
        for (int i = 0; i < 600; i++)
        {
            rows.Append(CultureInfo.InvariantCulture, $"{60 * i},{(i % 97 == 0 ? "" : (Sine(i) + (0.1 * Math.Cos(17.3 * i * i))).ToString("R", CultureInfo.InvariantCulture))}\n");
        }

        string file = _folder.Write("noisy.csv", rows.ToString()), report = _folder["prequential.json"];
        string[] run = ["prequential", "--data", file, "--values", "y", "--time", "t", "--set", "Grid:Interval=60s", "--set", "Model:Components=1", "--set", "Model:Past=24", "--set", "Model:Future=3", "--set", "Model:Season=24", "--set", "Model:Recalibrate=true", "--report", report];
        string table = (await CommandResult.Of(run)).Succeeded();
        Assert.Contains("PIT KS", table, StringComparison.Ordinal);
        JsonElement series = Assert.Single(JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement.GetProperty("series").EnumerateArray());

        // The first row has no value, and the last cell never closes; every cell from the first model on is forecast, and scored where it has a value.
        Assert.Equal(598, series.GetProperty("cells").GetInt32());
        Assert.InRange(series.GetProperty("scored").GetInt32(), 1400, 1797);
        double crps = series.GetProperty("crps").GetDouble();
        Assert.True(crps < 0.95 * series.GetProperty("seasonal_naive").GetProperty("crps").GetDouble());
        Assert.True(crps < 0.5 * series.GetProperty("random_walk").GetProperty("crps").GetDouble());
        Assert.InRange(series.GetProperty("coverage80").GetDouble(), 0.7, 0.9);
        Assert.Equal(3, series.GetProperty("per_horizon").GetArrayLength());
    }

    [Fact]
    public async Task Prequential_PooledColumns_AreForecastSooner()
    {
        string rows = "a,b,c,d\n" + string.Concat(Enumerable.Range(0, 400).Select(i => string.Join(',', Enumerable.Range(1, 4).Select(s => (s * (Sine(i) + (0.1 * Math.Cos((17.3 * i * i) + s)))).ToString("R", CultureInfo.InvariantCulture))) + "\n"));
        string file = _folder.Write("panel.csv", rows), report = _folder["pooled.json"];
        int[] scored = new int[2];
        foreach (string scope in (string[])["series", "pooled"])
        {
            (await CommandResult.Of("prequential", "--data", file, "--values", "a,b,c,d", "--set", $"Model:Scope={scope}", "--set", "Model:Future=3", "--set", "Model:Season=24", "--report", report)).Succeeded();
            JsonElement[] series = [.. JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement.GetProperty("series").EnumerateArray()];
            Assert.Equal(4, series.Length);
            Assert.All(series, one => Assert.True(one.GetProperty("crps").GetDouble() < one.GetProperty("seasonal_naive").GetProperty("crps").GetDouble()));
            scored[scope == "pooled" ? 1 : 0] = series.Sum(one => one.GetProperty("scored").GetInt32());
        }

        Assert.True(scored[1] > scored[0] + 500, $"{scored[1]} and {scored[0]} forecasts scored");
    }

    [Fact]
    public async Task Prequential_ColumnsOfOneSeries_AreForecastTogether()
    {
        // y follows by a row what is called as a field of records is; until there are windows enough for both, each is alone.
        double[] noise = [.. Enumerable.Range(0, 401).Select(i => Math.Cos(17.3 * i * i))];
        string rows = "ts,y\n" + string.Concat(Enumerable.Range(1, 400).Select(i => string.Create(CultureInfo.InvariantCulture, $"{noise[i]:R},{noise[i - 1] + (0.1 * Math.Cos(3.1 * i * i)):R}\n")));
        string file = _folder.Write("channels.csv", rows), report = _folder["channels.json"];
        double[] crps = new double[2];
        foreach (string joint in (string[])["", "ts,y"])
        {
            (await CommandResult.Of("prequential", "--data", file, "--values", "ts,y", "--series", "pump", "--set", "Model:Components=1", "--set", "Model:Past=4", "--set", "Model:Future=1", "--set", $"Model:Joint={joint}", "--report", report)).Succeeded();
            JsonElement[] channels = [.. JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement.GetProperty("series").EnumerateArray()];
            Assert.Equal(["pump/ts", "pump/y"], channels.Select(one => one.GetProperty("series").GetString()).Order(StringComparer.Ordinal));
            crps[joint.Length > 0 ? 1 : 0] = channels.Single(one => one.GetProperty("series").GetString() == "pump/y").GetProperty("crps").GetDouble();
        }

        Assert.True(crps[1] < 0.5 * crps[0], $"{crps[1]} and {crps[0]}");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Prequential_ConstantSeries_IsCovered(string recalibrate)
    {
        string file = _folder.Write("constant.csv", "y\n" + string.Concat(Enumerable.Repeat("7.3\n", 500))), report = _folder["r.json"];
        (await CommandResult.Of("prequential", "--data", file, "--values", "y", "--set", "Model:Components=1", "--set", "Model:Future=3", "--set", $"Model:Recalibrate={recalibrate}", "--report", report)).Succeeded();
        JsonElement series = Assert.Single(JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement.GetProperty("series").EnumerateArray());
        Assert.True(series.GetProperty("scored").GetInt32() > 500);
        Assert.Equal(1.0, series.GetProperty("coverage80").GetDouble());
    }

    [Fact]
    public async Task Prequential_RowsOutOfOrderOrInOneCell_AreCounted()
    {
        // Row 300 comes again, and three rows come far too late.
        int[] times = [.. Enumerable.Range(0, 300), 299, .. Enumerable.Range(300, 100), 17, 18, 19, .. Enumerable.Range(400, 100)];
        string file = _folder.Write("late.csv", "t,y\n" + string.Concat(times.Select(t => string.Create(CultureInfo.InvariantCulture, $"{60 * t},{Sine(t)}\n"))));
        string[] run = ["prequential", "--data", file, "--values", "y", "--time", "t", "--set", "Model:Components=1", "--set", "Model:Future=3", "--report", _folder["r.json"]];
        string table = (await CommandResult.Of(run)).Succeeded();
        Assert.Contains("late: 3 values", table, StringComparison.Ordinal);
        Assert.Contains("shared: 4 rows", table, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        Assert.Equal((3, 4), (json.GetProperty("late").GetInt32(), json.GetProperty("shared_cells").GetInt32()));
    }

    [Fact]
    public async Task Prequential_RowFarAheadOfTheOthers_IsNamed()
    {
        string file = _folder.Write("ahead.csv", "t,y\n" + string.Concat(Enumerable.Range(0, 300).Select(t => $"{(60 * t) + (t == 100 ? 400_000_000 : 0)},{t % 7}\n")));
        string line = (await CommandResult.Of("prequential", "--data", file, "--values", "y", "--time", "t")).Complaint(1);
        Assert.Contains("the time of row 101 is 4629.", line, StringComparison.Ordinal);
        Assert.Contains("all 199 rows after it, 01:00:00 (Kafka:MaxLead) is allowed", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prequential_RowsBackwards_SaysThatTheyComeLate()
    {
        string file = _folder.Write("backwards.csv", "t,y\n" + string.Concat(Enumerable.Range(0, 300).Select(t => $"{60 * (300 - t)},{t % 7}\n")));
        string line = (await CommandResult.Of("prequential", "--data", file, "--values", "y", "--time", "t")).Complaint(1);
        Assert.Contains("none of its cells was closed; 299 of 300 values came after their cell had closed", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1s", "rows are 00:01:00 apart, cells (Grid:Interval) are 00:00:01 long")]
    [InlineData("1d", "none of its cells was closed; rows are 00:01:00 apart")]
    public async Task Prequential_OtherInterval_SaysHowRowsAndCellsDiffer(string interval, string complaint)
    {
        string file = _folder.Write("data.csv", "t,y\n" + string.Concat(Enumerable.Range(0, 100).Select(t => $"{60 * t},{t % 7}\n")));
        string line = (await CommandResult.Of("prequential", "--data", file, "--values", "y", "--time", "t", "--set", $"Grid:Interval={interval}", "--set", "Grid:MaxGap=10")).Complaint(1);
        Assert.Contains(complaint, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prequential_RowsWithoutTimes_FollowTheIntervalOfTheirSeries()
    {
        string file = _folder.Write("data.csv", "y,z\n" + string.Concat(Enumerable.Range(0, 300).Select(t => string.Create(CultureInfo.InvariantCulture, $"{Sine(t)},{t % 7}\n"))));
        string[] run = ["prequential", "--data", file, "--set", "Model:Components=1", "--set", "Series:0:Match=y", "--set", "Series:0:Grid:Interval=5m", "--report", _folder["r.json"]];
        (await CommandResult.Of([.. run, "--values", "y"])).Succeeded();
        JsonElement series = Assert.Single(JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement.GetProperty("series").EnumerateArray());
        Assert.Equal(299, series.GetProperty("cells").GetInt32());
        Assert.Contains("Grid:Interval of y is 00:05:00, of z 00:01:00", (await CommandResult.Of([.. run, "--values", "y,z"])).Complaint(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prequential_TooShortForAModel_SaysSo()
    {
        await FitSine(_folder);
        CommandResult result = await CommandResult.Of("prequential", "--data", _folder["sine.csv"], "--values", "y", "--set", "Refit:First=1000", "--set", "Model:Components=1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Refit:First", result.Error, StringComparison.Ordinal);
    }
}
