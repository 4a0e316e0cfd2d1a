using System.Buffers;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

/// <summary>Channels of a series that are forecast together: what each sees of the others, and that nothing but the order of ticks decides it.</summary>
public sealed class JointChannelsTests
{
    private const long Second = 1_000_000_000;
    private static readonly SeriesKey _a = new("pump", "a"), _b = new("pump", "b"), _c = new("pump", "c");

    [Fact]
    public void Close_CellsOfOtherChannels_AreTakenAlong()
    {
        Lane lane = new(Settings("a", "b"));
        for (int t = 0; t < 41; t++)
        {
            lane.Feed(_b, t, 100 + t);
            lane.Feed(_a, t, t);
        }

        // Both closed 40 cells: a's before b's, which was still open, and b's after a's, which had closed.
        Assert.Equal([.. Enumerable.Range(0, 40).SelectMany(t => (double[])[t, 100 + t])], lane.Jobs[_a].History);
        Assert.Equal([.. Enumerable.Range(0, 40).SelectMany(t => (double[])[100 + t, t])], lane.Jobs[_b].History);
        Assert.Equal((2, 40), (lane.Jobs[_a].Channels, lane.Jobs[_a].Steps));
    }

    [Fact]
    public void Close_ChannelThatIsNotNamed_IsForecastAlone()
    {
        Lane lane = new(Settings("a", "b"));
        for (int t = 0; t < 41; t++)
        {
            Array.ForEach([_a, _b, _c], key => lane.Feed(key, t, t));
        }

        Assert.Equal((1, 40), (lane.Jobs[_c].Channels, lane.Jobs[_c].History.Length));
        Assert.Equal(2, lane.Jobs[_a].Channels);
    }

    [Fact]
    public void Close_ManyCellsAtOnce_EachHasItsOwnBesideIt()
    {
        // With grace several cells are open; a tick far ahead closes them all.
        Lane lane = new(Settings("a", "b", "c") with { Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1), Grace = TimeSpan.FromSeconds(100) } });
        for (int t = 0; t < 50; t++)
        {
            Array.ForEach([_c, _a, _b], key => lane.Feed(key, t, t + (key == _b ? 100 : key == _c ? 200 : 0)));
        }

        lane.Feed(_a, 7, 1007);
        lane.Feed(_c, 9, 1209);
        lane.Feed(_a, 400, 0);
        double[] history = lane.First[_b].History;
        Assert.Equal([100, 0, 200, 101, 1, 201], history[..6]);
        Assert.Equal([107, 1007, 207, 108, 8, 208, 109, 9, 1209], history[21..30]);
    }

    [Fact]
    public void Close_MissingSleepingAndNewChannels_AreMissingValues()
    {
        Lane lane = new(Settings("a", "b", "c") with { Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1), MaxGap = 3 } });
        for (int t = 0; t < 41; t++)
        {
            // b falls asleep after 13 and wakes with 30; c is seen from 20 on, and misses every third.
            Array.ForEach([_a, _b, _c], key =>
            {
                if (key == _a || (key == _b && t is <= 10 or >= 30) || (key == _c && t >= 20 && t % 3 > 0))
                {
                    lane.Feed(key, t, t);
                }
            });
        }

        double[] expected = [.. Enumerable.Range(0, 40).SelectMany(t => (double[])[t, t is <= 10 or >= 30 ? t : double.NaN, t >= 20 && t % 3 > 0 ? t : double.NaN])];
        Assert.Equal(expected, lane.Jobs[_a].History);
    }

    [Fact]
    public void Advance_OwnChannelSlept_BeginsAnewWithTheOthers()
    {
        Lane lane = new(Settings("a", "b") with { Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1), MaxGap = 3 } });
        for (int t = 0; t < 141; t++)
        {
            lane.Feed(_b, t, 100 + t);
            if (t is < 35 or >= 100)
            {
                lane.Feed(_a, t, t);
            }
        }

        Assert.Equal([.. Enumerable.Range(100, 40).SelectMany(t => (double[])[t, 100 + t])], lane.Jobs[_a].History);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_AtAnyTickAndBetweenAnyTwoCells_GoesOnAsIfNothingHadHappened(int every)
    {
        (string[] whole, byte[] wholeState) = Run(restartEvery: int.MaxValue);
        (string[] broken, byte[] brokenState) = Run(every);
        Assert.Contains(whole, line => line.Contains("2 of 2 channels", StringComparison.Ordinal));
        Assert.Contains(whole, line => line.Contains("1 of 2 channels", StringComparison.Ordinal));
        Assert.Equal(whole, broken);
        Assert.Equal(wholeState, brokenState);
    }

    [Fact]
    public void Read_CellsThatWait_KeepWhatWasBesideThem()
    {
        SeriesSettings settings = Settings("a", "b");
        Lane lane = new(settings) { Late = _a }, other = new(settings) { Late = _a };
        for (int t = 0; t < 60; t++)
        {
            Array.ForEach([lane, other], one =>
            {
                one.Feed(_a, t, Math.Sin(t));
                one.Feed(_b, t, Math.Cos(t));
            });
            if (t == 50)
            {
                Assert.True(other.State.Waiting > 0);
                other.Restart(settings);
            }
        }

        (lane.Late, other.Late) = (null, null);
        lane.Feed(_a, 60, 0.5);
        other.Feed(_a, 60, 0.5);
        Assert.Equal(60, lane.Results.Count(result => result.Step.Key == _a));
        Assert.Equal(lane.Lines, other.Lines);
        Assert.Equal(lane.Jobs[_a].History, other.Jobs[_a].History);
    }

    [Theory]
    [InlineData("a", "c")]
    [InlineData("a", "b", "c")]
    [InlineData()]
    public void Read_OtherChannelsSince_KeepsItsOwnHistoryAndLearnsAnew(params string[] joint)
    {
        Lane lane = new(Settings("a", "b"));
        for (int t = 0; t < 60; t++)
        {
            Array.ForEach([_a, _b], key => lane.Feed(key, t, t));
        }

        Assert.NotNull(lane.Results[^1].Forecast);
        lane.Jobs.Clear();
        lane.Restart(Settings(joint));
        lane.Feed(_a, 60, 60);
        Assert.Null(lane.Results[^1].Forecast);
        RefitJob job = lane.Jobs[_a];
        Assert.Equal(Math.Max(1, joint.Length), job.Channels);

        // The last cell was still open: what is beside it is known.
        double[] expected = [.. Enumerable.Range(10, 50).SelectMany(t => (double[])[t, .. Enumerable.Range(1, job.Channels - 1).Select(c => t == 59 && joint[c] == "b" ? 59 : double.NaN)])];
        Assert.Equal(expected, job.History);
    }

    [Fact]
    public void Advance_NothingOfItsOwnPast_IsNotForecast()
    {
        Lane lane = new(Settings("a", "b"));
        for (int t = 0; t < 140; t++)
        {
            lane.Feed(_b, t, Math.Cos(t));
            if (t is not (>= 120 and < 130))
            {
                lane.Feed(_a, t, Math.Sin(t));
            }
        }

        // Three steps of past: from the last value on, two more cells are forecast from.
        foreach (StepResult result in lane.Results.Where(result => result.Step.Key == _a && result.Step.Start >= 100 * Second))
        {
            Assert.Equal(result.Step.Start / Second is < 122 or >= 130, result.Forecast is not null);
        }

        // The cells that were missed in the middle have nothing of their channel in a window, on either side.
        long[] filled = [.. lane.Results.SelectMany(result => result.Filled).Select(cell => cell.Start / Second)];
        Assert.All(filled, second => Assert.InRange(second, 120, 129));
        Assert.All(lane.Results.SelectMany(result => result.Filled), cell => Assert.InRange(cell.Mean, -3.0, 3.0));
    }

    private static (string[] Lines, byte[] State) Run(int restartEvery)
    {
        SeriesSettings settings = Settings("b", "a");
        Lane lane = new(settings) { RestartEvery = restartEvery };
        for (int t = 0; t < 160; t++)
        {
            lane.Feed(_b, t, Math.Cos(0.8 * t) + (0.1 * Math.Sin(5.3 * t * t)));

            // Too few to be learned from, and later enough.
            if (t % 20 == 0 || t > 50)
            {
                lane.Feed(_a, t, Math.Sin(t) + (0.1 * Math.Cos(3.7 * t * t)));
            }
        }

        return (lane.Lines, BuffersExtensions.ToArray(lane.State.Write()));
    }

    private static SeriesSettings Settings(params string[] joint) => new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1) },
        Model = new ModelSettings { Past = 3, Future = 2, Components = 1, Season = 6, Joint = joint },
        Refit = new RefitSettings { First = 40, Every = 20, Lag = 4, History = 50, Holdout = 4 },
    };

    /// <summary>A partition whose refits are done at once.</summary>
    private sealed class Lane(SeriesSettings settings)
    {
        private SeriesSettings _settings = settings;
        private int _events;

        public PartitionState State { get; private set; } = new(_ => settings, []);

        public List<StepResult> Results { get; } = [];

        /// <summary>The last of each channel.</summary>
        public Dictionary<SeriesKey, RefitJob> Jobs { get; } = [];

        /// <summary>The first of each channel.</summary>
        public Dictionary<SeriesKey, RefitJob> First { get; } = [];

        /// <summary>A channel whose refits do not end.</summary>
        public SeriesKey? Late { get; set; }

        /// <summary>Ticks and closed cells from one restart to the next.</summary>
        public int RestartEvery { get; init; } = int.MaxValue;

        public string[] Lines => [.. Results.Select(Text)];

        public void Restart(SeriesSettings settings)
        {
            _settings = settings;
            State = PartitionState.Read(State.Write(), _ => _settings, []);
            State.Pending.ToList().ForEach(job => Jobs[job.Key] = job);
        }

        public void Feed(SeriesKey key, long second, double value)
        {
            while (State.CloseNext(second * Second) is { } due)
            {
                Happened();
                while (State.TryAdvance(due, k => k == Late ? null : RefitPool.Do(Jobs[k], CancellationToken.None), out StepResult? result))
                {
                    Results.Add(result);
                    if (State.BeginRefit(due) is { } job)
                    {
                        Jobs[due] = job;
                        First.TryAdd(due, job);
                    }
                }
            }

            State.Place(new Tick(key, second * Second, value));
            Happened();
        }

        private void Happened()
        {
            if (++_events % RestartEvery == 0)
            {
                Restart(_settings);
            }
        }

        private static string Text(StepResult r) => $"{r.Step} s {r.Surprise:R} p {r.Pit:R} {string.Join(' ', r.Scores)} {string.Join(' ', r.Filled)} model {r.Model} "
            + string.Join(' ', Enumerable.Range(1, r.Forecast?.Density.Steps ?? 0).Select(step => $"{r.Forecast!.Marginal(step).Mean:R} {r.Forecast.Marginal(step).StandardDeviation:R}")) + $" {r.Live} {r.Status}";
    }
}
