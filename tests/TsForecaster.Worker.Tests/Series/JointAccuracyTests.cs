using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

/// <summary>One signal leads another: vibration rises some minutes before temperature does.</summary>
public sealed class JointAccuracyTests
{
    private const long Minute = 60_000_000_000;
    private const int Lead = 3;
    private static readonly SeriesKey _vibration = new("pump", "vibration"), _temperature = new("pump", "temperature");

    [Fact]
    public void Joint_ChannelThatFollowsAnother_IsForecastFarBetterAsFarAsTheOtherLeads()
    {
        Dictionary<int, double> alone = Crps(), joint = Crps("vibration", "temperature");
        Assert.All(Enumerable.Range(1, Lead), horizon => Assert.True(joint[horizon] < 0.3 * alone[horizon], $"{horizon}: {joint[horizon]} and {alone[horizon]}"));

        // What the minute beyond brings nothing tells.
        Assert.True(joint[Lead + 1] > 2.0 * joint[Lead], $"{joint[Lead]}, then {joint[Lead + 1]}");
    }

    /// <summary>Mean CRPS of the temperature by horizon, one minute in twenty without a vibration.</summary>
    private static Dictionary<int, double> Crps(params string[] channels)
    {
        SeriesSettings settings = new()
        {
            Grid = new GridSettings { Interval = TimeSpan.FromMinutes(1) },
            Model = new ModelSettings { Past = 6, Future = Lead + 1, Components = 1, Joint = channels },
            Refit = new RefitSettings { Every = 200, History = 1000 },
        };
        PartitionState state = new(_ => settings, []);
        Dictionary<SeriesKey, RefitJob> jobs = [];
        List<HorizonScore> scores = [];
        Random random = new(3);
        double[] vibration = new double[2000];
        double temperature = 60.0;
        for (int t = 0; t < vibration.Length; t++)
        {
            // In thousandths of a g, and in degrees.
            vibration[t] = 0.002 + (0.0005 * (random.NextDouble() + random.NextDouble() - 1.0));
            temperature += t < Lead ? 0.0 : (2000.0 * (vibration[t - Lead] - 0.002)) - (0.05 * (temperature - 60.0)) + (0.1 * (random.NextDouble() - 0.5));
            while (state.CloseNext(t * Minute) is { } due)
            {
                while (state.TryAdvance(due, key => RefitPool.Do(jobs[key], CancellationToken.None), out StepResult? result))
                {
                    scores.AddRange(due == _temperature && t > 1000 ? result.Scores : []);
                    if (state.BeginRefit(due) is { } job)
                    {
                        jobs[due] = job;
                    }
                }
            }

            if (t % 20 != 7)
            {
                state.Place(new Tick(_vibration, t * Minute, vibration[t]));
            }

            state.Place(new Tick(_temperature, t * Minute, temperature));
        }

        return scores.GroupBy(score => score.Horizon).ToDictionary(group => group.Key, group => group.Average(score => score.Crps));
    }
}
