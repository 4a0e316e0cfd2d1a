using System.Globalization;
using System.Text.Json;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;
using static TsForecaster.Worker.Tests.Commands.SineFile;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>fit, inspect, forecast, sample and backtest on small files whose answers are known.</summary>
public sealed class ModelCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fit_Inspect_Forecast_FollowASine()
    {
        string model = await FitSine(_folder);
        JsonElement facts = JsonDocument.Parse((await CommandResult.Of("inspect", model, "--json")).Succeeded()).RootElement;
        Assert.Equal((12, 4, 2), (facts.GetProperty("past").GetInt32(), facts.GetProperty("future").GetInt32(), facts.GetProperty("components").GetInt32()));
        Assert.Equal(12, facts.GetProperty("id").GetString()!.Length);

        JsonElement forecast = JsonDocument.Parse((await CommandResult.Of("forecast", model, "--data", _folder["sine.csv"], "--values", "y", "--format", "json", "--above", "100")).Succeeded()).RootElement;
        JsonElement series = Assert.Single(forecast.GetProperty("series").EnumerateArray());
        JsonElement[] steps = [.. series.GetProperty("steps").EnumerateArray()];
        Assert.Equal(4, steps.Length);
        for (int h = 1; h <= steps.Length; h++)
        {
            Assert.Equal(Sine(199 + h), steps[h - 1].GetProperty("mean").GetDouble(), 0.05);
            Assert.True(steps[h - 1].GetProperty("p05").GetDouble() < steps[h - 1].GetProperty("p95").GetDouble());
            Assert.Equal(0.0, steps[h - 1].GetProperty("p_above").GetDouble(), 6);
        }

        Assert.Equal(0.0, series.GetProperty("p_any_above").GetDouble(), 6);
    }

    [Fact]
    public async Task Fit_PastAndMixtureLeftOut_ChoosesAnEnsembleThatTheOtherCommandsTake()
    {
        await FitSine(_folder);
        string model = _folder["auto.tsf"];
        string[] fit = ["fit", "--data", _folder["sine.csv"], "--values", "y", "--future", "4", "--season", "24", "--budget", "1", "--out", model];
        string table = (await CommandResult.Of(fit)).Succeeded();
        Assert.Contains("candidates tried", table, StringComparison.Ordinal);
        Assert.InRange(table.Split('\n').Length, 5, 25);
        Assert.DoesNotContain("log likelihood", table, StringComparison.Ordinal);
        Assert.Contains("log likelihood", (await CommandResult.Of("inspect", model, "--member", "2")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("counted from 1", (await CommandResult.Of("inspect", model, "--member", "99")).Complaint(2), StringComparison.Ordinal);
        JsonElement facts = JsonDocument.Parse((await CommandResult.Of("inspect", model, "--json")).Succeeded()).RootElement;
        Assert.Equal(4, facts.GetProperty("spread").GetArrayLength());
        Assert.True(facts.GetProperty("members").GetArrayLength() > 1);

        JsonElement forecast = JsonDocument.Parse((await CommandResult.Of("forecast", model, "--data", _folder["sine.csv"], "--values", "y", "--format", "json", "--steps", "6")).Succeeded()).RootElement;
        JsonElement[] steps = [.. Assert.Single(forecast.GetProperty("series").EnumerateArray()).GetProperty("steps").EnumerateArray()];
        Assert.All(steps.Index(), step => Assert.Equal(Sine(200 + step.Index), step.Item.GetProperty("mean").GetDouble(), 0.05));
        (await CommandResult.Of("sample", model, "--count", "2", "--member", "2")).Succeeded();

        // The same budget, the same file; another seed with a past of one's own.
        byte[] first = await File.ReadAllBytesAsync(model);
        (await CommandResult.Of(fit)).Succeeded();
        Assert.Equal(first, await File.ReadAllBytesAsync(model));
        (await CommandResult.Of([.. fit, "--past", "12", "--model", "components=auto", "seed=3"])).Succeeded();
        facts = JsonDocument.Parse((await CommandResult.Of("inspect", model, "--json")).Succeeded()).RootElement;
        Assert.All(facts.GetProperty("members").EnumerateArray(), member => Assert.InRange(member.GetProperty("past").GetInt32(), 1, 12));
    }

    [Fact]
    public async Task Forecast_BeyondTheFuture_FollowsTheSeries()
    {
        string model = await FitSine(_folder);
        string[] lines = (await CommandResult.Of("forecast", model, "--data", _folder["sine.csv"], "--values", "y", "--time", "t", "--time-unit", "s", "--steps", "10", "--format", "csv"))
            .Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("series,step,time,mean,sd,p05,p10,p25,p50,p75,p90,p95,rolled", lines[0].TrimEnd());
        Assert.Equal("0 0 0 0 1 1 1 1 1 1", string.Join(' ', lines[1..].Select(line => line.TrimEnd().Split(',')[^1])));
        Assert.Equal(11, lines.Length);
        for (int h = 1; h <= 10; h++)
        {
            string[] cells = lines[h].Split(',');
            Assert.Equal(("y", $"{h}"), (cells[0], cells[1]));
            Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(60 * (199 + h)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"), cells[2]);
            Assert.Equal(Sine(199 + h), double.Parse(cells[3], CultureInfo.InvariantCulture), 0.1);
        }
    }

    [Fact]
    public async Task Forecast_BeyondTheFuture_GoesOnFromTheMediansOfTheNearerHalf()
    {
        await FitSine(_folder);
        double[] history = [.. Enumerable.Range(0, 200).Select(Sine)];
        WindowModel[] members = [.. new[] { 5, 12 }.Select(past => WindowModel.Fit([history], new WindowShape(past, 4), new Normalisation(Centring.None), new FitOptions { Components = 3, Ridge = 1e-3 }).Model!)];
        ForecastModel model = new(members, [0.7, 0.3], [0.5, 0.4, 0.3, 0.2]);
        await using (FileStream file = File.Create(_folder["pool.tsf"]))
        {
            ModelFile.Save(file, model);
        }

        string[] lines = (await CommandResult.Of("forecast", _folder["pool.tsf"], "--data", _folder["sine.csv"], "--values", "y", "--steps", "9", "--format", "csv"))
            .Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Forecaster whole = new(model), unspread = new(new ForecastModel(members, [0.7, 0.3]));
        List<double> path = [.. history];
        List<UnivariateMixture> expected = [];
        while (expected.Count < 9)
        {
            double[] past = [.. path.TakeLast(12)];
            expected.AddRange(Enumerable.Range(1, 4).Skip(expected.Count == 0 ? 0 : 2).Select(step => whole.Predict(past).Marginal(step)));
            path.AddRange(Enumerable.Range(1, 2).Select(step => unspread.Predict(past).Marginal(step).Quantile(0.5)));
        }

        Assert.Equal(10, lines.Length);
        for (int h = 0; h < 9; h++)
        {
            double[] cells = [.. lines[h + 1].Split(',').Skip(1).Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
            Assert.Equal(h + 1, cells[0]);
            Assert.Equal(expected[h].Mean, cells[1], 1e-9);
            Assert.Equal(expected[h].StandardDeviation, cells[2], 1e-9);
        }
    }

    [Fact]
    public async Task Joint_SignalThatFollowsAnother_IsForecastFromIt()
    {
        Random random = new(1);
        double[] leader = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];
        File.WriteAllLines(_folder["two.csv"], ["a,b", .. leader.Select((value, t) => FormattableString.Invariant($"{value},{(t < 3 ? 0.5 : leader[t - 3])}"))]);
        string[] table = ["--data", _folder["two.csv"], "--values", "a,b"];
        string model = _folder["two.tsf"];
        string facts = (await CommandResult.Of(["fit", .. table, "--joint", "--past", "5", "--future", "3", "--out", model])).Succeeded();
        Assert.Contains("channels", facts, StringComparison.Ordinal);
        JsonElement forecast = JsonDocument.Parse((await CommandResult.Of(["forecast", model, .. table, "--format", "json"])).Succeeded()).RootElement;
        JsonElement follower = forecast.GetProperty("series").EnumerateArray().Single(series => series.GetProperty("series").GetString() == "b");
        Assert.All(follower.GetProperty("steps").EnumerateArray().Index(), step => Assert.Equal(leader[397 + step.Index], step.Item.GetProperty("mean").GetDouble(), 0.02));

        string report = _folder["two.json"];
        (await CommandResult.Of(["backtest", .. table, "--joint", "--past", "5", "--future", "3", "--model", "components=1", "--report", report, "--html", _folder["two.html"]])).Succeeded();
        Assert.True(JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("settings").GetProperty("joint").GetBoolean());
        Assert.Contains("--joint needs a mixture", (await CommandResult.Of(["fit", .. table, "--joint", "--future", "3"])).Complaint(2), StringComparison.Ordinal);
        Assert.Contains("centring=history", (await CommandResult.Of(["fit", .. table, "--joint", "--past", "5", "--future", "3", "--model", "centring=history"])).Complaint(2), StringComparison.Ordinal);
        File.WriteAllLines(_folder["gap.csv"], ["a,b", .. leader.Select((value, t) => FormattableString.Invariant($"{value},{(t < 390 ? "1" : "")}"))]);
        Assert.Contains("column \"b\" has no value", (await CommandResult.Of("forecast", model, "--data", _folder["gap.csv"], "--values", "a,b")).Complaint(1), StringComparison.Ordinal);
        Assert.Contains("--per-series", (await CommandResult.Of(["backtest", .. table, "--joint", "--per-series", "--future", "3", "--model", "components=1"])).Complaint(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_NamedAsTheInputOrAsEachOther_AreRefusedAndNothingIsLost()
    {
        await FitSine(_folder);
        string data = _folder["sine.csv"], before = File.ReadAllText(data);
        Assert.Contains("would be overwritten", (await CommandResult.Of("fit", "--data", data, "--values", "y", "--future", "4", "--out", data)).Complaint(2), StringComparison.Ordinal);
        Assert.Contains("would be overwritten", (await CommandResult.Of("backtest", "--data", data, "--values", "y", "--future", "4", "--html", data)).Complaint(2), StringComparison.Ordinal);
        Assert.Contains("would be overwritten", (await CommandResult.Of("backtest", "--data", data, "--values", "y", "--future", "4", "--html", _folder["a"], "--report", _folder["a"])).Complaint(2), StringComparison.Ordinal);
        Assert.Contains("is empty", (await CommandResult.Of("fit", "--data", data, "--values", "y", "--future", "4", "--out", "")).Complaint(2), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(data));
    }

    [Fact]
    public async Task Sample_SameSeed_SameWindows()
    {
        string model = await FitSine(_folder);
        string first = (await CommandResult.Of("sample", model, "--count", "3", "--seed", "7")).Succeeded();
        Assert.Equal(first, (await CommandResult.Of("sample", model, "--count", "3", "--seed", "7")).Output);
        Assert.NotEqual(first, (await CommandResult.Of("sample", model, "--count", "3", "--seed", "8")).Output);
        string[] lines = first.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("component,-11,-10,", lines[0], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Equal(17, line.Split(',').Length));
    }

    [Fact]
    public async Task Constant_Forecast_IsTheConstant()
    {
        string data = _folder.Write("flat.csv", "y\n" + string.Concat(Enumerable.Repeat("3.25\n", 60)));
        (await CommandResult.Of("fit", "--data", data, "--values", "y", "--past", "6", "--future", "3", "--out", _folder["m.tsf"])).Succeeded();
        string[] lines = (await CommandResult.Of("forecast", _folder["m.tsf"], "--data", data, "--values", "y", "--format", "csv")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines.Skip(1), line => Assert.All(line.Split(',').Where((_, i) => i is 2 or >= 4), cell => Assert.Equal(3.25, double.Parse(cell, CultureInfo.InvariantCulture), 1e-3)));

        (await CommandResult.Of("backtest", "--data", data, "--values", "y", "--past", "6", "--future", "3", "--standardise", "--report", _folder["r.json"])).Succeeded();
        JsonElement report = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        Assert.Equal(0.0, report.GetProperty("mse").GetDouble(), 1e-9);
        Assert.Equal(JsonValueKind.Null, report.GetProperty("mase").ValueKind);
    }

    [Fact]
    public async Task Backtest_Report_HasTheKeysOfTheContract()
    {
        await FitSine(_folder);
        string report = _folder["r.json"];
        string table = (await CommandResult.Of("backtest", "--data", _folder["sine.csv"], "--values", "y", "--past", "12", "--future", "4", "--season", "24", "--split", "120,40,40", "--final-fit", "train+valid", "--report", report)).Succeeded();
        Assert.Contains("seasonal naive", table, StringComparison.Ordinal);

        string[] scores = ["mse", "mae", "rmse", "smape", "mase", "crps", "wql", "msis", "coverage80", "coverage95"];
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement;
        Assert.Equal(
            [.. scores, "n_forecasts", "fit_seconds", "forecast_seconds", "settings", "per_horizon", "seasonal_naive", "n_skipped", "n_refits", "pit_ks", "pit", "coverage", "selection"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(37 * 4, json.GetProperty("pit").EnumerateArray().Sum(bin => bin.GetInt64()));
        Assert.InRange(json.GetProperty("pit_ks").GetDouble(), 0.0, 1.0);
        JsonElement eighty = json.GetProperty("coverage").EnumerateArray().Single(level => level.GetProperty("level").GetDouble() == 0.8);
        Assert.Equal(json.GetProperty("coverage80").GetDouble(), eighty.GetProperty("share").GetDouble(), 0.02);
        Assert.Equal(scores, json.GetProperty("seasonal_naive").EnumerateObject().Select(property => property.Name));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("seasonal_naive").GetProperty("coverage80").ValueKind);
        Assert.Equal(37, json.GetProperty("n_forecasts").GetInt32());
        Assert.Equal(4, json.GetProperty("per_horizon").GetArrayLength());
        Assert.Equal("train+valid", json.GetProperty("settings").GetProperty("final_fit").GetString());
        Assert.True(json.GetProperty("mse").GetDouble() < 1e-2);
        Assert.Equal(json.GetProperty("mse").GetDouble(), json.GetProperty("per_horizon").EnumerateArray().Average(step => step.GetProperty("mse").GetDouble()), 1e-12);
    }

    [Fact]
    public async Task Backtest_Compare_ScoresSimpleMethodsOnTheSameValues()
    {
        await FitSine(_folder);
        string table = (await CommandResult.Of("backtest", "--data", _folder["sine.csv"], "--values", "y", "--past", "12", "--future", "4", "--season", "24", "--split", "120,40,40", "--compare", "--report", _folder["r.json"])).Succeeded();
        Assert.Contains("Holt-Winters", table, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        JsonElement baselines = json.GetProperty("baselines");
        Assert.Equal(["seasonal_naive", "random_walk", "drift", "mean", "holt_winters"], baselines.EnumerateObject().Select(baseline => baseline.Name));
        JsonElement naive = baselines.GetProperty("seasonal_naive");
        Assert.Equal(json.GetProperty("seasonal_naive").GetProperty("mae").GetDouble(), naive.GetProperty("mae").GetDouble(), 1e-12);
        Assert.True(naive.GetProperty("crps").GetDouble() < naive.GetProperty("mae").GetDouble());
        Assert.Equal(4, naive.GetProperty("per_horizon").GetArrayLength());
        Assert.True(baselines.GetProperty("drift").GetProperty("mae").GetDouble() > json.GetProperty("mae").GetDouble());
    }

    [Fact]
    public async Task Backtest_RefitEvery_RefitsOnAllRowsBefore()
    {
        await FitSine(_folder);
        string[] arguments = ["backtest", "--data", _folder["sine.csv"], "--values", "y", "--past", "12", "--future", "4", "--split", "120,40,40", "--report", _folder["r.json"]];
        string table = (await CommandResult.Of([.. arguments, "--refit-every", "10", "--stride", "4"])).Succeeded();
        Assert.Contains("forecast with 3 refits in", table, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        Assert.Equal(3, json.GetProperty("n_refits").GetInt32());
        Assert.Equal(("train+valid", 10), (json.GetProperty("settings").GetProperty("final_fit").GetString(), json.GetProperty("settings").GetProperty("refit_every").GetInt32()));

        Assert.Contains("--refit-every 0", (await CommandResult.Of([.. arguments, "--refit-every", "0"])).Complaint(2), StringComparison.Ordinal);
        Assert.Contains("cannot be used with --refit-every", (await CommandResult.Of([.. arguments, "--refit-every", "10", "--final-fit", "train"])).Complaint(2), StringComparison.Ordinal);
        Assert.Contains("--refit-every cannot be used with --panel", (await CommandResult.Of("backtest", "--panel", "a.csv", "--panel-test", "b.csv", "--future", "4", "--refit-every", "10")).Complaint(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backtest_PastLeftOut_IsTwiceTheFutureOrSeason()
    {
        await FitSine(_folder);
        (await CommandResult.Of("backtest", "--data", _folder["sine.csv"], "--values", "y", "--future", "4", "--season", "12", "--model", "components=1", "--report", _folder["r.json"])).Succeeded();
        JsonElement settings = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement.GetProperty("settings");
        Assert.Equal(24, settings.GetProperty("past").GetInt32());
        Assert.Equal([140, 20, 40], settings.GetProperty("split").EnumerateArray().Select(rows => rows.GetInt32()));
    }

    [Fact]
    public async Task Backtest_Auto_SaysWhatWasTriedAndChosen()
    {
        await FitSine(_folder);
        (await CommandResult.Of("backtest", "--data", _folder["sine.csv"], "--values", "y", "--future", "4", "--season", "12", "--budget", "2s", "--report", _folder["r.json"])).Succeeded();
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        Assert.Equal("auto", json.GetProperty("settings").GetProperty("components").GetString());
        JsonElement chosen = Assert.Single(json.GetProperty("settings").GetProperty("chosen").EnumerateArray());
        Assert.Equal(1.0, chosen.GetProperty("members").EnumerateArray().Sum(member => member.GetProperty("weight").GetDouble()), 1e-9);
        JsonElement search = Assert.Single(json.GetProperty("selection").EnumerateArray());
        Assert.True(search.GetProperty("tried").GetArrayLength() > 5);
        Assert.NotEmpty(search.GetProperty("reason").GetString()!);
        Assert.True(json.GetProperty("mse").GetDouble() <= json.GetProperty("seasonal_naive").GetProperty("mse").GetDouble() + 1e-12);
    }

    [Fact]
    public async Task Backtest_Panel_MatchesSeriesById_AndIgnoresTrailingCells()
    {
        string train = _folder.Write("train.csv", "id,1,2,3,4,5,6,7,8,9,10\nA,1,2,1,2,1,2,1,2,1,2\nB,5,7,5,7,5,7,5,7,,\n");
        string test = _folder.Write("test.csv", "id,1,2,3\nB,5,7,5\nA,1,2,1\n");
        (await CommandResult.Of("backtest", "--panel", train, "--panel-test", test, "--past", "3", "--future", "2", "--season", "2", "--report", _folder["r.json"])).Succeeded();
        JsonElement json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
        Assert.Equal(2, json.GetProperty("n_forecasts").GetInt32());
        Assert.Equal(0.0, json.GetProperty("seasonal_naive").GetProperty("mae").GetDouble());
        Assert.True(json.GetProperty("mae").GetDouble() < 0.05);

        Assert.Equal("auto", json.GetProperty("settings").GetProperty("components").GetString());

        // Nothing to scale by, in series that repeat.
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (json.GetProperty("naive2").GetProperty("mase").ValueKind, json.GetProperty("owa").ValueKind));
        Assert.Contains(json.GetProperty("tried").EnumerateArray(), tried => tried.GetProperty("kept").GetBoolean());

        string[] mixture = ["backtest", "--panel", train, "--panel-test", test, "--past", "3", "--future", "2", "--season", "2", "--model", "components=1", "--report", _folder["r.json"]];
        foreach (string[] more in new[] { [], new[] { "--per-series" }, ["--history", "6"] })
        {
            (await CommandResult.Of([.. mixture, .. more])).Succeeded();
            json = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["r.json"])).RootElement;
            Assert.Equal(1, json.GetProperty("settings").GetProperty("components").GetInt32());
            Assert.True(json.GetProperty("mae").GetDouble() < 0.05);
        }

        Assert.Contains("does not fit into 4 rows", (await CommandResult.Of([.. mixture, "--history", "4"])).Complaint(1), StringComparison.Ordinal);
        string other = _folder.Write("other.csv", "id,1,2\nA,1,2\n");
        Assert.Contains("no series \"B\"", (await CommandResult.Of("backtest", "--panel", train, "--panel-test", other, "--past", "3", "--future", "2")).Complaint(1), StringComparison.Ordinal);
    }
}
