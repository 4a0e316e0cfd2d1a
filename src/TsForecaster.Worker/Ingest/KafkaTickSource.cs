using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Reads a consumer group's share of the topics on a thread of its own. Everything but <see cref="Commit"/>,
/// <see cref="DeadLetterAsync"/> and <see cref="Trouble"/> happens on that thread, the group's calls to take and give up partitions
/// included. A lane is disposed once its completion has ended and its partition is given up.
/// </summary>
public sealed partial class KafkaTickSource : ITickSource, IDisposable
{
    private static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PausedPoll = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastLeave = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<PartitionId, OwnedPartition> _owned = new();
    private readonly Dictionary<PartitionId, PartitionLane> _abandoned = [];
    private readonly KafkaOptions _options;
    private readonly ILogger<KafkaTickSource> _logger;
    private readonly TimeProvider _time;
    private readonly DeadLetters _deadLetters;

    private IConsumer<byte[], byte[]>? _consumer;
    private ExceptionDispatchInfo? _failure;
    private volatile string? _trouble;
    private volatile string? _waiting = "not started";
    private int _paused;

    public KafkaTickSource(KafkaOptions options, ILogger<KafkaTickSource> logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        _deadLetters = new DeadLetters(options, (_, message) => OnClientLog(message));
    }

    public string? Trouble => _trouble ?? _waiting;

    public Task RunAsync(Func<PartitionId, PartitionLane> open, CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(open, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Commit(PartitionId partition, long nextOffset)
    {
        if (_owned.TryGetValue(partition, out var owned) && _consumer is { } consumer) owned.Store(nextOffset, consumer);
    }

    public async Task DeadLetterAsync(SourceRecord record, string error, CancellationToken cancellation)
    {
        await _deadLetters.AddAsync(record, error, cancellation);
        IngestMeters.DeadLetters.Add(1);
        LogDeadLetter(record.Partition, record.Offset, _options.DeadLetterTopic, error);
    }

    public void Dispose() => _deadLetters.Dispose();

    private void Run(Func<PartitionId, PartitionLane> open, CancellationToken stop)
    {
        string version = KafkaLibrary.Load();
        var consumer = new ConsumerBuilder<byte[], byte[]>(KafkaClients.Consumer(_options))
            .SetPartitionsAssignedHandler((_, partitions) => Take(partitions, open))
            .SetPartitionsRevokedHandler((_, partitions) => GiveUp([.. Owned(partitions)], _options.RevokeTimeout))
            .SetPartitionsLostHandler((_, partitions) => Lose([.. Owned(partitions)]))
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, message) => OnClientLog(message))
            .Build();
        var probe = new BrokerProbe(consumer, _options.Topics);
        var wakeup = new FetchWakeup(consumer);
        _consumer = consumer;
        _waiting = "waiting for the group to share out its partitions";
        LogStarted(string.Join(", ", _options.Topics), _options.GroupId, _options.BootstrapServers, version);
        try
        {
            consumer.Subscribe(_options.Topics);
            Poll(consumer, probe, wakeup, stop);
        }
        finally
        {
            long began = _time.GetTimestamp();
            Release([.. _owned.Values], _options.StopTimeout);
            probe.Finish();
            wakeup.Finish();
            Leave(consumer, _options.StopTimeout - _time.GetElapsedTime(began));
            _consumer = null;
            _waiting = "stopped";
        }

        _failure?.Throw();
    }

    private void Poll(IConsumer<byte[], byte[]> consumer, BrokerProbe probe, FetchWakeup wakeup, CancellationToken stop)
    {
        long looked = 0, asked = 0;
        while (!stop.IsCancellationRequested && _failure is null)
        {
            try
            {
                if (consumer.Consume(_paused > 0 ? PausedPoll : IdlePoll) is { } result) Deliver(result, consumer);
            }
            catch (ConsumeException e)
            {
                OnConsumeError(e);
            }

            long now = _time.GetTimestamp();
            if (_time.GetElapsedTime(looked, now) < BetweenLooks) continue;
            looked = now;
            LookAtLanes(consumer, wakeup);

            // A cluster that does not answer is no news: what the client said first has the reason.
            if (probe.Take() is { Reached: true } answer) SetTrouble(answer.Trouble);
            if (_trouble is null || _time.GetElapsedTime(asked, now) < BetweenQuestions) continue;
            asked = now;
            probe.Ask();
        }
    }

    private void Deliver(ConsumeResult<byte[], byte[]> result, IConsumer<byte[], byte[]> consumer)
    {
        var partition = new PartitionId(result.Topic, result.Partition.Value);
        if (!_owned.TryGetValue(partition, out var owned)) return;

        var (message, offset) = (result.Message, result.Offset.Value);
        if (owned.Fresh && owned.Lane.StartOffset is { } asked && asked != offset) LogSkipped(partition, asked, offset);
        owned.Fresh = false;

        // A record without a timestamp has -1: no time, which no clock of ours may make up.
        long timestamp = message.Timestamp.Type == TimestampType.NotAvailable ? -1 : Math.Min(message.Timestamp.UnixTimestampMs, long.MaxValue / 1_000_000) * 1_000_000;
        owned.Lane.Write(new SourceRecord(partition, offset, timestamp, message.Key, message.Value));
        IngestMeters.Records.Add(1);
        IngestMeters.Bytes.Add(message.Value?.Length ?? 0);
        if (!owned.Lane.IsFull || owned.Paused) return;
        consumer.Pause([owned.Kafka]);
        SetPaused(owned, true);
        IngestMeters.Pauses.Add(1);
    }

    private void LookAtLanes(IConsumer<byte[], byte[]> consumer, FetchWakeup wakeup)
    {
        foreach (var (_, owned) in _owned)
        {
            Inspect(owned.Lane);
            if (owned.Lane.Completion.IsCompleted) Fail(new InvalidOperationException($"the work on {owned.Lane.Partition} ended before its partition was given up"));
            owned.StoreAgain(consumer);
            if (!owned.Paused || !owned.Lane.HasRoom) continue;
            consumer.Resume([owned.Kafka]);
            wakeup.Wake(owned.Kafka);
            SetPaused(owned, false);
        }
    }

    private void SetPaused(OwnedPartition owned, bool paused)
    {
        if (owned.Paused == paused) return;
        owned.Paused = paused;
        _paused += paused ? 1 : -1;
        IngestMeters.Paused.Add(paused ? 1 : -1);
    }

    /// <summary>The first failure of a lane ends the run.</summary>
    private void Inspect(PartitionLane lane)
    {
        if (lane.Completion is { IsFaulted: true } failed) Fail(failed.Exception!.InnerException!);
    }

    private void Fail(Exception failure) => _failure ??= ExceptionDispatchInfo.Capture(failure);
}
