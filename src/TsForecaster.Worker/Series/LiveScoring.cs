using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>Scores a closed cell against the forecasts that were issued for it, and keeps the sums.</summary>
internal sealed class LiveScoring
{
    /// <summary>Sums so far.</summary>
    public LiveScore Live { get; private set; } = new() { Scale = double.NaN };

    /// <summary>Sets the in-sample error of the seasonal naive forecast that MASE divides by.</summary>
    public void SetScale(double scale) => Live = Live with { Scale = scale };

    public HorizonScore Add(in OutstandingForecasts.Entry entry, double actual)
    {
        UnivariateMixture marginal = entry.Marginal;
        HorizonScore score = new(
            entry.Horizon,
            Math.Abs(actual - marginal.Mean),
            marginal.Crps(actual),
            Math.Abs(actual - entry.Naive),
            marginal.LiesBetween(actual, 0.1, 0.9));
        bool paired = !double.IsNaN(score.NaiveAbsError);
        Live = Live with
        {
            Scored = Live.Scored + 1,
            AbsError = Live.AbsError + score.AbsError,
            Crps = Live.Crps + score.Crps,
            Covered80 = Live.Covered80 + (score.Covered80 ? 1 : 0),
            NaiveScored = Live.NaiveScored + (paired ? 1 : 0),
            NaiveAbsError = Live.NaiveAbsError + (paired ? score.NaiveAbsError : 0.0),
            Paired = Live.Paired + (paired ? score.AbsError : 0.0),
        };
        return score;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Live.Scored);
        writer.Write(Live.AbsError);
        writer.Write(Live.Crps);
        writer.Write(Live.Covered80);
        writer.Write(Live.Scale);
        writer.Write(Live.NaiveScored);
        writer.Write(Live.NaiveAbsError);
        writer.Write(Live.Paired);
    }

    public static LiveScoring Read(BinaryReader reader) => new()
    {
        Live = new LiveScore(
            reader.ReadInt64(),
            reader.ReadDouble(),
            reader.ReadDouble(),
            reader.ReadInt64(),
            reader.ReadDouble(),
            reader.ReadInt64(),
            reader.ReadDouble(),
            reader.ReadDouble()),
    };
}
