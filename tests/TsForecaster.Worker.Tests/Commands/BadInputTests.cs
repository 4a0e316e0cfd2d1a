using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>What the commands say to arguments and files that cannot be used: one line that names the place, and nothing written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static readonly FitReport Report = new() { Stop = StopReason.Converged, Iterations = 1, Trace = [-1.0], LogLikelihood = -10.0, Windows = 10, FreeParameters = 3 };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "0", "--future", "1")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "-1")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "four", "--future", "1")]
    [InlineData("fit", "--data", "x.csv", "--values", "y,", "--past", "4", "--future", "1")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--model", "k=2")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--model", "components=0")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--model", "components=2", "Components=3")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--model", "shiftinvariant=true")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--model", "shiftinvariant=true", "centring=none", "covariance=tied")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--model", "covariance=round")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--past", "4", "--future", "1", "--time-unit", "weeks")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "1", "--season", "0")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "1", "--season", "2000000000")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "2000000000")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "1", "--past", "2000000000")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "1", "--model", "fill=false")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "1", "--season", "2000000000")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "1", "--model", "recalibrate=true")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "1", "--budget", "soon")]
    [InlineData("fit", "--data", "x.csv", "--values", "y", "--future", "1", "--model", "components=auto", "ridge=1e-3")]
    [InlineData("forecast", "m.tsf", "--data", "x.csv", "--values", "y", "--steps", "0")]
    [InlineData("forecast", "m.tsf", "--data", "x.csv", "--values", "y", "--steps", "2000000000")]
    [InlineData("forecast", "m.tsf", "--data", "x.csv", "--values", "y", "--format", "xml")]
    [InlineData("forecast", "m.tsf", "--data", "x.csv", "--values", "y", "--above", "NaN")]
    [InlineData("sample", "m.tsf", "--count", "0")]
    [InlineData("backtest", "--future", "1")]
    [InlineData("backtest", "--data", "x.csv", "--future", "1")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "1", "--split", "5,5")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "1", "--split", "5,-5,5")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "4", "--past", "9", "--split", "12,0,9")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "4", "--past", "2", "--split", "12,0,3")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "1", "--stride", "0")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--future", "1", "--season", "0")]
    [InlineData("backtest", "--panel", "x.csv", "--future", "1")]
    [InlineData("backtest", "--panel", "x.csv", "--panel-test", "y.csv", "--data", "x.csv", "--future", "1")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--panel-test", "y.csv", "--future", "1")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--history", "9", "--future", "1")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--model", "components=auto", "ridge=1e-3", "--future", "1")]
    [InlineData("backtest", "--data", "x.csv", "--values", "y", "--budget", "soon", "--future", "1")]
    [InlineData("backtest", "--panel", "x.csv", "--panel-test", "y.csv", "--model", "components=auto", "ridge=1e-3", "--future", "1")]
    [InlineData("backtest", "--panel", "x.csv", "--panel-test", "y.csv", "--model", "components=auto", "--per-series", "--future", "1")]
    [InlineData("backtest", "--panel", "x.csv", "--panel-test", "y.csv", "--history", "0", "--future", "1")]
    [InlineData("replay", "--data", "x.csv", "--values", "y", "--topic", "t")]
    [InlineData("replay", "--data", "x.csv", "--values", "y", "--topic=", "--time", "t")]
    [InlineData("replay", "--data", "x.csv", "--values", "y", "--topic", "t", "--time", "t", "--speed", "-1")]
    [InlineData("replay", "--data", "x.csv", "--values", "y", "--topic", "t", "--time", "t", "--interval", "1s")]
    [InlineData("replay", "--data", "x.csv", "--values", "y", "--topic", "t", "--start", "2020-01-01", "--interval", "1s")]
    [InlineData("replay", "--data", "x.csv", "--values", "y", "--topic", "t", "--start", "2020-01-01T00:00:00Z", "--interval", "0s")]
    [InlineData("demo", "--for", "soon")]
    [InlineData("run", "--set", "Past")]
    public async Task Arguments_Nonsense_AreUsage(params string[] args) =>
        (await CommandResult.Of([.. args.Where(arg => arg.Length > 0)])).Complaint(exitCode: 2);

    [Theory]
    [InlineData("y\n1\n2\n", "z", "no column \"z\"; its columns are y")]
    [InlineData("y,y\n1,2\n", "y", "2 columns \"y\"")]
    [InlineData("", "y", "is empty")]
    [InlineData("y\n", "y", "no rows")]
    [InlineData("x,y\n1,2\n1\n", "y", "line 3 has 1 cells, the header 2")]
    [InlineData("x,y\n1,2\n1,2,3\n", "y", "line 3 has 3 cells, the header 2")]
    [InlineData("x,y\n1,2\n1,NaN\n", "y", "line 3, column \"y\": \"NaN\"")]
    [InlineData("x,y\n1,2\n1,-Infinity\n", "y", "line 3, column \"y\": \"-Infinity\"")]
    [InlineData("x,y\n1,2\n1,1e999\n", "y", "line 3, column \"y\": \"1e999\"")]
    [InlineData("x,y\n1,2\n1,-1e302\n", "y", "line 3, column \"y\": \"-1e302\" is beyond ±1E+100")]
    [InlineData("x,y\n1,\n2,\n", "y", "column \"y\" has no value in any row")]
    [InlineData("x,y\n\n1,2\n1,high\n", "y", "line 4, column \"y\": \"high\"")]
    [InlineData("x,y\n1,\"2\n1,3\n", "y", "line 2")]
    [InlineData("y\n1\n2\n3\n", "y", "past 4 + future 2 = 6 rows does not fit into 3 rows")]
    [InlineData("y,x\n1,0\n,0\n,0\n,0\n,0\n,0\n7,0\n8,0\n", "y", "not one window of 6 rows with half of its past and half of its future")]
    public async Task Fit_UnusableFile_NamesThePlace_AndWritesNothing(string content, string column, string complaint)
    {
        string data = _folder.Write("data.csv", content);
        CommandResult result = await CommandResult.Of("fit", "--data", data, "--values", column, "--past", "4", "--future", "2", "--out", _folder["m.tsf"]);
        string line = result.Complaint(exitCode: 1);
        Assert.Contains(data, line, StringComparison.Ordinal);
        Assert.Contains(complaint, line, StringComparison.Ordinal);
        Assert.Equal(data, Assert.Single(Directory.GetFileSystemEntries(_folder.Root)));
    }

    [Theory]
    [InlineData("2020-01-02T00:00:00Z", "2020-01-01T00:00:00Z", "earlier than the row before")]
    [InlineData("2020-01-01T00:00:00Z", "2020-01-01T01:00:00+01:00", "the time of the row before")]
    [InlineData("2020-01-01T00:00:00Z", "2020-01-02T00:00:00", "no time zone")]
    [InlineData("2020-01-01T00:00:00Z", "02/01/2020", "not a time")]
    [InlineData("2020-01-01T00:00:00Z", "", "not a time")]
    [InlineData("1", "1e20", "--time-unit")]
    public async Task Fit_UnusableTimes_NameTheLine(string first, string second, string complaint)
    {
        string data = _folder.Write("data.csv", $"t,y\n{first},1\n{second},2\n");
        string line = (await CommandResult.Of("fit", "--data", data, "--values", "y", "--time", "t", "--past", "1", "--future", "1", "--out", _folder["m.tsf"])).Complaint(exitCode: 1);
        Assert.Contains("line 3, column \"t\"", line, StringComparison.Ordinal);
        Assert.Contains(complaint, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_UnevenTimes_WarnsOfTheFirstAndGoesOn()
    {
        string rows = string.Concat(Enumerable.Range(0, 40).Where(i => i is not 20 and not 30).Select(i => $"2020-01-01T00:{i:D2}:00Z,{i * i % 7}\n"));
        string data = _folder.Write("data.csv", "t,y\n" + rows);
        CommandResult result = await CommandResult.Of("fit", "--data", data, "--values", "y", "--time", "t", "--past", "2", "--future", "1", "--out", _folder["m.tsf"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("row 21 comes 00:02:00 after the one before, where 00:01:00 is usual; 2 rows are so", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_MoreComponentsThanWindows_SaysHowManyThereAre()
    {
        string data = _folder.Write("data.csv", "y\n1\n2\n4\n3\n5\n");
        string line = (await CommandResult.Of("fit", "--data", data, "--values", "y", "--past", "2", "--future", "1", "--model", "components=4", "--out", _folder["m.tsf"])).Complaint(exitCode: 1);
        Assert.Contains("4 components need at least as many windows, and there are 3", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_Unknown_IsNamed() =>
        Assert.Contains("there is no command 'forcast'", (await CommandResult.Of("forcast")).Complaint(exitCode: 2), StringComparison.Ordinal);

    [Theory]
    [InlineData("fit", "--out", "m.tsf")]
    [InlineData("backtest", "--split", "10,0,5")]
    public async Task Season_LongerThanWhatIsLearnedFrom_SaysSo(string command, string option, string value)
    {
        string data = _folder.Write("data.csv", "y\n" + string.Concat(Enumerable.Range(0, 15).Select(i => $"{i % 4}\n")));
        string line = (await CommandResult.Of(command, "--data", data, "--values", "y", "--future", "1", "--season", "20", option, option == "--out" ? _folder[value] : value)).Complaint(exitCode: 1);
        Assert.Contains("--season 20 is longer than what is learned from", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_TooFewRowsToChooseBy_SaysSo()
    {
        string data = _folder.Write("data.csv", "y\n1\n2\n4\n3\n5\n");
        string line = (await CommandResult.Of("fit", "--data", data, "--values", "y", "--future", "3", "--out", _folder["m.tsf"])).Complaint(1);
        Assert.Contains("5 rows, or what is observed of them, are too few", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fit_MissingFileOrFolder_IsOneLine()
    {
        Assert.Contains("does not exist", (await CommandResult.Of("fit", "--data", _folder["none.csv"], "--values", "y", "--past", "1", "--future", "1")).Complaint(1), StringComparison.Ordinal);
        string data = _folder.Write("data.csv", "y\n1\n2\n4\n3\n5\n");
        Assert.Contains("cannot be written", (await CommandResult.Of("fit", "--data", data, "--values", "y", "--past", "1", "--future", "1", "--out", _folder["no/m.tsf"])).Complaint(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--steps", "abc")]
    [InlineData("--above", "much")]
    public async Task Forecast_NoNumber_IsNotToldInTypes(string option, string text)
    {
        string line = (await CommandResult.Of("forecast", "m.tsf", "--data", "x.csv", "--values", "y", option, text)).Complaint(2);
        Assert.Contains("number", line, StringComparison.Ordinal);
        Assert.DoesNotContain("System", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fit", "--out")]
    [InlineData("backtest", "--report")]
    [InlineData("backtest", "--html")]
    [InlineData("prequential", "--report")]
    public async Task Output_NowhereToWriteIt_IsSaidBeforeTheDataIsRead(string command, string option)
    {
        string[] arguments = [command, "--data", _folder["none.csv"], "--values", "y", .. command == "prequential" ? Array.Empty<string>() : ["--future", "1"], option];
        Assert.Contains($"there is no directory {_folder["no"]}", (await CommandResult.Of([.. arguments, _folder["no/x"]])).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("it is a directory", (await CommandResult.Of([.. arguments, _folder.Root])).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("none.csv does not exist", (await CommandResult.Of([.. arguments, _folder["x"]])).Complaint(1), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public async Task Fit_BudgetWithNothingToSearch_IsSaid()
    {
        string data = _folder.Write("data.csv", "y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * i % 7}\n")));
        foreach (string[] given in (string[][])[["--past", "2"], ["--model", "components=1"]])
        {
            CommandResult result = await CommandResult.Of(["fit", "--data", data, "--values", "y", "--future", "1", "--out", _folder["m.tsf"], "--budget", "3s", .. given]);
            Assert.Equal(0, result.ExitCode);
            Assert.Contains("warning: --budget 3s bounds a search, and nothing is searched", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Backtest_NothingObservedBeforeTheTestRows_SaysSo()
    {
        string data = _folder.Write("data.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{(i < 170 ? "" : $"{i % 5}")}\n")));
        string[] arguments = ["backtest", "--data", data, "--values", "y", "--future", "4"];
        Assert.Contains("too few to choose by", (await CommandResult.Of(arguments)).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("not one window", (await CommandResult.Of([.. arguments, "--model", "components=1"])).Complaint(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_NothingWhereTheModelLooks_SaysSo()
    {
        GaussianMixture mixture = GaussianMixture.Create([1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        using (FileStream file = File.Create(_folder["m.tsf"]))
        {
            ModelFile.Save(file, new ForecastModel(new WindowModel(WindowShape.OfLags([8, 7], 1), new Normalisation(Centring.None), mixture, Report)));
        }

        string data = _folder.Write("data.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"{i},{(i is 12 or 13 ? "" : $"{i}")}\n")));
        string line = (await CommandResult.Of("forecast", _folder["m.tsf"], "--data", data, "--values", "y")).Complaint(1);
        Assert.Contains("column \"y\" has no value in what the model looks at of its last 8 rows", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forecast_MoreThanANumberHolds_SaysSo()
    {
        GaussianMixture mixture = GaussianMixture.Create([1.0], [0.0, 0.0], [1.0, 100.0, 100.0, 10001.0]);
        using (FileStream file = File.Create(_folder["m.tsf"]))
        {
            ModelFile.Save(file, new ForecastModel([new WindowModel(new WindowShape(1, 1), new Normalisation(Centring.None), mixture, Report)], [1.0], null, ValueTransform.Log));
        }

        string data = _folder.Write("data.csv", "y\n2\n1e90\n");
        string line = (await CommandResult.Of("forecast", _folder["m.tsf"], "--data", data, "--values", "y")).Complaint(1);
        Assert.Contains("has no forecast of step 1 that a number holds", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backtest_SplitBeyondRows_SaysHowManyThereAre()
    {
        string data = _folder.Write("data.csv", "y\n1\n2\n4\n3\n5\n");
        string line = (await CommandResult.Of("backtest", "--data", data, "--values", "y", "--past", "1", "--future", "1", "--split", "4,1,1", "--report", _folder["r.json"])).Complaint(1);
        Assert.Contains("has 5 rows, the split 4,1,1 needs 6", line, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["r.json"]));
    }

    [Fact]
    public async Task Inspect_FileThatIsNoModel_IsRefused()
    {
        string data = _folder.Write("data.csv", "y\n1\n2\n4\n3\n5\n6\n");
        string model = _folder["m.tsf"];
        (await CommandResult.Of("fit", "--data", data, "--values", "y", "--past", "2", "--future", "1", "--out", model)).Succeeded();
        byte[] whole = await File.ReadAllBytesAsync(model);

        await File.WriteAllBytesAsync(model, whole[..^5]);
        Assert.Contains(model, (await CommandResult.Of("inspect", model)).Complaint(1), StringComparison.Ordinal);
        Assert.Contains(data, (await CommandResult.Of("inspect", data)).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("does not exist", (await CommandResult.Of("inspect", _folder["none.tsf"])).Complaint(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BrokenSettings_AreAllNamed_BeforeAnyConnection()
    {
        string file = _folder.Write("appsettings.json", """{ "Forecaster": { "Kafka": { "BootstrapServers": "nowhere" }, "Model": { "Past": 0, "Futur": 3 }, "Grid": { "Interval": "soon" } } }""");
        CommandResult result = await CommandResult.Of("run", "--settings", file, "--set", "Publish:Api=V7");
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            ["Grid:Interval", "Kafka:BootstrapServers", "Kafka:Topics", "Model:Futur", "Model:Past", "Publish:Api"],
            result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim().Split(": ")[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_SettingsFileThatIsNoJson_NamesIt()
    {
        string file = _folder.Write("appsettings.json", "{ ");
        Assert.Contains(file, (await CommandResult.Of("run", "--settings", file)).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("none.json", (await CommandResult.Of("run", "--settings", _folder["none.json"])).Complaint(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbose_ShowsWhere()
    {
        CommandResult result = await CommandResult.Of("inspect", _folder["none.tsf"], "--verbose");
        Assert.Contains("   at TsForecaster", result.Error, StringComparison.Ordinal);
    }
}
