namespace TsForecaster.Worker.Publish;

/// <summary>Acknowledges everything and keeps nothing: for those who want the dashboard alone.</summary>
public sealed class NullSink : IPointSink
{
    public bool Discards => true;

    public string? Trouble => null;

    public Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation) => Task.CompletedTask;
}
