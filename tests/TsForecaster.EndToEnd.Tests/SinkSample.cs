using TsForecaster.Worker;
using TsForecaster.Worker.Publish;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>Points of every measurement with every field, as a busy hour of one series gives them.</summary>
internal static class SinkSample
{
    public const long Start = 1_700_000_040_000_000_000;
    public const long Minute = 60_000_000_000;

    /// <summary>Names that line protocol makes hard, and what a server makes of them.</summary>
    public static readonly (string Sent, string Stored)[] Names =
    [
        ("pump-7", "pump-7"), (" lead", " lead"), ("a,b", "a,b"), ("a=b", "a=b"), ("\"quoted\"", "\"quoted\""), ("it's", "it's"), ("温度 🌡", "温度 🌡"),
        (@"C:\data\x", @"C:\data\x"), (@"C:\", "C:%5C"), (@"a\,b", "a%5C,b"), (@"a\\b", @"a%5C\b"), ("two\nlines", "two%0Alines"), ("#", "#"),
    ];

    /// <param name="series">Any text; it comes back as it is.</param>
    public static List<Point> Points(string series, int steps)
    {
        List<Point> points = [];
        for (int step = 0; step < steps; step++)
        {
            foreach (Measurement measurement in Measurements.All)
            {
                bool whole = measurement.Tags.Any(tag => tag.Whole);
                for (int horizon = 1; horizon <= (whole ? 3 : 1); horizon++)
                {
                    points.Add(OnePoint(measurement, series, step, horizon));
                }
            }
        }

        return points;
    }

    private static Point OnePoint(Measurement measurement, string series, int step, int horizon) => new(
        measurement.Name,
        [.. measurement.Tags.Select(tag => new PointTag(tag.Name, tag.Name switch
        {
            Measurements.Series => series,
            Measurements.Channel => SeriesKey.DefaultChannel,
            _ => $"{horizon}",
        }))],
        [.. measurement.Fields.Select((field, i) => field.Type switch
        {
            FieldType.Number => new PointField(field.Name, Math.Sin(step + (7 * horizon) + (100 * i)) * 20.0),
            FieldType.Boolean => new PointField(field.Name, (step + i) % 3 == 0),
            _ => new PointField(field.Name, $"{field.Name} \"{step}\", with \\ and ü"),
        })],
        Start + (step * Minute));
}
