using System.Globalization;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace TsForecaster.Worker.Tests.Deploy;

public sealed class ComposeTests
{
    private static readonly YamlNode Compose = YamlDocuments.Load("docker-compose.yml")[0];

    public static TheoryData<string> Services => [.. Compose.At("services").Keys()];

    [Theory]
    [MemberData(nameof(Services))]
    public void Image_IsPinned_ToAVersion(string service)
    {
        string image = Compose.Text("services", service, "image")!;
        string tag = image.Split(':')[^1];
        Assert.True(tag.Split('.').Length >= 3 && char.IsAsciiDigit(tag[0]), image);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Dependency_IsAService_ThatSaysWhenItIsHealthy(string service)
    {
        foreach (string dependency in Compose.At("services", service, "depends_on").Keys())
        {
            Assert.Equal("service_healthy", Compose.Text("services", service, "depends_on", dependency, "condition"));
            bool builtIn = Compose.At("services", dependency, "build") is not null && RepositoryFiles.Read("deploy/Dockerfile").Contains("HEALTHCHECK", StringComparison.Ordinal);
            Assert.True(builtIn || Compose.At("services", dependency, "healthcheck", "test") is not null, dependency);
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Volume_IsDeclared_OrIsInTheRepository(string service)
    {
        IReadOnlyList<string> declared = Compose.At("volumes").Keys();
        foreach (string volume in Compose.At("services", service, "volumes").Items())
        {
            string source = volume.Split(':')[0];
            bool known = source.StartsWith("./", StringComparison.Ordinal)
                ? Path.Exists(Path.Combine(RepositoryFiles.Root, source))
                : declared.Contains(source);
            Assert.True(known, volume);
        }
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Port_IsPublished_OnThisMachineOnly(string service) =>
        Assert.All(Compose.At("services", service, "ports").Items(), port => Assert.StartsWith("127.0.0.1:", port));

    [Fact]
    public void Worker_Runs_ConfinedAndMayFlush()
    {
        Assert.Equal("true", Compose.Text("services", "worker", "read_only"));
        Assert.Contains("/tmp", Compose.At("services", "worker", "tmpfs").Items());
        Assert.Contains("ALL", Compose.At("services", "worker", "cap_drop").Items());
        string grace = Compose.Text("services", "worker", "stop_grace_period")!;
        Assert.True(int.Parse(grace.TrimEnd('s'), CultureInfo.InvariantCulture) >= 30, grace);
    }

    [Fact]
    public void Influx_IsTheSame_ForServerWorkerAndGrafana()
    {
        string Setting(string service, string name) => Compose.Text("services", service, "environment", name)!;
        Assert.Equal(Setting("influxdb", "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"), Setting("worker", "Forecaster__Publish__Token"));
        Assert.Equal(Setting("influxdb", "DOCKER_INFLUXDB_INIT_BUCKET"), Setting("worker", "Forecaster__Publish__Bucket"));
        Assert.Equal(Setting("influxdb", "DOCKER_INFLUXDB_INIT_ORG"), Setting("worker", "Forecaster__Publish__Organisation"));
        Assert.Equal(Setting("influxdb", "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"), Setting("grafana", "INFLUXDB_TOKEN"));
        Assert.Equal(Setting("influxdb", "DOCKER_INFLUXDB_INIT_BUCKET"), Setting("grafana", "INFLUXDB_BUCKET"));
    }
}
