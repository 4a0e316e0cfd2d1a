using System.Reflection;
using TsForecaster.Model.Mixtures;
using Xunit;

namespace TsForecaster.Worker.Tests.Architecture;

/// <summary>The rules of ARCHITECTURE.md, read from the compiled assemblies.</summary>
public sealed class LayerTests
{
    private const string WorkerRoot = "TsForecaster.Worker";
    private const string ModelRoot = "TsForecaster.Model";

    private static readonly Assembly ModelAssembly = typeof(GaussianMixture).Assembly;
    private static readonly Assembly WorkerAssembly = typeof(Tick).Assembly;

    /// <summary>Bottom up: a layer sees those before it.</summary>
    private static readonly string[] ModelLayers = ["Numerics", "Windows", "Mixtures", "Forecasting", "Evaluation"];

    private static readonly string[] Stages = ["Ingest", "Series", "Refit", "Publish", "Checkpoints", "Dashboard", "Observability"];

    [Fact]
    public void Model_References_NoOutsideWorld()
    {
        string[] forbidden = ["tsforecaster", "Microsoft.Extensions", "Microsoft.AspNetCore", "Confluent", "System.Net", "Microsoft.Data"];
        Assert.DoesNotContain(
            ModelAssembly.GetReferencedAssemblies(),
            reference => forbidden.Any(name => reference.Name!.StartsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void ModelLayer_Sees_OnlyLayersBelow()
    {
        AssertUses(ModelAssembly, (from, to) =>
        {
            int lower = Array.IndexOf(ModelLayers, LayerOf(from, ModelRoot));
            int upper = Array.IndexOf(ModelLayers, LayerOf(to, ModelRoot));
            return !to.StartsWith(ModelRoot, StringComparison.Ordinal) || lower < 0 || upper <= lower;
        });
    }

    [Fact]
    public void ModelNamespaces_Are_TheKnownLayers()
    {
        HashSet<string> found = ModelAssembly.GetTypes().Select(TypeReferences.NamespaceOf)
            .Where(name => name.StartsWith(ModelRoot, StringComparison.Ordinal)).Select(name => LayerOf(name, ModelRoot)).ToHashSet();
        Assert.Subset(ModelLayers.ToHashSet(), found);
    }

    [Fact]
    public void Stage_Sees_OnlyModelItselfAndTheSharedNouns()
    {
        AssertUses(WorkerAssembly, (from, to) =>
        {
            string stage = LayerOf(from, WorkerRoot);
            return !Stages.Contains(stage) || !to.StartsWith(WorkerRoot + ".", StringComparison.Ordinal) || LayerOf(to, WorkerRoot) == stage;
        });
    }

    [Fact]
    public void Stage_NeverReachesBack_ToThePipeline()
    {
        foreach ((Type user, Type used) in Uses(WorkerAssembly))
        {
            if (Stages.Contains(LayerOf(TypeReferences.NamespaceOf(user), WorkerRoot)))
            {
                Assert.False(used.FullName == WorkerRoot + ".Pipeline", $"{user} uses Pipeline; stages are told what to do, they do not ask.");
            }
        }
    }

    [Theory]
    [InlineData("Confluent.Kafka", "Ingest,Checkpoints,Commands")]
    [InlineData("System.Net.Http", "Publish")]
    [InlineData("Microsoft.Data.Sqlite", "Publish,Commands")]
    [InlineData("SQLitePCL", "Publish")]
    [InlineData("Polly", "Publish")]
    [InlineData("Spectre.Console", "Commands")]
    [InlineData("System.CommandLine", "Commands")]
    [InlineData("CsvHelper", "Commands,Ingest")]
    public void Library_IsUsed_OnlyWhereItBelongs(string library, string folders)
    {
        string[] allowed = folders.Split(',');
        AssertUses(WorkerAssembly, (from, to) =>
            (to != library && !to.StartsWith(library + ".", StringComparison.Ordinal))
            || from.Length == 0
            || allowed.Contains(LayerOf(from, WorkerRoot)));
    }

    /// <summary>First name after the root: "TsForecaster.Worker.Ingest.Formats" gives "Ingest"; the root itself gives "".</summary>
    private static string LayerOf(string name, string root) =>
        name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0] : "";

    private static IEnumerable<(Type User, Type Used)> Uses(Assembly assembly) =>
        from user in assembly.GetTypes() from used in TypeReferences.Of(user) select (user, used);

    private static void AssertUses(Assembly assembly, Func<string, string, bool> allowed)
    {
        string[] broken = Uses(assembly)
            .Where(pair => !allowed(TypeReferences.NamespaceOf(pair.User), TypeReferences.NamespaceOf(pair.Used)))
            .Select(pair => $"{pair.User.FullName} uses {pair.Used.FullName ?? pair.Used.Name}")
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        Assert.True(broken.Length == 0, string.Join(Environment.NewLine, broken));
    }
}
