using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

public sealed class SinkVictoriaTests
{
    // VictoriaMetrics keeps a double as a decimal of twelve digits.
    private const double RelativeTolerance = 1e-11;

    [Fact]
    public async Task Write_EveryMeasurement_ReadsBackNumberForNumber()
    {
        await using VictoriaServer server = await VictoriaServer.LaunchAsync();
        var options = new PublishOptions { Api = PublishApi.V2, Url = server.Url, Token = "any" };
        using var sink = new InfluxSink(options, NullLogger<InfluxSink>.Instance, TimeProvider.System);
        const string OddName = @"Pumpe 7, Öl=hot, C:\data";
        List<Point> points = SinkSample.Points(OddName, steps: 60);
        await sink.WriteAsync(points, CancellationToken.None);
        await sink.WriteAsync(SinkSample.Points("another", steps: 1), CancellationToken.None);

        List<VictoriaSeries> stored = await server.ExportAsync("{series!=\"another\"}");
        var expected = Numbers(points);
        Assert.Equal(
            expected.Select(number => number.Series).Distinct().Order(StringComparer.Ordinal),
            stored.Where(series => Numeric(series.Name)).Select(Key).Order(StringComparer.Ordinal));
        Dictionary<string, VictoriaSeries> byKey = stored.ToDictionary(Key);
        foreach ((string series, long time, double value) in expected)
        {
            Assert.Equal(value, byKey[series].Values[time], RelativeTolerance * Math.Abs(value));
        }

        Assert.Equal(expected.Count, stored.Where(series => Numeric(series.Name)).Sum(series => series.Values.Count));
    }

    [Fact]
    public async Task Write_SeriesOfAnyName_AreKeptApart()
    {
        await using VictoriaServer server = await VictoriaServer.LaunchAsync();
        var options = new PublishOptions { Api = PublishApi.V2, Url = server.Url };
        using var sink = new InfluxSink(options, NullLogger<InfluxSink>.Instance, TimeProvider.System);
        await sink.WriteAsync([.. SinkSample.Names.Select(name => SinkSample.Points(name.Sent, 1)[0])], CancellationToken.None);
        List<VictoriaSeries> stored = await server.ExportAsync("observed_value");
        Assert.Equal(
            SinkSample.Names.Select(name => name.Stored).Order(StringComparer.Ordinal),
            stored.Select(series => series.Labels["series"]).Order(StringComparer.Ordinal));
    }

    private static List<(string Series, long Time, double Value)> Numbers(IEnumerable<Point> points) =>
        [.. from point in points
            from field in point.Fields
            where field.Type != FieldType.Text
            select (Key($"{point.Measurement}_{field.Name}", point.Tags.Select(tag => (tag.Name, tag.Value))), point.Time, field.Number)];

    private static bool Numeric(string name) =>
        Measurements.All.Any(m => m.Fields.Any(field => field.Type != FieldType.Text && name == $"{m.Name}_{field.Name}"));

    private static string Key(VictoriaSeries series) =>
        Key(series.Name, series.Labels.Where(label => label.Key is not ("__name__" or "db")).Select(label => (label.Key, label.Value)));

    private static string Key(string name, IEnumerable<(string Name, string Value)> tags) =>
        $"{name}{{{string.Join("; ", tags.Order().Select(tag => $"{tag.Name}={tag.Value}"))}}}";
}
