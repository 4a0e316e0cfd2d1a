using Confluent.Kafka;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Asks the cluster whether it answers and has the topics. The client reports that trouble began but not that it ended, and looks
/// for a missing topic only every few minutes; the answer to this question also tells the client.
/// </summary>
internal sealed class BrokerProbe(IClient client, IReadOnlyList<string> topics)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private Task<Answer>? _asked;

    /// <summary>Starts a question unless one is under way. Never blocks.</summary>
    public void Ask() => _asked ??= Task.Run(Question);

    /// <summary>What the cluster said.</summary>
    /// <param name="Reached">Whether it answered at all.</param>
    /// <param name="Trouble">Null when all is well.</param>
    public readonly record struct Answer(bool Reached, string? Trouble);

    /// <summary>The answer, once, when it is there.</summary>
    public Answer? Take()
    {
        if (_asked is not { IsCompleted: true } asked) return null;
        _asked = null;
        return asked.GetAwaiter().GetResult();
    }

    /// <summary>Waits for a question under way, so that the client may be closed.</summary>
    public void Finish() => _asked?.Wait(Timeout + Timeout);

    private Answer Question()
    {
        try
        {
            using var admin = new DependentAdminClientBuilder(client.Handle).Build();
            var found = admin.GetMetadata(Timeout).Topics;
            foreach (string topic in topics)
                if (!found.Exists(t => t.Topic == topic && !t.Error.IsError)) return new Answer(true, Missing(topic));
            return new Answer(true, null);
        }
        catch (KafkaException e)
        {
            return new Answer(false, $"no broker answers: {e.Error.Reason}");
        }
    }

    public static string Missing(string topic) => $"topic {topic} does not exist (yet)";
}
