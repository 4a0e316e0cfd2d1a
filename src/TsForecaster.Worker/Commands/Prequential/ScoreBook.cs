using System.Globalization;
using TsForecaster.Worker.Publish;

namespace TsForecaster.Worker.Commands.Prequential;

/// <summary>A sink that keeps what the service says of itself: cells, scores, models. Written by one lane.</summary>
internal sealed class ScoreBook(Func<string, SeriesSettings> settingsOf) : IPointSink
{
    private readonly Dictionary<SeriesKey, SeriesScores> _series = [];

    public string? Trouble => null;

    public IReadOnlyCollection<SeriesScores> Series => _series.Values;

    /// <summary>Null when none of its cells was closed.</summary>
    public SeriesScores? Find(SeriesKey key) => _series.GetValueOrDefault(key);

    public Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation)
    {
        foreach (Point point in points)
        {
            Add(point);
        }

        return Task.CompletedTask;
    }

    private void Add(Point point)
    {
        SeriesScores scores = Of(new SeriesKey(Tag(point, Measurements.Series), Tag(point, Measurements.Channel)));
        if (point.Measurement == Measurements.Observed.Name && Has(point, Measurements.Missing))
        {
            scores.AddCell(point.Time, Number(point, Measurements.Value));
            scores.Pit.Add(Number(point, Measurements.Pit));
        }
        else if (point.Measurement == Measurements.Score.Name)
        {
            int horizon = int.Parse(Tag(point, Measurements.Horizon), CultureInfo.InvariantCulture);
            scores.AddScore(point.Time, horizon, Number(point, Measurements.AbsError), Number(point, Measurements.Crps), Field(point, Measurements.Covered80).Boolean);
        }
        else if (point.Measurement == Measurements.Model.Name && Field(point, Measurements.Promoted).Boolean)
        {
            scores.Models.Add(((int)Number(point, Measurements.Components), Field(point, Measurements.Reason).Text));
        }
    }

    private SeriesScores Of(SeriesKey key)
    {
        if (!_series.TryGetValue(key, out SeriesScores? scores))
        {
            _series[key] = scores = new SeriesScores(key, settingsOf(key.Series));
        }

        return scores;
    }

    private static string Tag(Point point, string name) => point.Tags.First(tag => tag.Name == name).Value;

    private static bool Has(Point point, string field) => point.Fields.Any(other => other.Name == field);

    private static PointField Field(Point point, string name) => point.Fields.FirstOrDefault(field => field.Name == name);

    /// <summary>NaN when the field was not written.</summary>
    private static double Number(Point point, string name) => Has(point, name) ? Field(point, name).Number : double.NaN;
}
