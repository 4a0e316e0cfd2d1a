using System.Collections.Concurrent;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>A store in memory, keyed like a time-series database: measurement, tags and time; the last write of a key stays.</summary>
internal sealed class MemorySink : IPointSink
{
    public ConcurrentDictionary<string, string> Points { get; } = new(StringComparer.Ordinal);

    /// <summary>Called before each write; may wait, or throw.</summary>
    public Func<CancellationToken, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    public string? Trouble => null;

    /// <summary>Writes of a key that already held other fields: there must be none.</summary>
    public ConcurrentBag<string> Contradictions { get; } = [];

    public async Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation)
    {
        await BeforeWrite(cancellation);
        foreach (Point point in points)
        {
            string key = $"{point.Measurement},{string.Join(',', point.Tags.Select(t => $"{t.Name}={t.Value}"))} {point.Time}";
            string fields = string.Join(',', point.Fields.Select(f => $"{f.Name}={(f.Type == FieldType.Text ? f.Text : f.Number.ToString("R"))}"));
            if (Points.TryGetValue(key, out string? before) && before != fields)
            {
                Contradictions.Add($"{key}: {before} then {fields}");
            }

            Points[key] = fields;
        }
    }
}
