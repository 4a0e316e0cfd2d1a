using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

public sealed partial class KafkaTickSource
{
    [LoggerMessage(LogLevel.Information, "Reading {Topics} as group {Group} from {Servers} (librdkafka {Version})")]
    private partial void LogStarted(string topics, string group, string servers, string version);

    [LoggerMessage(LogLevel.Information, "Took {Partition}, reading from {Offset}")]
    private partial void LogAssigned(PartitionId partition, Offset offset);

    [LoggerMessage(LogLevel.Information, "Gave up {Partition}, done with up to {Offset}")]
    private partial void LogReleased(PartitionId partition, Offset offset);

    [LoggerMessage(LogLevel.Warning, "Abandoned {Partition}: its work did not end within {Timeout}; its next owner does it again")]
    private partial void LogAbandoned(PartitionId partition, TimeSpan timeout);

    [LoggerMessage(LogLevel.Warning, "Lost {Partition}; its next owner does again what was not committed")]
    private partial void LogLost(PartitionId partition);

    [LoggerMessage(LogLevel.Warning, "{Partition}: asked for offset {Asked}, the first record there is has {Found}; what lay between is gone from the topic")]
    private partial void LogSkipped(PartitionId partition, long asked, long found);

    [LoggerMessage(LogLevel.Warning, "{BootstrapServers} did not answer the goodbye in time; the group finds out by itself, and what was not committed is done again")]
    private partial void LogLeftBehind(string bootstrapServers);

    [LoggerMessage(LogLevel.Warning, "Offsets were not committed ({Reason}); the next owner does that work again")]
    private partial void LogCommitFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "Trouble: {Trouble}")]
    private partial void LogTrouble(string trouble);

    [LoggerMessage(LogLevel.Information, "Trouble is over: {Trouble}")]
    private partial void LogTroubleOver(string trouble);

    [LoggerMessage(LogLevel.Warning, "Bad record {Partition}@{Offset} put onto {Topic}: {Error}")]
    private partial void LogDeadLetter(PartitionId partition, long offset, string topic, string error);

    [LoggerMessage("librdkafka {Facility}: {Message}")]
    private partial void LogClient(LogLevel level, string facility, string message);

    private void OnClientLog(LogMessage message)
    {
        var level = message.Level switch
        {
            <= SyslogLevel.Error => LogLevel.Error,
            SyslogLevel.Warning => LogLevel.Warning,
            SyslogLevel.Debug => LogLevel.Debug,
            _ => LogLevel.Information,
        };

        // What these say comes as Trouble, once and not per attempt and broker.
        if (message.Facility is "FAIL" or "ERROR") level = LogLevel.Debug;
        LogClient(level, message.Facility, message.Message);
    }
}
