using System.Text.RegularExpressions;
using System.Xml.Linq;
using TsForecaster.Model.Mixtures;
using Xunit;

namespace TsForecaster.Worker.Tests.Architecture;

/// <summary>Rules that are about the text of the repository.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 400;

    [Fact]
    public void SourceFile_Is_NoLongerThanAReaderCanHold()
    {
        string[] tooLong = RepositoryFiles.Under("src", ".cs")
            .Where(path => File.ReadLines(Path.Combine(RepositoryFiles.Root, path)).Count() > LongestFile).ToArray();
        Assert.True(tooLong.Length == 0, $"longer than {LongestFile} lines: {string.Join(", ", tooLong)}");
    }

    [Fact]
    public void Namespace_Follows_Folder()
    {
        List<string> strays = [];
        foreach (string path in RepositoryFiles.Under("src", ".cs").Concat(RepositoryFiles.Under("tests", ".cs")))
        {
            Match declared = DeclaredNamespace().Match(RepositoryFiles.Read(path));
            string expected = Path.GetDirectoryName(path)!.Replace('\\', '/').Split('/', 2)[1].Replace('/', '.');
            if (declared.Success && declared.Groups[1].Value != expected)
            {
                strays.Add($"{path}: {declared.Groups[1].Value}, expected {expected}");
            }
        }

        Assert.True(strays.Count == 0, string.Join(Environment.NewLine, strays));
    }

    [Fact]
    public void PublicModelType_Has_Documentation()
    {
        XDocument docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "TsForecaster.Model.xml"));
        HashSet<string> documented = docs.Descendants("member")
            .Where(member => member.Element("summary") is { } summary && !string.IsNullOrWhiteSpace(summary.Value))
            .Select(member => member.Attribute("name")!.Value).ToHashSet(StringComparer.Ordinal);
        string[] bare = typeof(GaussianMixture).Assembly.GetExportedTypes()
            .Select(type => "T:" + type.FullName!.Replace('+', '.'))
            .Where(name => !documented.Contains(name)).ToArray();
        Assert.True(bare.Length == 0, $"no summary: {string.Join(", ", bare)}");
    }

    [Fact]
    public void TrackedText_Names_NoOnesMachine()
    {
        string[] folders = [".ci", "bench", "data", "deploy", "docs", "eng", "samples", "src", "tests"];
        IEnumerable<string> files = folders.SelectMany(folder => RepositoryFiles.Under(folder))
            .Concat(Directory.GetFiles(RepositoryFiles.Root).Select(path => Path.GetFileName(path)))
            .Where(path => path != ".git" && !BinaryFile().IsMatch(path)); // in a linked worktree .git is a file, and not tracked
        List<string> found = [];
        foreach (string path in files)
        {
            int line = 0;
            foreach (string text in File.ReadLines(Path.Combine(RepositoryFiles.Root, path)))
            {
                line++;
                if (LocalPath().IsMatch(text))
                {
                    found.Add($"{path}:{line}: {text.Trim()}");
                }
            }
        }

        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void WriteEndpoint_IsSpoken_OnlyByPublish()
    {
        string[] speakers = RepositoryFiles.Under("src", ".cs")
            .Where(path => WriteEndpoint().IsMatch(RepositoryFiles.Read(path)) && !path.Contains("/Publish/", StringComparison.Ordinal)).ToArray();
        Assert.True(speakers.Length == 0, string.Join(", ", speakers));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(@"\.(png|jpg|gif|gz|db|ico|woff2?)$")]
    private static partial Regex BinaryFile();

    /// <summary>A home or scratch directory with something in it.</summary>
    [GeneratedRegex(@"(?<![\w.$}])/(home|Users|root|work|tmp)/\w|[A-Z]:\\Users\\")]
    private static partial Regex LocalPath();

    [GeneratedRegex(@"/api/v2/write|/api/v3/write_lp|/write\?db")]
    private static partial Regex WriteEndpoint();
}
