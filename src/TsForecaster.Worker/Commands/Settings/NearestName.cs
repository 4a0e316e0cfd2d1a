using System.Reflection;

namespace TsForecaster.Worker.Commands.Settings;

/// <summary>Which known name was probably meant.</summary>
internal static class NearestName
{
    /// <summary>What is allowed instead of an unknown key: the nearest sibling, the same name elsewhere in the tree, or all siblings.</summary>
    public static string Suggest(string unknown, IReadOnlyList<string> siblings, Type root)
    {
        if (Find(unknown, siblings) is { } near)
        {
            return $"did you mean {near}?";
        }

        string? elsewhere = Paths(root, "").FirstOrDefault(path => path.Split(':')[^1].Equals(unknown, StringComparison.OrdinalIgnoreCase));
        return elsewhere is not null ? $"did you mean {elsewhere}?" : $"allowed are {string.Join(", ", siblings)}";
    }

    /// <summary>The name with the fewest edits to it, if they are no more than a third of its letters, at least two.</summary>
    public static string? Find(string unknown, IReadOnlyList<string> names)
    {
        (string? Name, int Edits) best = (null, int.MaxValue);
        foreach (string name in names)
        {
            int edits = Edits(unknown.ToUpperInvariant(), name.ToUpperInvariant());
            if (edits <= Math.Max(2, name.Length / 3) && edits < best.Edits)
            {
                best = (name, edits);
            }
        }

        return best.Name;
    }

    private static IEnumerable<string> Paths(Type type, string prefix)
    {
        foreach (PropertyInfo property in SettingsReader.Properties(type))
        {
            string path = prefix + property.Name;
            if (SettingValue.IsLeaf(property.PropertyType) || property.PropertyType.IsGenericType)
            {
                yield return path;
                continue;
            }

            foreach (string inner in Paths(property.PropertyType, path + ":"))
            {
                yield return inner;
            }
        }
    }

    /// <summary>Levenshtein distance, two rows of the table at a time.</summary>
    private static int Edits(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        int[] row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, 1 + Math.Min(above[j], row[j - 1]));
            }

            (above, row) = (row, above);
        }

        return above[b.Length];
    }
}
