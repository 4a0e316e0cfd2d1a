using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// How a write that may yet succeed is repeated: for as long as it takes, ever more slowly, with jitter so that workers that lost the
/// same server do not come back in step. The only randomness of the service; no point depends on it.
/// </summary>
internal static class WriteResilience
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>Retry, then circuit breaker, then a timeout for each attempt.</summary>
    /// <param name="onRetry">Reason of the failure, one line, and the pause that follows; no reason when the server was not asked.</param>
    public static ResiliencePipeline<WriteReply> Http(PublishOptions options, TimeProvider time, Action<string?, TimeSpan> onRetry) =>
        new ResiliencePipelineBuilder<WriteReply> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<WriteReply>
            {
                ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = s_firstDelay,
                MaxDelay = options.MaxRetryDelay,
                DelayGenerator = arguments => ValueTask.FromResult(Requested(arguments.Outcome)),
                OnRetry = arguments =>
                {
                    onRetry(Reason(arguments.Outcome), arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<WriteReply>
            {
                // With several partitions writing, one of them tries the server again and the others wait for it.
                ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome)),
                FailureRatio = 0.9,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(Math.Clamp(options.MaxRetryDelay.TotalSeconds, 0.5, 5.0)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.RequestTimeout })
            .Build();

    /// <summary>Retry alone, for what is asked on this machine.</summary>
    public static ResiliencePipeline Local(PublishOptions options, TimeProvider time, Func<Exception, bool> mayPass, Action<string, TimeSpan> onRetry) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } failure && mayPass(failure)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = s_firstDelay,
                MaxDelay = options.MaxRetryDelay,
                OnRetry = arguments =>
                {
                    onRetry(arguments.Outcome.Exception!.Message, arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

    private static bool MayPass(Outcome<WriteReply> outcome) => outcome.Exception is { } failure
        ? failure is HttpRequestException or IOException or TimeoutRejectedException or BrokenCircuitException
        : outcome.Result.Verdict == Verdict.TryLater;

    /// <summary>The pause the server asked for, or the time until the breaker lets a request through; null for our own backoff.</summary>
    private static TimeSpan? Requested(Outcome<WriteReply> outcome)
    {
        TimeSpan? asked = outcome.Exception is { } failure ? (failure as BrokenCircuitException)?.RetryAfter : outcome.Result.RetryAfter;
        return asked is { } pause && pause > TimeSpan.Zero ? TimeSpan.FromTicks(Math.Min(pause.Ticks, s_longestRetryAfter.Ticks)) : null;
    }

    private static string? Reason(Outcome<WriteReply> outcome) => outcome.Exception switch
    {
        null => outcome.Result.Reason,
        TimeoutRejectedException timeout => $"no answer within {timeout.Timeout.TotalSeconds} s",
        BrokenCircuitException => null,
        { } failure => failure.Message,
    };
}
