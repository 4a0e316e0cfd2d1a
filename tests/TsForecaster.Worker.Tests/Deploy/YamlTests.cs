using Xunit;
using YamlDotNet.RepresentationModel;

namespace TsForecaster.Worker.Tests.Deploy;

public sealed class YamlTests
{
    public static TheoryData<string> Files =>
        [.. RepositoryFiles.Under("deploy", ".yaml", ".yml").Append("docker-compose.yml")];

    [Theory]
    [MemberData(nameof(Files))]
    public void YamlFile_Parses_AsMappings(string path)
    {
        IReadOnlyList<YamlNode> documents = YamlDocuments.Load(path);
        Assert.NotEmpty(documents);
        Assert.All(documents, document => Assert.IsType<YamlMappingNode>(document));
    }
}
