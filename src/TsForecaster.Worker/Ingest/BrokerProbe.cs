using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Asks the cluster whether it answers and has the topics. The client reports that trouble began but not that it ended, and looks
/// for a missing topic only every few minutes; the answer to this question also tells the client.
/// </summary>
internal sealed class BrokerProbe(IClient client, IReadOnlyList<string> topics)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private Task<string?>? _asked;

    /// <summary>Starts a question unless one is under way. Never blocks.</summary>
    public void Ask() => _asked ??= Task.Run(Question);

    /// <summary>Whether the answer is there; <paramref name="trouble"/> is null when all is well. An answer is given once.</summary>
    public bool TryTake(out string? trouble)
    {
        trouble = null;
        if (_asked is not { IsCompleted: true } asked) return false;
        _asked = null;
        trouble = asked.GetAwaiter().GetResult();
        return true;
    }

    /// <summary>Waits for a question under way, so that the client may be closed.</summary>
    public void Finish() => _asked?.Wait(Timeout + Timeout);

    private string? Question()
    {
        try
        {
            using var admin = new DependentAdminClientBuilder(client.Handle).Build();
            var found = admin.GetMetadata(Timeout).Topics;
            foreach (string topic in topics)
                if (!found.Exists(t => t.Topic == topic && !t.Error.IsError)) return Missing(topic);
            return null;
        }
        catch (KafkaException e)
        {
            return $"no broker answers: {e.Error.Reason}";
        }
    }

    public static string Missing(string topic) => $"topic {topic} does not exist (yet)";
}
