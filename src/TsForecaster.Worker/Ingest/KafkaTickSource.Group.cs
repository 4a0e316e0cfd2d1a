using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

// What the group and the client call for; on the poll thread. An exception must not leave these: the client would hide its origin.
public sealed partial class KafkaTickSource
{
    private IEnumerable<OwnedPartition> Owned(List<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions)
            if (_owned.TryGetValue(new PartitionId(partition.Topic, partition.Partition.Value), out var owned)) yield return owned;
    }

    private List<TopicPartitionOffset> Take(List<TopicPartition> partitions, Func<PartitionId, PartitionLane> open)
    {
        _waiting = null;
        var starts = new List<TopicPartitionOffset>(partitions.Count);
        foreach (var kafka in partitions)
        {
            var start = _failure is null ? Open(new PartitionId(kafka.Topic, kafka.Partition.Value), open) : Offset.Unset;
            starts.Add(new TopicPartitionOffset(kafka, start));
        }

        return starts;
    }

    private Offset Open(PartitionId partition, Func<PartitionId, PartitionLane> open)
    {
        try
        {
            AwaitFormerWork(partition);
            var lane = open(partition);
            _owned[partition] = new OwnedPartition(lane);
            IngestMeters.Partitions.Add(1);
            var start = lane.StartOffset is { } offset ? new Offset(offset) : Offset.Unset;
            LogAssigned(partition, start);
            return start;
        }
        catch (Exception e)
        {
            Fail(e);
            return Offset.Unset;
        }
    }

    /// <summary>A partition that was abandoned and comes back must not be worked on twice at once.</summary>
    private void AwaitFormerWork(PartitionId partition)
    {
        if (!_abandoned.Remove(partition, out var former)) return;
        if (!WaitForEnd([former.Completion], _options.RevokeTimeout))
            throw new TimeoutException($"{partition} came back while its former work, abandoned {_options.RevokeTimeout} ago and more, has not ended");
        former.Dispose();
    }

    /// <summary>Lets what was begun finish, within bounds, and commits what is done with.</summary>
    private void GiveUp(OwnedPartition[] leaving, TimeSpan timeout)
    {
        var done = Release(leaving, timeout);
        try
        {
            if (done.Count > 0) _consumer!.Commit(done);
        }
        catch (KafkaException e)
        {
            LogCommitFailed(e.Error.Reason);
        }
    }

    /// <summary>Lets what was begun finish, within bounds.</summary>
    /// <returns>The offsets that are done with.</returns>
    private List<TopicPartitionOffset> Release(OwnedPartition[] leaving, TimeSpan timeout)
    {
        foreach (var owned in leaving) owned.Lane.Close();
        WaitForEnd([.. leaving.Select(owned => owned.Lane.Completion)], timeout);

        var done = new List<TopicPartitionOffset>(leaving.Length);
        foreach (var owned in leaving)
        {
            var offset = Remove(owned);
            if (offset is not null) done.Add(offset);
            if (owned.Lane.Completion.IsCompleted) LogReleased(owned.Lane.Partition, offset?.Offset ?? Offset.Unset);
            else LogAbandoned(owned.Lane.Partition, timeout);
            End(owned.Lane);
        }

        return done;
    }

    /// <summary>The group has given the partitions to others already: nothing may be committed.</summary>
    private void Lose(OwnedPartition[] lost)
    {
        foreach (var owned in lost)
        {
            Remove(owned);
            owned.Lane.Abandon();
            LogLost(owned.Lane.Partition);
            End(owned.Lane);
        }
    }

    private TopicPartitionOffset? Remove(OwnedPartition owned)
    {
        var offset = owned.Leave();
        SetPaused(owned, false);
        if (_owned.TryRemove(owned.Lane.Partition, out _)) IngestMeters.Partitions.Add(-1);
        return offset;
    }

    private void End(PartitionLane lane)
    {
        Inspect(lane);
        if (lane.Completion.IsCompleted)
        {
            lane.Dispose();
            return;
        }

        lane.Abandon();
        _abandoned[lane.Partition] = lane;
    }

    /// <summary>
    /// Commits what was stored and leaves the group, so that others take over at once. The client waits for a broker that does not
    /// answer through two session timeouts; the stop does not wait with it.
    /// </summary>
    private void Leave(IConsumer<byte[], byte[]> consumer, TimeSpan timeout)
    {
        var left = Task.Run(() =>
        {
            try
            {
                consumer.Close();
            }
            catch (KafkaException e)
            {
                LogCommitFailed(e.Error.Reason);
            }

            consumer.Dispose();
        });
        if (!left.Wait(timeout > LeastLeave ? timeout : LeastLeave)) LogLeftBehind(_options.BootstrapServers);
    }

    private static bool WaitForEnd(Task[] tasks, TimeSpan timeout)
    {
        try
        {
            return Task.WaitAll(tasks, timeout);
        }
        catch (AggregateException)
        {
            // Each lane's own outcome is looked at after this.
            return true;
        }
    }

    private void OnError(Error error)
    {
        if (error.IsFatal) Fail(new KafkaException(error));
        else if (error.Code is not ErrorCode.Local_Transport) SetTrouble($"{error.Reason} ({_options.BootstrapServers})");
    }

    private void OnConsumeError(ConsumeException e)
    {
        if (e.Error.IsFatal || e.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange) Fail(e);
        else if (e.Error.Code == ErrorCode.UnknownTopicOrPart) SetTrouble(BrokerProbe.Missing(e.ConsumerRecord.Topic));
        else SetTrouble(e.Error.Reason);
    }

    private void SetTrouble(string? trouble)
    {
        string? before = _trouble;
        _trouble = trouble;
        if (trouble is not null && trouble != before) LogTrouble(trouble);
        if (trouble is null && before is not null) LogTroubleOver(before);
    }
}
