namespace TsForecaster.Worker.Commands.Hosting;

/// <summary>The command line watches for signals itself; the host is started and stopped by it.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
