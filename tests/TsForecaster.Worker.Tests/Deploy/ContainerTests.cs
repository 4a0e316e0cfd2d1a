using Xunit;
using YamlDotNet.RepresentationModel;

namespace TsForecaster.Worker.Tests.Deploy;

/// <summary>The image, the Kubernetes objects and the systemd unit: what they promise about safety and about each other.</summary>
public sealed class ContainerTests
{
    private static readonly string[] Dockerfile = [.. RepositoryFiles.Read("deploy/Dockerfile").ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())];
    private static readonly YamlNode StatefulSet = YamlDocuments.Load("deploy/kubernetes/statefulset.yaml")[0];
    private static readonly YamlNode Container = StatefulSet.At("spec", "template", "spec", "containers", 0)!;

    [Fact]
    public void Image_EndsAs_AnUnprivilegedUser()
    {
        string user = Dockerfile.Last(line => line.StartsWith("USER ", StringComparison.Ordinal))["USER ".Length..];
        Assert.Equal("1654:1654", user);
        Assert.Equal("1654", StatefulSet.Text("spec", "template", "spec", "securityContext", "runAsUser"));
    }

    [Fact]
    public void Image_IsBuilt_InStagesFromNamedVersions()
    {
        string[] stages = [.. Dockerfile.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal))];
        Assert.Equal(2, stages.Length);
        Assert.All(stages, stage => Assert.Matches(@"^FROM mcr\.microsoft\.com/dotnet/(sdk|aspnet):10\.0(-\w+)? AS \w+$", stage));
        Assert.Contains(Dockerfile, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
    }

    [Fact]
    public void CopiedFile_Exists()
    {
        foreach (string line in Dockerfile.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal)))
        {
            string[] parts = line.Split(' ')[1..^1];
            Assert.All(parts, part => Assert.True(Path.Exists(Path.Combine(RepositoryFiles.Root, part)), part));
        }
    }

    [Fact]
    public void Pod_Is_ConfinedAndProbed()
    {
        Assert.Equal("true", StatefulSet.Text("spec", "template", "spec", "securityContext", "runAsNonRoot"));
        Assert.Equal("true", Container.Text("securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("false", Container.Text("securityContext", "allowPrivilegeEscalation"));
        Assert.Equal("/healthz", Container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/readyz", Container.Text("readinessProbe", "httpGet", "path"));
        Assert.NotNull(Container.At("resources", "requests", "memory"));
        Assert.NotNull(Container.At("resources", "limits", "memory"));
    }

    [Fact]
    public void Mount_Has_AVolume()
    {
        YamlNode pod = StatefulSet.At("spec", "template", "spec")!;
        IEnumerable<string?> volumes = Names(pod.At("volumes"), "name").Concat(Names(StatefulSet.At("spec", "volumeClaimTemplates"), "metadata", "name"));
        Assert.Subset(volumes.ToHashSet(), Names(Container.At("volumeMounts"), "name").ToHashSet());
    }

    [Fact]
    public void ServiceAndBudget_Select_ThePods()
    {
        string label = StatefulSet.Text("spec", "template", "metadata", "labels", "app.kubernetes.io/name")!;
        YamlNode service = YamlDocuments.Load("deploy/kubernetes/service.yaml")[0];
        YamlNode budget = YamlDocuments.Load("deploy/kubernetes/poddisruptionbudget.yaml")[0];
        Assert.Equal(label, service.Text("spec", "selector", "app.kubernetes.io/name"));
        Assert.Equal(label, budget.Text("spec", "selector", "matchLabels", "app.kubernetes.io/name"));
        Assert.Equal(Container.Text("ports", 0, "name"), service.Text("spec", "ports", 0, "targetPort"));
    }

    [Fact]
    public void Kustomization_Lists_EveryObjectButTheExampleSecret()
    {
        IEnumerable<string> listed = YamlDocuments.Load("deploy/kubernetes/kustomization.yaml")[0].At("resources").Items();
        IEnumerable<string> there = RepositoryFiles.Under("deploy/kubernetes", ".yaml").Select(path => Path.GetFileName(path))
            .Where(name => name != "kustomization.yaml" && !name.Contains("example", StringComparison.Ordinal));
        Assert.Equal(there.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("User=tsforecaster")]
    [InlineData("NoNewPrivileges=yes")]
    [InlineData("ProtectSystem=strict")]
    [InlineData("CapabilityBoundingSet=")]
    [InlineData("StateDirectory=tsforecaster")]
    [InlineData("ExecStart=/usr/bin/dotnet /opt/tsforecaster/tsforecaster.dll run")]
    public void Unit_Says(string line) =>
        Assert.Contains(line, RepositoryFiles.Read("deploy/systemd/tsforecaster.service").ReplaceLineEndings("\n").Split('\n'));

    private static IEnumerable<string?> Names(YamlNode? list, params object[] path) =>
        list is YamlSequenceNode items ? items.Children.Select(item => item.Text(path)) : [];
}
