using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;
using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class KafkaOptionsTests
{
    private static readonly KafkaOptions Good = new() { Topics = ["ticks"] };

    public static TheoryData<string, KafkaOptions> Bad => new()
    {
        { "Topics", Good with { Topics = [] } },
        { "Topics", Good with { Topics = ["ticks", " "] } },
        { "BootstrapServers", Good with { BootstrapServers = "" } },
        { "DeadLetterTopic", Good with { DeadLetterTopic = "ticks" } },
        { "SaslMechanism", Good with { SecurityProtocol = SecurityProtocol.SaslSsl } },
        { "SslCaLocation", Good with { SslCaLocation = "/no/such/ca.pem" } },
        { "TimeUnit", Good with { Format = RecordFormat.Influx, TimeUnit = TimeUnit.Iso } },
        { "MaxPollInterval", Good with { MaxPollInterval = TimeSpan.FromSeconds(20) } },
        { "RevokeTimeout", Good with { RevokeTimeout = TimeSpan.FromMinutes(6) } },
        { "LaneCapacity", Good with { LaneCapacity = 0 } },
        { "CsvColumns", Good with { Format = RecordFormat.Csv, CsvColumns = ["series", "ts"] } },
        { "MaxLead", Good with { MaxLead = TimeSpan.FromSeconds(-1) } },
    };

    [Fact]
    public void Validate_Defaults_NeedOnlyTopics() => Assert.Empty(Errors(Good));

    [Theory]
    [MemberData(nameof(Bad))]
    public void Validate_OneWrong_NamesItAlone(string member, KafkaOptions options) =>
        Assert.Equal(member, string.Join(", ", Errors(options).SelectMany(error => error.MemberNames)));

    [Fact]
    public void ToString_NeverShowsSecrets() =>
        Assert.Equal("ticks as tsforecaster from localhost:9092", (Good with { SaslPassword = "secret" }).ToString());

    [Fact]
    public void Consumer_Properties_WinOverSettings()
    {
        var config = KafkaClients.Consumer(Good with { Properties = new(StringComparer.Ordinal) { ["session.timeout.ms"] = "7000" } });
        Assert.Equal(7000, config.SessionTimeoutMs);
        Assert.Equal(false, config.EnableAutoOffsetStore);
        Assert.Equal(PartitionAssignmentStrategy.CooperativeSticky, config.PartitionAssignmentStrategy);
    }

    private static List<ValidationResult> Errors(KafkaOptions options)
    {
        var errors = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true);
        return errors;
    }
}
