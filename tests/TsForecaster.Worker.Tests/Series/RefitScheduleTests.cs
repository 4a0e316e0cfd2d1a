using TsForecaster.Model.Windows;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

/// <summary>When refits begin, on what, and why; with the state saved and read again at every step.</summary>
public sealed class RefitScheduleTests
{
    private const long Second = 1_000_000_000;
    private static readonly SeriesKey Key = new("s", SeriesKey.DefaultChannel);

    [Fact]
    public void BeginRefit_Holdout_IsAtMostHalfOfWhatIsNewToTheActiveModel()
    {
        Assert.Equal([(30, 7), (50, 10), (70, 10)], Holdouts(holdout: 50, promoted: true));

        // A model that stays knows less and less of the history, so that more of it can decide.
        Assert.Equal([(30, 7), (50, 10), (70, 20)], Holdouts(holdout: 50, promoted: false));
        Assert.Equal([(30, 5), (50, 5), (70, 5)], Holdouts(holdout: 5, promoted: true));
        Assert.Equal([(30, 0), (50, 0), (70, 0)], Holdouts(holdout: 0, promoted: true));
    }

    [Fact]
    public void BeginRefit_ValuesFromTheSameLaw_FollowTheSchedule() =>
        Assert.Equal([(200, RefitTrigger.First), (1200, RefitTrigger.Scheduled)], Refits(Autoregression(2000), Watched()));

    [Fact]
    public void BeginRefit_HigherLevel_FollowsWithinFewSteps()
    {
        double[] values = Autoregression(2000);
        for (int i = 700; i < values.Length; i++)
        {
            values[i] += 4.0;
        }

        (long since, RefitTrigger trigger) = Refits(values, Watched())[1];
        Assert.InRange(since, 701, 740);
        Assert.Equal(RefitTrigger.DriftAbove, trigger);
    }

    [Fact]
    public void BeginRefit_WiderValues_FollowsWithinFewStepsAndThenPauses()
    {
        double[] values = Autoregression(1150);
        for (int i = 700; i < values.Length; i++)
        {
            values[i] *= 3.0;
        }

        (long Since, RefitTrigger Trigger)[] refits = Refits(values, Watched());
        Assert.Equal((200, RefitTrigger.First), refits[0]);
        Assert.InRange(refits[1].Since, 701, 730);
        Assert.All(refits[1..], refit => Assert.Equal(RefitTrigger.DriftApart, refit.Trigger));
        Assert.All(refits.Zip(refits[1..]), pair => Assert.InRange(pair.Second.Since - pair.First.Since, 50, 1000));
    }

    [Fact]
    public void BeginRefit_DriftSwitchedOff_FollowsTheSchedule()
    {
        double[] values = Autoregression(2000);
        for (int i = 700; i < values.Length; i++)
        {
            values[i] = (3.0 * values[i]) + 4.0;
        }

        SeriesSettings settings = Watched();
        Assert.Equal([(200, RefitTrigger.First), (1200, RefitTrigger.Scheduled)], Refits(values, settings with { Refit = settings.Refit with { Drift = 0 } }));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(7.3)]
    [InlineData(-1e6)]
    public void BeginRefit_ConstantSeries_IsNoDrift(double value) =>
        Assert.Equal([(200, RefitTrigger.First), (1200, RefitTrigger.Scheduled)], Refits([.. Enumerable.Repeat(value, 1500)], Watched()));

    private static SeriesSettings Watched() => new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1) },
        Model = new ModelSettings { Past = 4, Future = 2, Components = 1, Centring = Centring.None },
        Refit = new RefitSettings { First = 200, Every = 1000, Lag = 4, History = 1000 },
    };

    /// <summary>y_t = ½ y_{t−1} + N(0, 1).</summary>
    private static double[] Autoregression(int count)
    {
        Random random = new(3);
        double[] values = new double[count];
        for (int t = 1; t < count; t++)
        {
            values[t] = (0.5 * values[t - 1]) + (Math.Sqrt(-2.0 * Math.Log(1.0 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()));
        }

        return values;
    }

    private static (long Since, int Holdout)[] Holdouts(int holdout, bool promoted)
    {
        SeriesSettings settings = new()
        {
            Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1) },
            Model = new ModelSettings { Past = 4, Future = 3, Components = 2, Season = 6 },
            Refit = new RefitSettings { First = 30, Every = 20, Lag = 4, History = 40, Holdout = holdout },
        };
        double[] values = [.. Enumerable.Range(0, 80).Select(i => Math.Sin(i))];
        return [.. Jobs(values, settings, Answer).Select(job => (job.Since, job.Holdout))];

        RefitOutcome Answer(RefitJob job) =>
            promoted || job.Active is null ? RefitPool.Do(job, CancellationToken.None) : new RefitOutcome(null, 0, double.NaN, "kept") { Kept = true };
    }

    private static (long Since, RefitTrigger Trigger)[] Refits(double[] values, SeriesSettings settings) =>
        [.. Jobs(values, settings, job => RefitPool.Do(job, CancellationToken.None)).Select(job => (job.Since, job.Trigger))];

    private static List<RefitJob> Jobs(double[] values, SeriesSettings settings, Func<RefitJob, RefitOutcome> fit)
    {
        PartitionState state = new(_ => settings, []);
        List<RefitJob> jobs = [];
        for (int i = 0; i < values.Length; i++)
        {
            while (state.CloseNext(i * Second) is { } due)
            {
                Assert.True(state.TryAdvance(due, _ => fit(jobs[^1]), out _));
                if (state.BeginRefit(due) is { } job)
                {
                    jobs.Add(job);
                }

                state = PartitionState.Read(state.Write(), _ => settings, []);
                Assert.All(state.Pending, again => Assert.Equal((jobs[^1].Since, jobs[^1].Holdout, jobs[^1].Trigger), (again.Since, again.Holdout, again.Trigger)));
            }

            state.Place(new Tick(Key, i * Second, values[i]));
        }

        return jobs;
    }
}
