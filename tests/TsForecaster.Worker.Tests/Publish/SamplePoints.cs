using TsForecaster.Worker.Publish;

namespace TsForecaster.Worker.Tests.Publish;

/// <summary>Points with every tag and field of the table of measurements, and numbers that are hard to keep exactly.</summary>
internal static class SamplePoints
{
    private static readonly double[] Hard = [0.1, 1.0 / 3.0, 1e16, -5e-324, 1.7976931348623157e308, 12345.678901234567, -0.30000000000000004];

    public static Point[] OfEveryMeasurement()
    {
        List<Point> points = [];
        for (int step = 0; step < 4; step++)
        {
            foreach (Measurement measurement in Measurements.All)
            {
                int hard = step;
                points.Add(new Point(
                    measurement.Name,
                    [.. measurement.Tags.Select(tag => new PointTag(tag.Name, tag.Whole ? $"{step + 9}" : $"{tag.Name} of, = \"ü\" {step % 2}"))],
                    [.. measurement.Fields.Select(field => field.Type switch
                    {
                        FieldType.Number => new PointField(field.Name, Hard[hard++ % Hard.Length]),
                        FieldType.Boolean => new PointField(field.Name, step % 2 == 0),
                        _ => new PointField(field.Name, $"it's \"{step}\" \\ und ä"),
                    })],
                    1_700_000_000_000_000_000 + (step * 1_000_000)));
            }
        }

        return [.. points];
    }

    public static Point Observed(string series, int minute, double value) => new(
        "observed",
        [new("channel", "value"), new("series", series)],
        [new("value", value), new("missing", false)],
        1_700_000_040_000_000_000 + (minute * 60_000_000_000L));

    /// <summary>The form in which the tests of the SQLite sink compare rows.</summary>
    public static string Row(Point point) => string.Join('|', [
        point.Measurement,
        .. point.Tags.Select(tag => $"{tag.Name}={tag.Value}"),
        $"{point.Time}",
        .. point.Fields.Select(field => $"{field.Name}={(field.Type == FieldType.Text ? field.Text : $"{field.Number}")}")]);
}
