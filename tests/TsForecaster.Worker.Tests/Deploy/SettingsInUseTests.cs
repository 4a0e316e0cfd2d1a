using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using TsForecaster.Worker.Commands.Settings;
using Xunit;

namespace TsForecaster.Worker.Tests.Deploy;

/// <summary>Every setting that a deployment or a page of the documentation passes is one that exists, and every one that exists is documented.</summary>
public sealed partial class SettingsInUseTests
{
    public static TheoryData<string> Files =>
    [
        .. RepositoryFiles.Under("deploy").Concat(RepositoryFiles.Under("docs", ".md"))
            .Concat(["docker-compose.yml", "README.md", "ARCHITECTURE.md"])
            .Where(path => EnvironmentKey().IsMatch(RepositoryFiles.Read(path))),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void EnvironmentSetting_InAFile_Exists(string path)
    {
        IEnumerable<string> keys = EnvironmentKey().Matches(RepositoryFiles.Read(path)).Select(match => match.Groups["key"].Value).Distinct();
        Assert.All(keys, key => Assert.True(SettingKeys.Exists(key), $"{path}: Forecaster__{key} is no setting"));
    }

    [Fact]
    public void Deployments_Pass_Settings()
    {
        // Guards the tests above against a pattern that finds nothing.
        string[] paths = [.. Files.Select(row => row.Data)];
        Assert.Contains("docker-compose.yml", paths);
        Assert.Contains("deploy/kubernetes/configmap.yaml", paths);
        Assert.Contains("deploy/systemd/tsforecaster.env.example", paths);
        Assert.Contains("deploy/Dockerfile", paths);
    }

    [Fact]
    public void AppSettings_Hold_OnlySettings()
    {
        JsonDocumentOptions lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using JsonDocument document = JsonDocument.Parse(RepositoryFiles.Read("src/TsForecaster.Worker/appsettings.json"), lenient);
        if (document.RootElement.TryGetProperty("Forecaster", out JsonElement section))
        {
            Assert.All(Leaves(section, ""), key => Assert.True(SettingKeys.Exists(key), key));
        }
    }

    [Fact]
    public void Setting_IsDocumented()
    {
        string page = RepositoryFiles.Read("docs/configuration.md");
        string[] missing = [.. SettingKeys.All.Select(setting => setting.Key.Replace(":0:", ":*:", StringComparison.Ordinal))
            .Where(key => !key.StartsWith("Series:*:", StringComparison.Ordinal) || key == "Series:*:Match")
            .Where(key => !page.Contains($"`{key}`", StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, $"docs/configuration.md does not name {string.Join(", ", missing)}");
    }

    [Fact]
    public void DocumentedSetting_Exists()
    {
        IEnumerable<string> keys = TableKey().Matches(RepositoryFiles.Read("docs/configuration.md")).Select(match => match.Groups["key"].Value);
        Assert.All(keys, key => Assert.True(SettingKeys.Exists(key.Replace("*", "0", StringComparison.Ordinal)), key));
    }

    [Fact]
    public void DocumentedDefault_IsTheDefault()
    {
        Dictionary<string, string> documented = TableDefault().Matches(RepositoryFiles.Read("docs/configuration.md"))
            .ToDictionary(match => match.Groups["key"].Value, match => match.Groups["default"].Value);
        int compared = 0;
        foreach ((string key, PropertyInfo property) in SettingKeys.All)
        {
            object? value = property.GetValue(Activator.CreateInstance(property.DeclaringType!));
            if (value is not null && documented.TryGetValue(key, out string? text) && SettingValue.IsLeaf(property.PropertyType))
            {
                compared++;
                Assert.True(SettingValue.TryParse(property.PropertyType, text, out object? parsed), $"{key}: {text}");
                Assert.True(value.Equals(parsed), $"{key}: documented {text}, is {value}");
            }
        }

        Assert.True(compared > 40, "the pattern that finds defaults no longer does");
    }

    private static IEnumerable<string> Leaves(JsonElement element, string key) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Leaves(property.Value, key.Length == 0 ? property.Name : $"{key}:{property.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Leaves(item, $"{key}:{index}")),
        _ => [key],
    };

    [GeneratedRegex(@"\bForecaster__(?<key>\w*\w)")]
    private static partial Regex EnvironmentKey();

    [GeneratedRegex(@"^\| `(?<key>[\w:*]+)` \| [^|]+ \| `(?<default>[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex TableDefault();

    [GeneratedRegex(@"^\| `(?<key>[\w:*]+)`", RegexOptions.Multiline)]
    private static partial Regex TableKey();
}
