using System.Text;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class SeriesGroupTests
{
    private const long Second = 1_000_000_000;

    // A first fit waits for 28 steps of one series, 18 windows, or as many windows of several.
    private static readonly SeriesSettings _settings = new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1), MaxGap = 20 },
        Model = new ModelSettings { Scope = ModelScope.Pooled, Past = 8, Future = 3, Components = 2, Season = 6, Centring = Centring.Mean, Scaling = Scaling.StandardDeviation },
        Refit = new RefitSettings { First = 28, Every = 20, Lag = 4, History = 60, Reselect = 2 },
    };

    [Fact]
    public void Advance_ManySeries_HaveModelsBeforeOneAloneWould()
    {
        StepResult first = new Run(_ => _settings).To(60, series: 6).Results.First(result => result.Model is not null);

        // Six series have 18 windows after 13 steps, but none spans a season and a window before 17.
        Assert.Equal(17 + 4 + 4, first.Step.Start / Second);
        Assert.StartsWith("first, adapted from the model of 6 series", first.Model!.Reason, StringComparison.Ordinal);
        Assert.True(first.Model.Promoted);
        Assert.NotNull(first.Forecast);
    }

    [Fact]
    public void Advance_NewSeries_IsForecastFromItsFirstFullPast()
    {
        Run run = new Run(_ => _settings).To(50, series: 6).To(70, series: 7);
        StepResult[] late = [.. run.Results.Where(result => result.Step.Key == Key(6))];

        int start = Array.FindIndex(late, result => result.Forecast is not null);
        Assert.Equal(8 - 1, start);
        Assert.Equal("cold start from the model of 6 series", late[start].Model!.Reason);
        Assert.Equal(0, late[start].Model!.Windows);
        Assert.Contains(late, result => result.Model?.Reason.StartsWith("scheduled, adapted from the model of ", StringComparison.Ordinal) == true && result.Model.Windows > 0);
        StepResult[] scored = [.. late.Where(result => result.Scores.Count > 0)];
        Assert.True(scored.Average(result => result.Scores[0].AbsError) < 0.5 * scored.Average(result => result.Scores[0].NaiveAbsError));
    }

    [Fact]
    public void Advance_SettingsThatDiffer_ArePooledApart()
    {
        SeriesSettings other = _settings with { Model = _settings.Model with { Group = "other" } };
        Run run = new Run(name => name is "s0" or "s1" ? other : _settings).To(80, series: 6);

        Assert.All(run.Results.Where(result => result.Model is not null), result =>
            Assert.Contains(result.Step.Key.Series is "s0" or "s1" ? "model of 2 series" : "model of 4 series", result.Model!.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_InTheMiddleOfAnything_GoesOnToTheSameResults()
    {
        string[] whole = [.. new Run(_ => _settings).To(50, series: 4).To(110, series: 5).Results.Select(Text)];
        Assert.Contains(whole, line => line.Contains("cold start", StringComparison.Ordinal));
        foreach (int at in (int[])[18, 20, 22, 25, 26, 40, 58, 60, 62, 66, 80, 100])
        {
            Run run = new Run(_ => _settings) { RestartAt = at }.To(50, series: 4).To(110, series: 5);
            Assert.Equal(whole, run.Results.Select(Text));
        }
    }

    [Fact]
    public void TryAdvance_FitOfTheGroupNotAtHand_AllWaitAndNothingChanges()
    {
        Run prompt = new Run(_ => _settings).To(110, series: 4), late = new Run(_ => _settings) { HoldBackgroundsUntil = 75 };
        late.To(70, series: 4);
        Assert.Equal(4 * (69 - 21), late.State.Waiting);
        late.To(110, series: 4);
        Assert.Equal(0, late.State.Waiting);
        Assert.Equal(
            prompt.Results.OrderBy(result => result.Step.Key).ThenBy(result => result.Step.Start).Select(Text),
            late.Results.OrderBy(result => result.Step.Key).ThenBy(result => result.Step.Start).Select(Text));
    }

    [Fact]
    public void Read_WaitingForAFitOfTheGroup_WaitsForTheSame()
    {
        Run late = new Run(_ => _settings) { HoldBackgroundsUntil = 75, RestartAt = 60 }.To(110, series: 4);
        string[] prompt = [.. new Run(_ => _settings).To(110, series: 4).Results.Select(Text).Order(StringComparer.Ordinal)];
        Assert.Equal(prompt, late.Results.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Read_OtherScope_KeepsForecastingAndRefitsAsTheSettingsSay()
    {
        Run run = new Run(_ => _settings).To(60, series: 4);
        SeriesSettings alone = _settings with { Model = _settings.Model with { Scope = ModelScope.Series } };
        Run changed = run.Restarted(_ => alone);
        int before = changed.Results.Count;
        changed.To(120, series: 4);
        Assert.All(changed.Results.Skip(before), result => Assert.NotNull(result.Forecast));
        Assert.DoesNotContain(changed.Results.TakeLast(4 * 30), result => result.Model?.Reason.Contains("adapted", StringComparison.Ordinal) == true);

        Run back = changed.Restarted(_ => _settings).To(180, series: 4);
        Assert.Contains(back.Results.TakeLast(4 * 40), result => result.Model?.Reason.Contains("adapted from the model of 4 series", StringComparison.Ordinal) == true);
    }

    private static SeriesKey Key(int series) => new($"s{series}", SeriesKey.DefaultChannel);

    /// <summary>Series of one shape and different size.</summary>
    private static double Value(int series, int t) => (1 + series) * (10 + Math.Sin(Math.Tau * t / 6.0) + (0.1 * Math.Cos((3.7 * t) + series)));

    private static string Text(StepResult r)
    {
        StringBuilder text = new($"{r.Step} s {r.Surprise:R} p {r.Pit:R} model {r.Model} {r.Live} {r.Status} ");
        text.AppendJoin(' ', r.Scores.Select(score => $"h{score.Horizon} {score.AbsError:R} {score.Crps:R}"));
        return text.AppendJoin(' ', r.Forecast?.Density.Mean().Select(mean => mean.ToString("R")) ?? []).ToString();
    }

    private sealed class Run(Func<string, SeriesSettings> settings)
    {
        private Dictionary<SeriesKey, RefitJob> _jobs = [];
        private int _t;

        public PartitionState State { get; private set; } = new(settings, []);

        public List<StepResult> Results { get; } = [];

        /// <summary>When state is written and read again; 0 for never.</summary>
        public int RestartAt { get; init; }

        /// <summary>No fit of a group ends before.</summary>
        public int HoldBackgroundsUntil { get; init; }

        public Run To(int end, int series)
        {
            for (; _t < end; _t++)
            {
                if (_t == RestartAt)
                {
                    Restart(settings);
                }

                foreach (SeriesKey waiting in State.WaitingSeries)
                {
                    Advance(waiting);
                }

                for (int s = 0; s < series; s++)
                {
                    while (State.CloseNext(_t * Second) is { } due)
                    {
                        State.BeginBackground(due);
                        Advance(due);
                    }

                    State.Place(new Tick(Key(s), _t * Second, Value(s, _t)));
                }
            }

            return this;
        }

        public Run Restarted(Func<string, SeriesSettings> changed)
        {
            Run run = new(changed) { State = State, _jobs = _jobs, _t = _t };
            run.Restart(changed);
            return run;
        }

        private void Restart(Func<string, SeriesSettings> now)
        {
            State = PartitionState.Read(State.Write(), now, []);
            _jobs = State.Pending.ToDictionary(job => job.Key);
        }

        private void Advance(SeriesKey key)
        {
            while (State.TryAdvance(
                key,
                due => RefitPool.Do(_jobs[due], CancellationToken.None),
                out StepResult? result,
                (_, job) => _t < HoldBackgroundsUntil ? null : RefitPool.Do(job, CancellationToken.None)))
            {
                Results.Add(result);
                if (State.BeginRefit(key) is { } job)
                {
                    _jobs[key] = job;
                }
            }
        }
    }
}
