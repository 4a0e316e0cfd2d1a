using System.Text.RegularExpressions;

namespace TsForecaster.Worker.Tests;

/// <summary>The repository the tests were built from, read as text.</summary>
internal static class RepositoryFiles
{
    private static readonly Regex Generated = new("^(bin|obj|\\.git|\\.cache|\\.vs|\\.idea|node_modules|artifacts|TestResults)$", RegexOptions.Compiled);

    /// <summary>The directory that holds TsForecaster.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Text of a file given by its path from the root, with forward slashes.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Paths from the root, forward slashes, ordinal order; build output left out.</summary>
    public static IReadOnlyList<string> Under(string folder, params string[] extensions)
    {
        List<string> found = [];
        Collect(new DirectoryInfo(Path.Combine(Root, folder)), extensions, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static void Collect(DirectoryInfo directory, string[] extensions, List<string> found)
    {
        if (!directory.Exists)
        {
            return;
        }

        foreach (FileInfo file in directory.EnumerateFiles())
        {
            if (extensions.Length == 0 || extensions.Contains(file.Extension))
            {
                found.Add(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'));
            }
        }

        foreach (DirectoryInfo inner in directory.EnumerateDirectories())
        {
            if (!Generated.IsMatch(inner.Name))
            {
                Collect(inner, extensions, found);
            }
        }
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "TsForecaster.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"No TsForecaster.sln above {AppContext.BaseDirectory}: run the tests from a build inside the repository.");
    }
}
