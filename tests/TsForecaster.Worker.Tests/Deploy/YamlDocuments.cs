using YamlDotNet.RepresentationModel;

namespace TsForecaster.Worker.Tests.Deploy;

/// <summary>YAML as a tree, with the few questions the deployment tests ask of it.</summary>
internal static class YamlDocuments
{
    public static IReadOnlyList<YamlNode> Load(string path)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(RepositoryFiles.Read(path)));
        return [.. stream.Documents.Select(document => document.RootNode)];
    }

    /// <summary>The node at a path of keys and list indexes; null when some part of it is not there.</summary>
    public static YamlNode? At(this YamlNode node, params object[] path)
    {
        YamlNode? here = node;
        foreach (object part in path)
        {
            here = (here, part) switch
            {
                (YamlMappingNode map, string key) => map.Children.FirstOrDefault(child => child.Key is YamlScalarNode name && name.Value == key).Value,
                (YamlSequenceNode list, int index) when index < list.Children.Count => list[index],
                _ => null,
            };
        }

        return here;
    }

    public static string? Text(this YamlNode node, params object[] path) => (node.At(path) as YamlScalarNode)?.Value;

    public static IReadOnlyList<string> Keys(this YamlNode? node) =>
        node is YamlMappingNode map ? [.. map.Children.Keys.Select(key => ((YamlScalarNode)key).Value!)] : [];

    public static IReadOnlyList<string> Items(this YamlNode? node) =>
        node is YamlSequenceNode list ? [.. list.Children.Select(item => ((YamlScalarNode)item).Value!)] : [];
}
