using Microsoft.Playwright;
using TsForecaster.Worker.Commands;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>The page in a real browser, while the demo runs behind it.</summary>
public sealed class DashboardTests
{
    private static readonly string[] Series = ["CAC", "DAX", "electricity-demand", "FTSE", "SMI"];

    [Fact]
    public async Task Page_WhileTheDemoRuns_ShowsEverySeriesItsFanAndScoreAndUpdatesByItself()
    {
        string folder = Directory.CreateTempSubdirectory("tsforecaster-").FullName;
        string url = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        using CancellationTokenSource stop = new();
        Task<int> demo = Task.Run(() => CommandLine.RunAsync(
            ["demo", "--for", "60s", "--database", Path.Combine(folder, "demo.db"), "--url", url], new Terminal(new StringWriter(), new StringWriter()), stop.Token));
        try
        {
            await LookAsync(url);
        }
        finally
        {
            await stop.CancelAsync();
            Assert.Equal(0, await demo);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task LookAsync(string url)
    {
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        IPage page = await browser.NewPageAsync();
        List<string> errors = [];
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : Array.Empty<string>());
        await Until.TrueAsync(() => AnswersAsync(page, url));
        errors.Clear();

        ILocator cards = page.Locator("#cards .card");
        await Assertions.Expect(cards).ToHaveCountAsync(Series.Length, new() { Timeout = 20_000 });
        Assert.Equal(Series, (await cards.Locator(".name").AllTextContentsAsync()).Order(StringComparer.OrdinalIgnoreCase));
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("ready", new() { Timeout = 20_000 });

        // The fan is a drawing: what it shows is said in words beside it, and its pixels are not all alike.
        ILocator demand = cards.Filter(new() { HasText = "electricity-demand" });
        await Assertions.Expect(demand.Locator(".scores")).ToContainTextAsync("seasonal naive", new() { Timeout = 20_000 });
        Assert.True(await demand.Locator("canvas").First.EvaluateAsync<bool>(
            "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size > 50"), "the chart is blank");

        string before = await page.Locator("#total-forecasts").TextContentAsync() ?? "";
        await Assertions.Expect(page.Locator("#total-forecasts")).Not.ToHaveTextAsync(before, new() { Timeout = 10_000 });
        Assert.Empty(errors);
    }

    private static async Task<bool> AnswersAsync(IPage page, string url)
    {
        try
        {
            return (await page.GotoAsync(url))?.Ok == true;
        }
        catch (PlaywrightException)
        {
            return false;
        }
    }

    private static string Chromium() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser"), Path.Combine(folder, "google-chrome")])
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("no Chromium on PATH; the Debian package chromium has it (apt-get install chromium)");
}
