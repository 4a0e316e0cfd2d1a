namespace TsForecaster.Worker.Tests.Publish;

/// <summary>Waits for what another thread is about to bring about, and fails when it does not.</summary>
internal static class Eventually
{
    public static async Task Async(Func<bool> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!holds())
        {
            await poll.WaitForNextTickAsync(deadline.Token);
        }
    }
}
