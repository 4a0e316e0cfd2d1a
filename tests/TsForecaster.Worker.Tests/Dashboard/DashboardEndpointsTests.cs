using System.Net;
using System.Text.Json;
using TsForecaster.Worker.Dashboard;
using TsForecaster.Worker.Tests.Observability;
using Xunit;

namespace TsForecaster.Worker.Tests.Dashboard;

public sealed class DashboardEndpointsTests : IAsyncLifetime
{
    private static readonly SeriesKey Pump = new("pump-7", SeriesKey.DefaultChannel);

    private readonly SeriesBoard _board = new();
    private LoopbackHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await LoopbackHost.StartAsync(routes => routes.MapDashboard(_board));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Series_OnTheBoard_AreListedWithTheirScores()
    {
        _board.Record(Steps.WithForecast(Pump, 0, 2.5) with
        {
            Live = new LiveScore(Scored: 10, AbsError: 4, Crps: 3, Covered80: 8, Scale: 2, NaiveScored: 8, NaiveAbsError: 16, Paired: 4),
            Status = new SeriesStatus(Steps: 120, StepsToFirstRefit: 0, Late: 3, Missing: 4, Refits: 5),
            Model = new ModelChange("0123456789ab", 2, 77, -1.5, true, "first fit"),
        });
        JsonElement row = (await GetJsonAsync("/api/series")).EnumerateArray().Single();
        string[] expected =
        [
            "series=\"pump-7\"", "channel=\"value\"", "interval_seconds=60", "steps=120", "steps_to_first_refit=0",
            "last_time=\"2024-01-01T00:00:00Z\"", "last_value=2.5", "model=\"0123456789ab\"", "components=2", "windows=77",
            "last_refit_promoted=true", "last_refit_reason=\"first fit\"", "mase=0.25", "seasonal_naive_mase=1", "crps=0.3",
            "coverage80=0.8", "scored=10", "late=3", "missing=4", "refits=5",
        ];
        Assert.Equal(expected.Order(), row.EnumerateObject().Select(property => $"{property.Name}={property.Value.GetRawText()}").Order());
    }

    [Fact]
    public async Task Series_FilterSkipAndTake_PageThroughThem()
    {
        for (int i = 0; i < 30; i++)
        {
            _board.Record(Steps.Plain(new SeriesKey($"pump-{i:00}", SeriesKey.DefaultChannel), 0));
        }

        using HttpResponseMessage response = await _host.Client.GetAsync("/api/series?filter=PUMP-1&skip=4&take=3");
        Assert.Equal("10", response.Headers.GetValues("X-Total-Count").Single());
        JsonElement rows = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(["pump-14", "pump-15", "pump-16"], rows.EnumerateArray().Select(row => row.GetProperty("series").GetString()));
    }

    [Theory]
    [InlineData("/api/series?take=-1")]
    [InlineData("/api/series?take=10001")]
    [InlineData("/api/series?skip=x")]
    public async Task Series_BadPaging_IsRefused(string path) => await AssertErrorAsync(path, HttpStatusCode.BadRequest);

    [Fact]
    public async Task Detail_OfASeries_HasRecentValuesAndTheFan()
    {
        _board.Record(Steps.Plain(Pump, 0, 1.5));
        _board.Record(Steps.Plain(Pump, 1, double.NaN));
        _board.Record(Steps.WithForecast(Pump, 2, -2.0));
        JsonElement detail = await GetJsonAsync("/api/series/pump-7");
        Assert.Equal(
            """[["2024-01-01T00:00:00Z",1.5],["2024-01-01T00:01:00Z",null],["2024-01-01T00:02:00Z",-2]]""",
            detail.GetProperty("observed").GetRawText());
        JsonElement forecast = detail.GetProperty("forecast");
        Assert.Equal("2024-01-01T00:03:00Z", forecast.GetProperty("issued").GetString());
        Assert.False(forecast.TryGetProperty("above", out _));
        JsonElement first = forecast.GetProperty("steps")[0];
        Assert.Equal("2024-01-01T00:03:00Z", first.GetProperty("time").GetString());
        Assert.Equal(Steps.Forecast.Marginal(1).Quantile(0.05), first.GetProperty("p05").GetDouble());
        Assert.Equal(
            ["horizon", "time", "mean", "sd", "p05", "p10", "p25", "p50", "p75", "p90", "p95"],
            first.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Detail_FilledCells_StandBesideTheirGapForAsLongAsItIsShown()
    {
        for (int i = 0; i < 4; i++)
        {
            _board.Record(Steps.Plain(Pump, i, i is 1 or 2 ? double.NaN : i) with
            {
                Filled = i == 3 ? [new FilledCell(Steps.Epoch + Steps.Minute, 1.25, 0.5), new FilledCell(Steps.Epoch + (2 * Steps.Minute), 2.25, 0.25)] : [],
            });
        }

        const string Both = """[["2024-01-01T00:01:00Z",1.25,0.5],["2024-01-01T00:02:00Z",2.25,0.25]]""";
        Assert.Equal(Both, (await GetJsonAsync("/api/series/pump-7")).GetProperty("filled").GetRawText());
        for (int i = 4; i < SeriesBoard.RecentCapacity + 2; i++)
        {
            _board.Record(Steps.Plain(Pump, i, i));
        }

        Assert.Equal("""[["2024-01-01T00:02:00Z",2.25,0.25]]""", (await GetJsonAsync("/api/series/pump-7")).GetProperty("filled").GetRawText());

        // Set back to before it was known.
        _board.Record(Steps.Plain(Pump, 2, double.NaN));
        Assert.Equal("[]", (await GetJsonAsync("/api/series/pump-7")).GetProperty("filled").GetRawText());
    }

    [Fact]
    public async Task Detail_BeforeTheFirstForecast_SaysNullNotNaN()
    {
        _board.Record(Steps.Plain(Pump, 0, double.NaN) with { Live = new LiveScore(0, 0, 0, 0, double.NaN, 0, 0, 0) });
        JsonElement detail = await GetJsonAsync("/api/series/pump-7");
        string[] absent = ["forecast", "model", "mase", "seasonal_naive_mase", "crps", "coverage80", "last_value"];
        Assert.All(absent, name => Assert.Equal(JsonValueKind.Null, detail.GetProperty(name).ValueKind));
        await AssertErrorAsync("/api/series/pump-7/forecast", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Forecast_Above_AddsTheProbabilities()
    {
        _board.Record(Steps.WithForecast(Pump, 0));
        JsonElement answer = await GetJsonAsync("/api/series/pump-7/forecast?above=0.25");
        Assert.Equal(0.25, answer.GetProperty("above").GetDouble());
        Assert.Equal(Steps.Forecast.ProbabilityAnyAbove(0.25), answer.GetProperty("any_above").GetDouble());
        Assert.Equal(
            Enumerable.Range(1, Steps.Forecast.Steps).Select(step => Steps.Forecast.Marginal(step).ProbabilityAbove(0.25)),
            answer.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("probability_above").GetDouble()));
    }

    [Theory]
    [InlineData("above=")]
    [InlineData("above=high")]
    [InlineData("above=NaN")]
    [InlineData("above=1e999")]
    [InlineData("above=1&above=2")]
    [InlineData("above=1,5")]
    public async Task Forecast_BadThreshold_IsRefused(string query)
    {
        _board.Record(Steps.WithForecast(Pump, 0));
        await AssertErrorAsync("/api/series/pump-7/forecast?" + query, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("plant/hall 1/pump,7")]
    [InlineData("host=a,room=b")]
    [InlineData("100%")]
    [InlineData("a%2Fb")]
    [InlineData("a+b c")]
    [InlineData("ends/forecast")]
    [InlineData("Pumpe Süd № 7 温度 🌡")]
    [InlineData("what?really#yes&no")]
    [InlineData("<script>\"'\\")]
    public async Task Detail_AnySeriesName_IsFoundByItsEncodedName(string series)
    {
        _board.Record(Steps.WithForecast(new SeriesKey(series, "channel/ü"), 0));
        string path = $"/api/series/{Uri.EscapeDataString(series)}";
        string channel = $"?channel={Uri.EscapeDataString("channel/ü")}";
        Assert.Equal(series, (await GetJsonAsync(path + channel)).GetProperty("series").GetString());
        Assert.Equal(series, (await GetJsonAsync(path)).GetProperty("series").GetString());
        Assert.Equal("0123456789ab", (await GetJsonAsync(path + "/forecast" + channel)).GetProperty("model").GetString());
        await AssertErrorAsync(path + "?channel=other", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Detail_SlashesAsTheyAre_NameTheSeriesToo()
    {
        _board.Record(Steps.Plain(new SeriesKey("plant/pump", SeriesKey.DefaultChannel), 0));
        Assert.Equal("plant/pump", (await GetJsonAsync("/api/series/plant/pump")).GetProperty("series").GetString());
    }

    [Fact]
    public async Task Detail_UnknownSeries_IsNotFound() => await AssertErrorAsync("/api/series/nobody", HttpStatusCode.NotFound);

    [Fact]
    public async Task Status_AfterSteps_CountsThem()
    {
        _board.Record(Steps.WithForecast(Pump, 0));
        _board.Record(Steps.Plain(Pump, 1));
        Assert.Equal("""{"series":1,"steps":2,"forecasts":1,"refits_promoted":0}""", (await GetJsonAsync("/api/status")).GetRawText());
    }

    [Fact]
    public async Task Page_AndAllItNames_AreServedFromTheWorkerAlone()
    {
        string page = await _host.Client.GetStringAsync("/");
        string[] linked = [.. page.Split('"').Where(part => part.EndsWith(".js", StringComparison.Ordinal) || part.EndsWith(".css", StringComparison.Ordinal) || part.EndsWith(".svg", StringComparison.Ordinal)).Distinct()];
        Assert.Contains("vendor/uplot/uPlot.iife.min.js", linked);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        foreach (string path in linked.Append("chart.js").Append("card.js").Append("format.js").Append("vendor/uplot/LICENSE"))
        {
            using HttpResponseMessage response = await _host.Client.GetAsync("/" + path);
            Assert.True(response.IsSuccessStatusCode, path);
            Assert.StartsWith("default-src 'none'; script-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single());
            string expected = Path.GetExtension(path) switch { ".js" => "text/javascript", ".css" => "text/css", ".svg" => "image/svg+xml", _ => "text/plain" };
            Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task Page_AskedForAgain_IsNotSentAgain()
    {
        using HttpResponseMessage first = await _host.Client.GetAsync("/app.js");
        using HttpRequestMessage again = new(HttpMethod.Get, "/app.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using HttpResponseMessage second = await _host.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    private async Task<JsonElement> GetJsonAsync(string path)
    {
        using HttpResponseMessage response = await _host.Client.GetAsync(path);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode} {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoStore);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task AssertErrorAsync(string path, HttpStatusCode status)
    {
        using HttpResponseMessage response = await _host.Client.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
        JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.NotEmpty(answer.GetProperty("error").GetString()!);
    }
}
