using System.Globalization;
using System.Text.Json;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>What is known ahead, on the command line: an hourly series that is high on weekends and where a column says so.</summary>
public sealed class CovariateCommandTests : IDisposable
{
    private const int Rows = 24 * 70;
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Backtest_WithCalendarAndColumn_HalvesTheError()
    {
        string data = Write(Rows);
        string[] backtest = ["backtest", "--data", data, "--values", "y", "--time", "t", "--future", "24", "--season", "24", "--past", "24", "--model", "components=1"];
        double without = await Mse(backtest), with = await Mse([.. backtest, "--calendar", "week", "--known", "x"]);
        Assert.True(with < 0.25 * without, $"{with} with what is known, {without} without");

        async Task<double> Mse(string[] args)
        {
            (await CommandResult.Of([.. args, "--report", _folder["r.json"]])).Succeeded();
            return JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement.GetProperty("mse").GetDouble();
        }
    }

    [Theory]
    [InlineData("--past", "24")]
    [InlineData("--budget", "3")]
    public async Task FitForecastFill_RememberWhatIsKnown(string option, string value)
    {
        string model = _folder["m.tsf"];
        string[] source = ["--data", Write(Rows), "--values", "y", "--time", "t"];
        string table = (await CommandResult.Of(["fit", .. source, "--future", "24", "--season", "24", "--calendar", "day,week", "--known", "x", option, value, "--out", model])).Succeeded();
        Assert.Contains("85: day, week, x (UTC)", table, StringComparison.Ordinal);

        // Rows of which only what is known is given are what is forecast.
        string[] ahead = ["--data", Write(Rows, ahead: 24), "--values", "y", "--time", "t"];
        string[] lines = (await CommandResult.Of(["forecast", model, .. ahead, "--format", "csv"])).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (int h = 0; h < 24; h++)
        {
            string[] cells = lines[h + 1].Split(',');
            Assert.Equal(Time(Rows + h), cells[2]);
            Assert.Equal(Value(Rows + h), double.Parse(cells[3], CultureInfo.InvariantCulture), 1.5);
        }

        Assert.Contains("0 rows follow the last value", (await CommandResult.Of(["forecast", model, .. source])).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("--steps 24 at most", (await CommandResult.Of(["forecast", model, .. ahead, "--steps", "25"])).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("--time COL", (await CommandResult.Of("forecast", model, "--data", Write(Rows, ahead: 24), "--values", "y")).Complaint(1), StringComparison.Ordinal);

        string[] filled = (await CommandResult.Of(["fill", model, "--data", Write(Rows, missing: 1000), "--values", "y", "--time", "t"])).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Value(1000), double.Parse(Assert.Single(filled[1..]).Split(',')[3], CultureInfo.InvariantCulture), 1.5);
    }

    [Fact]
    public async Task Forecast_BeyondTheFuture_TheCalendarGoesOn()
    {
        string model = _folder["m.tsf"];
        string[] source = ["--data", Write(Rows, withX: false), "--values", "y", "--time", "t"];
        (await CommandResult.Of(["fit", .. source, "--future", "6", "--season", "24", "--past", "24", "--calendar", "week", "--out", model])).Succeeded();
        string[] lines = (await CommandResult.Of(["forecast", model, .. source, "--steps", "100", "--format", "csv"])).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] means = [.. lines[1..].Select(line => double.Parse(line.Split(',')[3], CultureInfo.InvariantCulture))];

        // The series ends with a Sunday; Monday to Thursday are low.
        Assert.All(means, mean => Assert.InRange(mean, 8.0, 13.0));
    }

    [Theory]
    [InlineData("neither day nor week", "--calendar", "month", "--time", "t")]
    [InlineData("--time COL", "--calendar", "day")]
    [InlineData("no such time zone", "--calendar", "day", "--time", "t", "--zone", "Mars/Olympus")]
    [InlineData("--zone needs", "--zone", "UTC")]
    [InlineData("not known ahead", "--known", "y")]
    [InlineData("expected different column names", "--known", "x,x")]
    [InlineData("--joint cannot", "--known", "x", "--joint", "--past", "4")]
    public async Task Backtest_Nonsense_IsUsage(string complaint, params string[] args) =>
        Assert.Contains(complaint, (await CommandResult.Of(["backtest", "--data", "d.csv", "--values", "y", "--future", "1", .. args])).Complaint(2), StringComparison.Ordinal);

    [Theory]
    [InlineData("2024-02-30\n", "line 1: \"2024-02-30\"")]
    [InlineData("2024-02-03\n\n3.2.2024\n", "line 3: \"3.2.2024\"")]
    [InlineData("\n", "has no dates")]
    public async Task Holidays_NoDates_NameTheLine(string content, string complaint) => Assert.Contains(
        complaint,
        (await CommandResult.Of("fit", "--data", Write(100), "--values", "y", "--time", "t", "--future", "1", "--holidays", _folder.Write("days.txt", content))).Complaint(1),
        StringComparison.Ordinal);

    private string Write(int rows, int ahead = 0, int missing = -1, bool withX = true) => _folder.Write($"{rows}-{ahead}-{missing}.csv", $"t,{(withX ? "x," : "")}y\n" + string.Concat(Enumerable.Range(0, rows + ahead).Select(t =>
        string.Create(CultureInfo.InvariantCulture, $"{Time(t)},{(withX ? $"{Known(t)}," : "")}{(t < rows && t != missing ? $"{Value(t, withX):R}" : "")}\n"))));

    // 2024-01-01 was a Monday.
    private static string Time(int t) => new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddHours(t).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static double Value(int t, bool withX = true) => 10.0 + (t / 24 % 7 > 4 ? 6.0 : 0.0) + (withX ? 4.0 * Known(t) : 0.0) + Math.Sin(t * Math.Tau / 24.0) + (0.05 * (t * 7919 % 13));

    private static int Known(int t) => t / 6 * 7919 % 5 > 2 ? 1 : 0;
}
