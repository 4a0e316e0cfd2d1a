namespace TsForecaster.EndToEnd.Tests;

/// <summary>Waits for what another process or thread is about to bring about, and fails when it does not.</summary>
public static class Until
{
    public static Task TrueAsync(Func<bool> holds, TimeSpan? within = null) => TrueAsync(() => Task.FromResult(holds()), within);

    /// <exception cref="TimeoutException">It did not hold within the time, 30 s unless told.</exception>
    public static async Task TrueAsync(Func<Task<bool>> holds, TimeSpan? within = null)
    {
        TimeSpan limit = within ?? TimeSpan.FromSeconds(30);
        using var deadline = new CancellationTokenSource(limit);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"it did not come about within {limit.TotalSeconds} s");
            }

            await poll.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
