using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

/// <summary>Related series of which each is short: what the others show is worth more than what it shows itself.</summary>
public sealed class PooledAccuracyTests
{
    private const long Hour = 3_600_000_000_000;
    private const int Day = 24, Series = 16, Days = 21;

    [Fact]
    public void Pooled_FirstWeeksOfRelatedSeries_ForecastsBetterThanEachAlone()
    {
        Dictionary<(SeriesKey, long, int), (double Crps, double AbsError)> alone = Scores(ModelScope.Series), pooled = Scores(ModelScope.Pooled);
        (SeriesKey, long, int)[] both = [.. alone.Keys.Where(pooled.ContainsKey)];

        Assert.True(both.Length > 100_000, $"{both.Length} forecasts in both");
        Assert.True(pooled.Count > 1.2 * alone.Count, $"{pooled.Count} forecasts of pooled series, {alone.Count} of series alone");
        double crps = both.Sum(at => pooled[at].Crps) / both.Sum(at => alone[at].Crps), error = both.Sum(at => pooled[at].AbsError) / both.Sum(at => alone[at].AbsError);
        Assert.True(crps < 0.9, $"CRPS {crps}");
        Assert.True(error < 0.9, $"absolute error {error}");
    }

    /// <summary>Two kinds of days, noise that lasts some hours.</summary>
    private static double[] Values(int series)
    {
        Random random = new(series);
        double[] values = new double[Day * Days];
        double noise = 0.0;
        for (int t = 0; t < values.Length; t++)
        {
            noise = (0.8 * noise) + (0.3 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5));
            double hour = Math.Tau * t / Day;
            values[t] = (1 + series) * (20 + (series % 2 == 0 ? Math.Sin(hour) : Math.Sin(hour + 1) + (0.8 * Math.Cos(2 * hour))) + noise);
        }

        return values;
    }

    private static Dictionary<(SeriesKey Key, long Start, int Horizon), (double Crps, double AbsError)> Scores(ModelScope scope)
    {
        SeriesSettings settings = new()
        {
            Grid = new GridSettings { Interval = TimeSpan.FromHours(1) },
            Model = new ModelSettings { Scope = scope, Future = Day, Season = Day },
        };
        PartitionState state = new(_ => settings, []);
        Dictionary<SeriesKey, RefitJob> jobs = [];
        Dictionary<(SeriesKey, long, int), (double, double)> scores = [];
        double[][] values = [.. Enumerable.Range(0, Series).Select(Values)];
        for (int t = 0; t < Day * Days; t++)
        {
            for (int s = 0; s < Series; s++)
            {
                while (state.CloseNext(t * Hour) is { } due)
                {
                    state.BeginBackground(due);
                    while (state.TryAdvance(due, key => RefitPool.Do(jobs[key], CancellationToken.None), out StepResult? result, (_, job) => RefitPool.Do(job, CancellationToken.None)))
                    {
                        result.Scores.ToList().ForEach(score => scores.Add((due, result.Step.Start, score.Horizon), (score.Crps / (1 + SeriesOf(due)), score.AbsError / (1 + SeriesOf(due)))));
                        if (state.BeginRefit(due) is { } job)
                        {
                            jobs[due] = job;
                        }
                    }
                }

                state.Place(new Tick(new SeriesKey($"{s}", SeriesKey.DefaultChannel), t * Hour, values[s][t]));
            }
        }

        return scores;
    }

    private static int SeriesOf(SeriesKey key) => int.Parse(key.Series, System.Globalization.CultureInfo.InvariantCulture);
}
