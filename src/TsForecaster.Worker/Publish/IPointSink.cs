namespace TsForecaster.Worker.Publish;

/// <summary>Where points go.</summary>
public interface IPointSink
{
    /// <summary>
    /// Returns when every point is durably acknowledged, or was refused for itself and reported. Retries what may pass for as long as
    /// it takes; writing the same points again is harmless.
    /// </summary>
    /// <exception cref="SinkRefusedException">The sink will never take them: bad token, no such bucket or database.</exception>
    Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation);

    /// <summary>The sink keeps nothing: points need not be made for it.</summary>
    bool Discards => false;

    /// <summary>Null when the last write was acknowledged, else what is wrong.</summary>
    string? Trouble { get; }
}

/// <summary>The sink refuses for good; the message is one clear line without secrets.</summary>
public sealed class SinkRefusedException(string message) : Exception(message);
