using System.Text.RegularExpressions;
using Xunit;

namespace TsForecaster.Worker.Tests.Docs;

public sealed partial class DocumentationTests
{
    public static TheoryData<string> Pages =>
        [.. RepositoryFiles.Under("docs", ".md").Concat(["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "data/SOURCES.md"])];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Link_InsideTheRepository_LeadsSomewhere(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(RepositoryFiles.Root, page))!;
        string[] broken = [.. Link().Matches(RepositoryFiles.Read(page)).Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Where(target => !Path.Exists(Path.Combine(folder, target.Split('#')[0])))];
        Assert.True(broken.Length == 0, $"{page}: {string.Join(", ", broken)}");
    }

    [Fact]
    public void Architecture_Names_EveryFolderOfTheSource()
    {
        string page = RepositoryFiles.Read("ARCHITECTURE.md");
        string[] folders = [.. RepositoryFiles.Under("src", ".cs").Select(path => path.Split('/')).Where(parts => parts.Length > 3).Select(parts => parts[2]).Distinct()];
        Assert.All(folders, folder => Assert.Contains($"| {folder} |", page));
    }

    [Fact]
    public void Metric_IsListed_InOperations()
    {
        string page = RepositoryFiles.Read("docs/operations.md");
        string[] instruments = [.. RepositoryFiles.Under("src", ".cs")
            .SelectMany(path => Instrument().Matches(RepositoryFiles.Read(path)).Select(match => match.Groups["name"].Value))];
        Assert.NotEmpty(instruments);
        string[] missing = [.. instruments.Where(name => !page.Contains("`" + name.Replace('.', '_'), StringComparison.Ordinal))];
        Assert.True(missing.Length == 0, $"docs/operations.md does not list {string.Join(", ", missing)}");
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("Create\\w+(<\\w+>)?\\(\\s*\"(?<name>tsforecaster\\.[a-z._]+)\"")]
    private static partial Regex Instrument();
}
