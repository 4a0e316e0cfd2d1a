using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands.Reports;

public sealed class HtmlReportTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Page_Backtest_TellsAllOfIt()
    {
        XElement page = await Page(Table("y", 200, t => [10.0 + Math.Sin(Math.Tau * t / 24.0) + Noise(t)]), "--values", "y", "--time", "t", "--past", "12", "--future", "4", "--season", "24", "--split", "120,40,40", "--report", _folder["r.json"]);
        Assert.Equal("Backtest of y", page.Descendants("h1").Single().Value);
        Assert.Equal(["Scores", "Error by horizon", "Forecasts", "Calibration", "How it was chosen", "What was run"], page.Descendants("h2").Select(title => title.Value));
        Assert.Equal(["model", "seasonal naive", "random walk", "drift", "mean", "Holt-Winters"], page.Descendants("table").First().Descendants("th").Select(cell => cell.Value).Skip(1).Take(6));
        Assert.Contains("120, 40, 40", page.Descendants("dd").Select(value => value.Value));

        // Two by horizon, three of calibration, four examples, the best and the worst; the row and its time are those of the origin.
        string[] captions = [.. page.Descendants("figcaption").Select(caption => caption.Value)];
        Assert.Equal(2 + 3 + 4 + 2, captions.Length);
        Assert.Contains(captions, caption => caption.StartsWith("y from row 165, 1970-01-01 02:44Z — CRPS", StringComparison.Ordinal));
        Assert.Single(captions, caption => caption.StartsWith("Best: ", StringComparison.Ordinal));
        Assert.Single(captions, caption => caption.StartsWith("Worst: ", StringComparison.Ordinal));

        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        string[] headlines = [.. page.Descendants("p").Where(text => (string?)text.Attribute("class") == "value").Select(text => text.Value)];
        Assert.Equal(json.GetProperty("mae").GetDouble().ToString("G4", CultureInfo.InvariantCulture), headlines[0]);
        Assert.Equal(json.GetProperty("crps").GetDouble().ToString("G4", CultureInfo.InvariantCulture), headlines[1]);
    }

    [Fact]
    public async Task Page_Searched_ListsWhatWasTriedAndWhy()
    {
        string data = Table("y,z", 200, t => [10.0 + Math.Sin(Math.Tau * t / 24.0) + Noise(t), Noise(t)]);
        XElement page = await Page(data, "--values", "y", "--future", "4", "--season", "24", "--report", _folder["r.json"]);
        JsonElement search = Assert.Single(JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement.GetProperty("selection").EnumerateArray());
        Assert.Contains(search.GetProperty("reason").GetString()!, Chosen(page).Element("p")!.Value, StringComparison.Ordinal);
        (string Name, double Weight)[] tried = [.. search.GetProperty("tried").EnumerateArray().Select(trial => (trial.GetProperty("name").GetString()!, trial.GetProperty("weight").GetDouble()))];
        Assert.Equal(tried.Select(trial => trial.Name), Chosen(page).Descendants("tbody").Elements("tr").Select(row => row.Element("th")!.Value));
        Assert.Equal(tried.Count(trial => trial.Weight > 0.0), Chosen(page).Descendants("tr").Count(row => (string?)row.Attribute("class") == "chosen"));

        // A search each has a fold each; a mixture that is given was not searched for.
        page = await Page(data, "--values", "y,z", "--future", "4", "--per-series");
        Assert.Equal(["y", "z"], Chosen(page).Elements("details").Select(fold => fold.Element("summary")!.Value));
        page = await Page(data, "--values", "y", "--future", "4", "--past", "8", "--model", "components=1");
        Assert.DoesNotContain("How it was chosen", page.Descendants("h2").Select(title => title.Value));
    }

    [Fact]
    public async Task Drawing_PitHistogram_HasBarsAsHighAsItsCounts()
    {
        XElement page = await Page(Table("y", 200, t => [10.0 + Math.Sin(Math.Tau * t / 24.0) + Noise(t)]), "--values", "y", "--past", "12", "--future", "4", "--split", "120,40,40", "--report", _folder["r.json"]);
        double[] heights = [.. page.Descendants("rect").Where(bar => (string?)bar.Attribute("class") == "bar" && bar.Element("title") is not null).Select(bar => Number(bar, "height"))];
        double[] counts = [.. JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement.GetProperty("pit").EnumerateArray().Select(bin => bin.GetDouble())];
        Assert.Equal(20, heights.Length);
        Assert.All(heights.Zip(counts), bar => Assert.Equal(bar.Second / counts.Max(), bar.First / heights.Max(), 0.001));
    }

    [Fact]
    public async Task Drawing_Fan_SpreadsFromItsMean_AndActualsEndIt()
    {
        XElement page = await Page(Table("y", 200, t => [10.0 + Math.Sin(Math.Tau * t / 24.0) + Noise(t)]), "--values", "y", "--past", "12", "--future", "4", "--split", "120,40,40");
        XElement fan = page.Descendants("svg").First(drawing => drawing.Element("title")?.Value.StartsWith("Forecast of y", StringComparison.Ordinal) == true);
        (double X, double Y)[] mean = Path(fan, "line model"), wide = Path(fan, "fan-95"), narrow = Path(fan, "fan-50");
        Assert.Equal((4, 8, 8), (mean.Length, wide.Length, narrow.Length));
        for (int i = 0; i < 4; i++)
        {
            // Upwards is towards smaller y.
            double[] up = [wide[7 - i].Y, narrow[7 - i].Y, mean[i].Y, narrow[i].Y, wide[i].Y];
            Assert.Equal(up.OrderDescending(), up);
            Assert.Equal(mean[i].X, wide[i].X);
        }

        (double X, double Y)[] came = [.. fan.Descendants("path").Where(path => (string?)path.Attribute("class") == "line observed").Select(Points).Last()];
        Assert.Equal(5, came.Length);
        Assert.Equal(mean.Select(point => point.X), came[1..].Select(point => point.X));
    }

    [Fact]
    public async Task Page_SeveralColumns_ListsThemBesideTheBestSimpleMethod()
    {
        XElement page = await Page(Table("a,<b>", 200, t => [Noise(t), 5.0]), "--values", "a,<b>", "--past", "12", "--future", "1", "--standardise", "--refit-every", "15");
        Assert.Equal("Backtest of a, <b>", page.Descendants("h1").Single().Value);
        XElement columns = page.Descendants("section").Single(section => section.Element("h2")?.Value == "Series");
        Assert.Equal(["a", "<b>"], columns.Descendants("tbody").Single().Descendants("th").Select(cell => cell.Value));
        Assert.Contains("refitted 2 times", page.Descendants("header").Single().Value, StringComparison.Ordinal);

        // One step has no horizon to be drawn over.
        Assert.DoesNotContain("Error by horizon", page.Descendants("h2").Select(title => title.Value));
    }

    [Fact]
    public async Task Page_Panel_FoldsManyColumnsAway()
    {
        string rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"S{i},{string.Join(',', Enumerable.Range(0, 40).Select(t => Text((i * (t % 4)) + Noise(t + (7 * i)))))}\n"));
        string ahead = string.Concat(Enumerable.Range(0, 30).Select(i => $"S{i},{string.Join(',', Enumerable.Range(40, 3).Select(t => Text((i * (t % 4)) + Noise(t + (7 * i)))))}\n"));
        string train = _folder.Write("train.csv", "id\n" + rows);
        string test = _folder.Write("test.csv", "id\n" + ahead);
        (await CommandResult.Of("backtest", "--panel", train, "--panel-test", test, "--past", "8", "--future", "3", "--season", "4", "--html", _folder["p.html"])).Succeeded();
        XElement page = Parse(await File.ReadAllTextAsync(_folder["p.html"]));
        Assert.Equal("Backtest of 30 series of train.csv", page.Descendants("h1").Single().Value);
        Assert.Equal(30, page.Descendants("section").Single(section => section.Element("h2")?.Value == "Series").Descendants("tbody").Single().Elements().Count());
        Assert.Contains("candidates are pooled", Chosen(page).Element("p")!.Value, StringComparison.Ordinal);
        Assert.Contains(Chosen(page).Descendants("tr"), row => (string?)row.Attribute("class") == "chosen");
    }

    [Fact]
    public async Task Page_MissingValues_LeaveGapsInTheCurves()
    {
        XElement page = await Page(Table("y", 200, t => [t % 9 == 0 ? double.NaN : Noise(t)]), "--values", "y", "--past", "6", "--future", "2");
        XElement fan = page.Descendants("svg").First(drawing => drawing.Element("title")?.Value.StartsWith("Forecast of y", StringComparison.Ordinal) == true);
        string observed = fan.Descendants("path").First(path => (string?)path.Attribute("class") == "line observed").Attribute("d")!.Value;
        Assert.True(observed.Count(letter => letter == 'M') > 1);
    }

    [Fact]
    public async Task Report_NamedHtml_IsThePage()
    {
        string data = Table("y", 100, t => [Noise(t)]);
        (await CommandResult.Of("backtest", "--data", data, "--values", "y", "--past", "6", "--future", "2", "--report", _folder["r.HTML"], "--html", _folder["page"])).Succeeded();
        Parse(await File.ReadAllTextAsync(_folder["r.HTML"]));
        Parse(await File.ReadAllTextAsync(_folder["page"]));
    }

    private static XElement Chosen(XElement page) => page.Descendants("section").Single(section => section.Element("h2")?.Value == "How it was chosen");

    private async Task<XElement> Page(string data, params string[] arguments)
    {
        (await CommandResult.Of(["backtest", "--data", data, .. arguments, "--html", _folder["page.html"]])).Succeeded();
        return Parse(await File.ReadAllTextAsync(_folder["page.html"]));
    }

    /// <summary>The page, once it is made sure that it is well-formed, needs nothing from elsewhere and shows no number that is none.</summary>
    private static XElement Parse(string html)
    {
        foreach (string forbidden in new[] { "http:", "https:", "<script", "src=", "@import", "url(", "NaN", "Infinity" })
        {
            Assert.DoesNotContain(forbidden, html, StringComparison.OrdinalIgnoreCase);
        }

        XElement page = XDocument.Parse(html).Root!;
        Assert.All(page.Descendants("svg").Where(drawing => drawing.Parent!.Name == "figure"), drawing => Assert.False(string.IsNullOrEmpty(drawing.Element("title")?.Value)));
        return page;
    }

    private string Table(string names, int rows, Func<int, double[]> values) => _folder.Write(
        "data.csv",
        $"t,{names}\n" + string.Concat(Enumerable.Range(0, rows).Select(t => $"{60 * t},{string.Join(',', values(t).Select(Text))}\n")));

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Looks like noise to a model of a few lags.</summary>
    private static double Noise(int t) => 0.02 * (t * t * 7919 % 101 % 13);

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static (double X, double Y)[] Path(XElement drawing, string style) =>
        Points(drawing.Descendants("path").First(path => (string?)path.Attribute("class") == style));

    private static (double X, double Y)[] Points(XElement path) =>
        [.. path.Attribute("d")!.Value.Split(['M', 'L', 'Z'], StringSplitOptions.RemoveEmptyEntries).Select(point => point.Split(' ')).Select(point => (double.Parse(point[0], CultureInfo.InvariantCulture), double.Parse(point[1], CultureInfo.InvariantCulture)))];
}
