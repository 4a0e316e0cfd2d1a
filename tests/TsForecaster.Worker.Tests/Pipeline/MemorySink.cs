using System.Collections.Concurrent;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>A store in memory, keyed like a time-series database: measurement, tags and time; fields of later writes join those of earlier ones.</summary>
internal sealed class MemorySink : IPointSink
{
    public ConcurrentDictionary<string, string> Points { get; } = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _fields = new(StringComparer.Ordinal);

    /// <summary>Called before each write; may wait, or throw.</summary>
    public Func<CancellationToken, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    public string? Trouble => null;

    /// <summary>Writes of a field that already held something else: there must be none.</summary>
    public ConcurrentBag<string> Contradictions { get; } = [];

    public async Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation)
    {
        await BeforeWrite(cancellation);
        foreach (Point point in points)
        {
            string key = $"{point.Measurement},{string.Join(',', point.Tags.Select(t => $"{t.Name}={t.Value}"))} {point.Time}";
            Dictionary<string, string> fields = _fields.GetOrAdd(key, _ => new(StringComparer.Ordinal));
            foreach (PointField field in point.Fields)
            {
                string value = field.Type == FieldType.Text ? field.Text : field.Number.ToString("R");
                if (fields.TryGetValue(field.Name, out string? before) && before != value)
                {
                    Contradictions.Add($"{key}: {field.Name} {before} then {value}");
                }

                fields[field.Name] = value;
            }

            Points[key] = string.Join(',', fields.Select(field => $"{field.Key}={field.Value}"));
        }
    }
}
