using System.Text.Json;
using System.Text.RegularExpressions;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Deploy;

/// <summary>The dashboard asks for nothing that is not published.</summary>
public sealed partial class GrafanaDashboardTests
{
    private const string Dashboard = "deploy/grafana/dashboards/tsforecaster.json";

    private static readonly JsonElement Root = JsonDocument.Parse(RepositoryFiles.Read(Dashboard)).RootElement;
    private static readonly string[] Queries = [.. FindQueries(Root)];

    [Fact]
    public void EveryMeasurement_IsShown()
    {
        IEnumerable<string> asked = Queries.SelectMany(query => Measurement().Matches(query).Select(match => match.Groups["name"].Value));
        Assert.Equal(Measurements.All.Select(measurement => measurement.Name).Order(StringComparer.Ordinal), asked.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Query_AsksFor_FieldsAndTagsOfItsMeasurement()
    {
        int fields = 0;
        foreach (string query in Queries)
        {
            string name = Assert.Single(Measurement().Matches(query).Select(match => match.Groups["name"].Value).Distinct());
            Measurement measurement = Assert.Single(Measurements.All, candidate => candidate.Name == name);
            HashSet<string> tags = [.. measurement.Tags.Select(tag => tag.Name)];
            HashSet<string> all = [.. measurement.Fields.Select(field => field.Name)];
            foreach (Match match in Field().Matches(query))
            {
                fields++;
                Assert.Contains(match.Groups["name"].Value, all);
            }

            // Columns: what the query makes itself, Flux's own, and otherwise tags and fields.
            HashSet<string> known = [.. tags, .. all, "steps", "model", "naive"];
            Assert.All(Column().Matches(query), match => Assert.Contains(match.Groups["name"].Value, known));
        }

        Assert.True(fields > 20, "the pattern that finds fields no longer does");
    }

    [Fact]
    public void Variable_InUse_IsDefined()
    {
        HashSet<string> defined = [.. Root.GetProperty("templating").GetProperty("list").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];
        IEnumerable<string> used = Variable().Matches(RepositoryFiles.Read(Dashboard)).Select(match => match.Groups["name"].Value);
        Assert.Subset(defined, used.ToHashSet());
        Assert.NotEmpty(defined);
    }

    [Fact]
    public void Panel_Draws_FromTheProvisionedSource()
    {
        string uid = YamlDocuments.Load("deploy/grafana/provisioning/datasources/influxdb.yaml")[0].Text("datasources", 0, "uid")!;
        int[] ids = [.. Root.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32())];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(
            Root.GetProperty("panels").EnumerateArray(),
            panel => Assert.Equal(uid, panel.GetProperty("datasource").GetProperty("uid").GetString()));
    }

    private static IEnumerable<string> FindQueries(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.Name == "query" && property.Value.ValueKind == JsonValueKind.String ? [property.Value.GetString()!] : FindQueries(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(FindQueries),
        _ => [],
    };

    [GeneratedRegex("r\\._measurement == \"(?<name>\\w+)\"")]
    private static partial Regex Measurement();

    [GeneratedRegex("r\\._field == \"(?<name>\\w+)\"")]
    private static partial Regex Field();

    [GeneratedRegex("\\br\\.(?<name>[a-z]\\w*)")]
    private static partial Regex Column();

    [GeneratedRegex("\\$\\{(?<name>\\w+)\\}")]
    private static partial Regex Variable();
}
