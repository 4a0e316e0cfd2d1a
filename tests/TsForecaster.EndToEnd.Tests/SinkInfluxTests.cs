using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

public sealed class SinkInfluxTests
{
    private const string OddName = @"Pumpe 7, Öl=hot, C:\data";

    [Fact]
    public async Task Write_EveryMeasurement_ReadsBackNumberForNumber()
    {
        await using InfluxServer server = await InfluxServer.LaunchAsync("points");
        using InfluxSink sink = Sink(server.Url, "points");
        List<Point> points = SinkSample.Points(OddName, steps: 60);
        await sink.WriteAsync(points, CancellationToken.None);
        await sink.WriteAsync(points, CancellationToken.None);
        await AssertHoldsAsync(server, points);
    }

    [Fact]
    public async Task Write_ServerKilledMidway_NothingIsMissing()
    {
        await using InfluxServer server = await InfluxServer.LaunchAsync("points");
        using InfluxSink sink = Sink(server.Url, "points");
        List<Point> points = SinkSample.Points("pump-7", steps: 300);
        int killAt = points.Count / 3;

        // Small writes, as the pipeline makes them; the server dies among them and comes back once the sink has noticed.
        Task write = Task.Run(async () =>
        {
            for (int start = 0; start < points.Count; start += 40)
            {
                if (start <= killAt && killAt < start + 40)
                {
                    await server.KillAsync();
                }

                await sink.WriteAsync(points[start..Math.Min(start + 40, points.Count)], CancellationToken.None);
            }
        });
        await Until.TrueAsync(() => sink.Trouble is not null);
        Assert.False(write.IsCompleted);
        await server.StartAsync();
        await write.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null(sink.Trouble);
        await AssertHoldsAsync(server, points);
    }

    [Fact]
    public async Task Write_OneLineOfAnotherType_KeepsTheOthers()
    {
        await using InfluxServer server = await InfluxServer.LaunchAsync("points");
        using InfluxSink sink = Sink(server.Url, "points");
        List<Point> points = SinkSample.Points("pump-7", steps: 20);
        await sink.WriteAsync(points[..10], CancellationToken.None);
        Point clash = new("observed", [new("channel", "value"), new("series", "odd")], [new("value", "text where numbers are")], SinkSample.Start);
        await sink.WriteAsync([.. points[10..40], clash, .. points[40..]], CancellationToken.None);
        await AssertHoldsAsync(server, points);
    }

    [Fact]
    public async Task Write_SeriesOfAnyName_AreKeptApart()
    {
        await using InfluxServer server = await InfluxServer.LaunchAsync("points");
        using InfluxSink sink = Sink(server.Url, "points");
        await sink.WriteAsync([.. SinkSample.Names.Select(name => SinkSample.Points(name.Sent, 1)[0])], CancellationToken.None);
        List<Dictionary<string, JsonElement>> rows = await server.QueryAsync("points", "SELECT * FROM observed");
        Assert.Equal(
            SinkSample.Names.Select(name => name.Stored).Order(StringComparer.Ordinal),
            rows.Select(row => row["series"].GetString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("nowhere", null, "database not found: \"nowhere\"")]
    [InlineData("points", "forever", "retention policy not found: forever")]
    public async Task Write_DatabaseOrPolicyMissing_IsRefusedInOneLine(string database, string? policy, string reason)
    {
        await using InfluxServer server = await InfluxServer.LaunchAsync("points");
        using InfluxSink sink = Sink(server.Url, database, policy);
        var refused = await Assert.ThrowsAsync<SinkRefusedException>(
            () => sink.WriteAsync(SinkSample.Points("s", 1), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static InfluxSink Sink(string url, string database, string? policy = null) => new(
        new PublishOptions { Api = PublishApi.V1, Url = url, Database = database, RetentionPolicy = policy, MaxRetryDelay = TimeSpan.FromSeconds(1) },
        NullLogger<InfluxSink>.Instance,
        TimeProvider.System);

    /// <summary>The database holds exactly these points, with the same tags, times and values.</summary>
    private static async Task AssertHoldsAsync(InfluxServer server, IReadOnlyList<Point> points)
    {
        foreach (IGrouping<string, Point> expected in points.GroupBy(point => point.Measurement))
        {
            List<Dictionary<string, JsonElement>> rows = await server.QueryAsync("points", $"SELECT * FROM \"{expected.Key}\"");
            Assert.Equal(expected.Select(Row).Order(StringComparer.Ordinal), rows.Select(Row).Order(StringComparer.Ordinal));
        }
    }

    private static string Row(Point point) => Row(
        [("time", $"{point.Time}"), .. point.Tags.Select(tag => (tag.Name, tag.Value)), .. point.Fields.Select(field => (field.Name, field.Type switch
        {
            FieldType.Number => $"{field.Number:R}",
            FieldType.Boolean => $"{field.Boolean}",
            _ => field.Text,
        }))]);

    private static string Row(Dictionary<string, JsonElement> row) => Row(
        row.Where(cell => cell.Value.ValueKind != JsonValueKind.Null).Select(cell => (cell.Key, cell.Value.ValueKind switch
        {
            JsonValueKind.Number when cell.Key == "time" => $"{cell.Value.GetInt64()}",
            JsonValueKind.Number => $"{cell.Value.GetDouble():R}",
            _ => cell.Value.ToString(),
        })));

    private static string Row(IEnumerable<(string Name, string Value)> cells) =>
        string.Join('|', cells.OrderBy(cell => cell.Name, StringComparer.Ordinal).Select(cell => $"{cell.Name}={cell.Value}"));
}
