using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>How a record's value is written.</summary>
public enum RecordFormat
{
    /// <summary>An object: <c>{"series":"pump-7","ts":1700000000000,"value":21.5}</c>.</summary>
    Json,

    /// <summary>InfluxDB line protocol, one line or more.</summary>
    Influx,

    /// <summary>Comma-separated values without a header, one line or more.</summary>
    Csv,
}

/// <summary>What a time that is a number counts; a time that is text is ISO-8601 with a zone whatever the unit.</summary>
public enum TimeUnit
{
    /// <summary>ISO-8601 only: a number is refused.</summary>
    Iso,
    S,
    Ms,
    Us,
    Ns,
}

/// <summary>Where ticks come from and how they are read.</summary>
public sealed record KafkaOptions : IValidatableObject
{
    private static readonly string[] Reserved =
    [
        "auto.offset.reset", "bootstrap.servers", "client.id", "enable.auto.commit", "enable.auto.offset.store", "enable.idempotence",
        "acks", "group.id", "group.instance.id", "partition.assignment.strategy",
    ];

    /// <summary>host:port, comma-separated.</summary>
    [Required]
    public string BootstrapServers { get; init; } = "localhost:9092";

    [MinLength(1)]
    public IReadOnlyList<string> Topics { get; init; } = [];

    [Required]
    public string GroupId { get; init; } = "tsforecaster";

    /// <summary>Static membership: a name that is this worker's alone and survives a restart, which then moves no partitions. Empty: none.</summary>
    public string GroupInstanceId { get; init; } = "";

    [Required]
    public string ClientId { get; init; } = "tsforecaster";

    /// <summary>Where to begin when neither a checkpoint nor the group has an offset, or the offset is no longer there.</summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Earliest;

    /// <summary>Where records that cannot be read go, with the reason.</summary>
    [Required]
    public string DeadLetterTopic { get; init; } = "tsforecaster.dead-letter";

    public SecurityProtocol SecurityProtocol { get; init; } = SecurityProtocol.Plaintext;

    public SaslMechanism? SaslMechanism { get; init; }

    public string SaslUsername { get; init; } = "";

    /// <summary>Never logged.</summary>
    public string SaslPassword { get; init; } = "";

    /// <summary>PEM file of the certificate authority; empty uses the system's.</summary>
    public string SslCaLocation { get; init; } = "";

    /// <summary>How long the group waits for a worker that says nothing before its partitions go to others.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The longest time between two polls before the group takes this worker for stuck.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxPollInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often committed offsets are sent to the broker.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Records of one partition that may wait for its work before it is paused; at half of them it resumes, and that half should
    /// last the work for the tenth of a second until new ones come.
    /// </summary>
    [Range(1, 10_000_000)]
    public int LaneCapacity { get; init; } = 5000;

    /// <summary>How long a partition that is taken away may finish and commit what it began.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RevokeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long all partitions may finish and commit what they began when the worker stops.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public RecordFormat Format { get; init; } = RecordFormat.Json;

    /// <summary>The field or column that names the series; where it is absent, the record's key does.</summary>
    [Required]
    public string SeriesField { get; init; } = "series";

    /// <summary>The field or column with the event time; where it is absent, the record's timestamp is.</summary>
    [Required]
    public string TimeField { get; init; } = "ts";

    /// <summary>
    /// The fields or columns to read. Empty: every numeric one other than the time. A single one is the series' only channel,
    /// <see cref="SeriesKey.DefaultChannel"/>; otherwise each is a channel of its own name.
    /// </summary>
    public IReadOnlyList<string> ValueFields { get; init; } = [];

    /// <summary>Left out: milliseconds, and nanoseconds for line protocol.</summary>
    public TimeUnit? TimeUnit { get; init; }

    /// <summary>Names of the columns of <see cref="RecordFormat.Csv"/> by position; "" skips one. Empty: series, time, then the values.</summary>
    public IReadOnlyList<string> CsvColumns { get; init; } = [];

    /// <summary>A longer value is refused.</summary>
    [Range(1, 1_000_000_000)]
    public int MaxRecordBytes { get; init; } = 1_000_000;

    /// <summary>How far an event time may be ahead of the record's own Kafka timestamp.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan MaxLead { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Settings of librdkafka by their own names, for what has none here; they win.</summary>
    public Dictionary<string, string> Properties { get; init; } = [];

    /// <summary>The rules across settings.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (string name in Properties.Keys.Intersect(Reserved, StringComparer.Ordinal).Order(StringComparer.Ordinal))
            yield return Error(nameof(Properties), $"'{name}' is the worker's own: an offset is committed when everything before it is durable, or it has a setting of its own");
        if (Topics.Any(string.IsNullOrWhiteSpace)) yield return Error(nameof(Topics), "a topic has no name");
        if (Topics.Contains(DeadLetterTopic, StringComparer.Ordinal))
            yield return Error(nameof(DeadLetterTopic), $"'{DeadLetterTopic}' is also read; bad records would come back for ever");
        if (SecurityProtocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl && SaslMechanism is null)
            yield return Error(nameof(SaslMechanism), $"is needed with SecurityProtocol {SecurityProtocol}");
        if (SslCaLocation.Length > 0 && !File.Exists(SslCaLocation))
            yield return Error(nameof(SslCaLocation), $"there is no file '{SslCaLocation}'");
        if (Format == RecordFormat.Influx && TimeUnit == Ingest.TimeUnit.Iso)
            yield return Error(nameof(TimeUnit), "line protocol has numbers for times: S, Ms, Us or Ns");
        if (MaxPollInterval < SessionTimeout)
            yield return Error(nameof(MaxPollInterval), $"{MaxPollInterval} is shorter than SessionTimeout {SessionTimeout}");
        if (RevokeTimeout >= MaxPollInterval)
            yield return Error(nameof(RevokeTimeout), $"{RevokeTimeout} is not shorter than MaxPollInterval {MaxPollInterval}");
        if (Format == RecordFormat.Csv && !this.Columns().Any(this.IsValueColumn))
            yield return Error(nameof(CsvColumns), "no column holds a value");
    }

    /// <summary>Without the password and the properties, which may hold others.</summary>
    public override string ToString() => $"{string.Join(", ", Topics)} as {GroupId} from {BootstrapServers}";

    /// <summary>The columns of a csv record, defaults filled in.</summary>
    internal IReadOnlyList<string> Columns() => CsvColumns.Count > 0
        ? CsvColumns
        : [SeriesField, TimeField, .. ValueFields.Count > 0 ? ValueFields : [SeriesKey.DefaultChannel]];

    /// <summary>Whether a field or column is one to take values from.</summary>
    internal bool IsValueColumn(string name) =>
        name.Length > 0 && name != SeriesField && name != TimeField && (ValueFields.Count == 0 || ValueFields.Contains(name, StringComparer.Ordinal));

    private static ValidationResult Error(string member, string message) => new(message, [member]);
}
