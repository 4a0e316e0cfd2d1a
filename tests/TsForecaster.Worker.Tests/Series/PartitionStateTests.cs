using System.Buffers;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class PartitionStateTests
{
    private const long Second = 1_000_000_000;
    private static readonly SeriesKey A = new("a", SeriesKey.DefaultChannel);
    private static readonly SeriesKey B = new("b", SeriesKey.DefaultChannel);

    [Fact]
    public void Place_TickInTheNextCell_ClosesTheOneBefore()
    {
        PartitionState state = State(new GridSettings { Interval = TimeSpan.FromSeconds(10) });
        Assert.Equal([], Place(state, A, 3, 1.0));
        Assert.Equal([], Place(state, A, 9, 2.0));
        Assert.Equal([new Step(A, 0, 2.0)], Place(state, A, 10, 3.0));
    }

    [Fact]
    public void Place_Grace_KeepsTheCellOpenForLateTicks()
    {
        PartitionState state = State(new GridSettings { Interval = TimeSpan.FromSeconds(10), Grace = TimeSpan.FromSeconds(5), Aggregate = Aggregate.Sum });
        Place(state, A, 3, 1.0);
        Assert.Equal([], Place(state, A, 14, 10.0));
        Assert.Equal([], Place(state, A, 9, 2.0));
        Assert.Equal([new Step(A, 0, 3.0)], Place(state, A, 15, 20.0));
        Assert.Equal([new Step(A, 10 * Second, 30.0)], Place(state, A, 25, 0.0));
    }

    [Fact]
    public void Place_TickAfterItsCellClosed_IsLateAndNotApplied()
    {
        PartitionState state = State(new GridSettings { Interval = TimeSpan.FromSeconds(10) });
        Place(state, A, 3, 1.0);
        Place(state, A, 12, 2.0);
        Assert.Null(state.CloseNext(9 * Second));
        Assert.False(state.Place(new Tick(A, 9 * Second, 99.0)));
        Assert.Equal([new Step(A, 10 * Second, 2.0)], Place(state, A, 20, 3.0));
    }

    [Fact]
    public void Place_OtherSeriesMovesTheClock_ClosesCellsOfAllByTimeThenName()
    {
        PartitionState state = State(new GridSettings { Interval = TimeSpan.FromSeconds(10) });
        Place(state, B, 1, 1.0);
        Place(state, A, 2, 2.0);
        Step[] closed = Place(state, B, 31, 3.0);
        Assert.Equal(
            [new Step(A, 0, 2.0), new Step(B, 0, 1.0), new Step(A, 10 * Second, double.NaN), new Step(B, 10 * Second, double.NaN), new Step(A, 20 * Second, double.NaN), new Step(B, 20 * Second, double.NaN)],
            closed);
    }

    [Fact]
    public void Place_LongSilence_SleepsAfterMaxGapAndWakesWithTheNextTick()
    {
        PartitionState state = State(new GridSettings { Interval = TimeSpan.FromSeconds(10), MaxGap = 3 });
        Place(state, A, 5, 1.0);
        Assert.Equal(4, Place(state, A, 1_000_005, 2.0).Length);
        Assert.Equal([new Step(A, 1_000_000 * Second, 2.0)], Place(state, A, 1_000_010, 3.0));
    }

    [Theory]
    [InlineData(Aggregate.Last, 5.0)]
    [InlineData(Aggregate.Mean, 3.0)]
    [InlineData(Aggregate.Sum, 9.0)]
    [InlineData(Aggregate.Min, 1.0)]
    [InlineData(Aggregate.Max, 5.0)]
    public void Place_SeveralTicksInACell_Aggregates(Aggregate aggregate, double expected)
    {
        PartitionState state = State(new GridSettings { Interval = TimeSpan.FromSeconds(10), Aggregate = aggregate });
        Place(state, A, 1, 3.0);
        Place(state, A, 7, 5.0);
        Place(state, A, 4, 1.0);
        Assert.Equal([new Step(A, 0, expected)], Place(state, A, 10, 0.0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Advance_Replayed_GivesTheSameResultsAndTheSameBytes(bool auto)
    {
        (string[] first, byte[] firstState) = Replay(restartAt: [], auto);
        (string[] second, byte[] secondState) = Replay(restartAt: [], auto);
        Assert.Equal(first, second);
        Assert.Equal(firstState, secondState);
        Assert.Contains(first, line => line.Contains("model ", StringComparison.Ordinal));
        Assert.Contains(first, line => line.Contains("h3 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_AtAnyTick_GoesOnAsIfNothingHadHappened(bool auto)
    {
        (string[] whole, byte[] wholeState) = Replay(restartAt: [], auto);

        // 41 and 42 fall between the start and the activation of a refit, which must be done again from the restored history.
        (string[] restarted, byte[] restartedState) = Replay(restartAt: [7, 41, 42, 43, 66, 90], auto);
        Assert.Equal(whole, restarted);
        Assert.Equal(wholeState, restartedState);
        Assert.Equal(auto, whole.Any(line => line.Contains("chosen ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_ComponentsLeftToTheSearchSince_KeepsTheHistoryAndLearnsAnew()
    {
        (_, byte[] bytes) = Replay(restartAt: []);
        SeriesSettings auto = Small(auto: true);
        PartitionState state = PartitionState.Read(new ReadOnlySequence<byte>(bytes), _ => auto, []);
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> pending = state.Pending.ToDictionary(job => job.Key);
        for (int i = 120; i < 130; i++)
        {
            Feed(state, A, i, Math.Sin(i), results, pending);
        }

        Assert.StartsWith("first, chosen ", results.First(r => r.Model is not null).Model!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(48, 3, 6)]
    [InlineData(null, 2, 6)]
    [InlineData(null, 3, 7)]
    public void Read_WindowsChangedSince_LearnsAnew(int? past, int future, int season)
    {
        (_, byte[] bytes) = Replay(restartAt: [], auto: true);
        SeriesSettings settings = Small(auto: true);
        PartitionState same = PartitionState.Read(new ReadOnlySequence<byte>(bytes), _ => settings, []);
        SeriesSettings other = settings with { Model = settings.Model with { Past = past, Future = future, Season = season } };
        PartitionState changed = PartitionState.Read(new ReadOnlySequence<byte>(bytes), _ => other, []);
        Assert.NotNull(Step(same).Forecast);
        Assert.Null(Step(changed).Forecast);

        static StepResult Step(PartitionState state)
        {
            List<StepResult> results = [];
            Feed(state, A, 120, 0.5, results, []);
            return results[^1];
        }
    }

    [Fact]
    public void Read_HistoryTooShortForTheKeptRecipe_SearchesWithTheNextRefit()
    {
        SeriesSettings settings = Small(auto: true) with { Refit = new RefitSettings { First = 60, Every = 20, Lag = 4, History = 60, Reselect = 100, Budget = 0.05, Holdout = 0 } };
        PartitionState state = new(_ => settings, []);
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> pending = [];
        for (int i = 0; i < 160; i++)
        {
            if (i == 90)
            {
                SeriesSettings shorter = settings with { Refit = settings.Refit with { First = 14, History = 14 } };
                state = PartitionState.Read(state.Write(), _ => shorter, []);
                pending = state.Pending.ToDictionary(job => job.Key);
            }

            Feed(state, A, i, Math.Sin(i) + (0.1 * Math.Cos(3.7 * i)), results, pending);
        }

        string[] reasons = [.. results.Select(r => r.Model?.Reason).OfType<string>()];
        Assert.StartsWith("first, chosen ", reasons[0], StringComparison.Ordinal);
        int unfit = Array.FindIndex(reasons, reason => reason.Contains("the last good model is kept", StringComparison.Ordinal));
        Assert.True(unfit > 0, string.Join(Environment.NewLine, reasons));
        Assert.StartsWith("scheduled, chosen ", reasons[unfit + 1], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OlderVersion_SaysWhatToDo()
    {
        (_, byte[] bytes) = Replay(restartAt: []);
        BitConverter.TryWriteBytes(bytes, 5);
        InvalidDataException refused = Assert.Throws<InvalidDataException>(() => PartitionState.Read(new ReadOnlySequence<byte>(bytes), _ => Small(), []));
        Assert.Contains("version 5; this program knows version 6: go on with the program that wrote it, or delete the checkpoint", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAdvance_RefitNotAtHand_TheSeriesWaitsAloneAlsoAcrossARestart()
    {
        SeriesSettings settings = Small();
        PartitionState state = new(_ => settings, []);
        Dictionary<SeriesKey, RefitJob> jobs = [];
        for (int t = 0; t < 50; t++)
        {
            foreach (SeriesKey key in (SeriesKey[])[A, B])
            {
                while (state.CloseNext(t * Second) is { } due)
                {
                    while (state.TryAdvance(due, k => k == A ? null : RefitPool.Do(jobs[k], CancellationToken.None), out _))
                    {
                        if (state.BeginRefit(due) is { } job)
                        {
                            jobs[due] = job;
                        }
                    }
                }

                state.Place(new Tick(key, t * Second, Math.Sin(t)));
            }
        }

        // The first refit begins at step 30 and is active at step 34, so 33 of 49 cells were taken in and 16 wait.
        Assert.Equal([A], state.WaitingSeries);
        Assert.Equal(16, state.Waiting);
        PartitionState restored = PartitionState.Read(state.Write(), _ => settings, []);
        Assert.Equal(16, restored.Waiting);
        RefitJob again = restored.Pending.Single(job => job.Key == A);
        Assert.Equal(jobs[A].History, again.History);
        Assert.True(restored.TryAdvance(A, _ => RefitPool.Do(again, CancellationToken.None), out StepResult? first));
        Assert.Equal(33 * Second, first.Step.Start);
        Assert.True(first.Model is { Promoted: true });
    }

    [Fact]
    public void Advance_AfterAGap_ForgetsTheHistoryBeforeIt()
    {
        SeriesSettings settings = Small() with { Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1), MaxGap = 2 } };
        PartitionState state = new(_ => settings, []);
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> pending = [];
        for (int i = 0; i < 60; i++)
        {
            Feed(state, A, i, Math.Sin(i), results, pending);
        }

        Assert.NotNull(results[^1].Forecast);
        for (int i = 1000; i < 1006; i++)
        {
            Feed(state, A, i, Math.Sin(i), results, pending);
        }

        // Four cells closed since the gap: enough for a past of four, not for three.
        Assert.Equal([false, false, false, true, true], results[^5..].Select(r => r.Forecast is not null));
        Assert.All(results[^5..], r => Assert.Equal(double.IsNaN(r.Pit), r.Step.Start < 1004 * Second));
    }

    [Fact]
    public void Advance_MissingCell_IsForecastThroughAndNotScored()
    {
        SeriesSettings settings = Small();
        PartitionState state = new(_ => settings, []);
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> pending = [];
        for (int i = 0; i < 80; i++)
        {
            if (i is not 70)
            {
                Feed(state, A, i, Math.Sin(i), results, pending);
            }
        }

        StepResult missing = results.Single(r => r.Step.Start == 70 * Second);
        Assert.True(missing.Step.Missing);
        Assert.Empty(missing.Scores);
        Assert.NotNull(missing.Forecast);
        Assert.Equal(1, results[^1].Status.Missing);
        Assert.True(results[^1].Live.Mase < results[^1].Live.SeasonalNaiveMase);
    }

    [Fact]
    public void Advance_AutoWalkWithMissingCells_ForecastsFromWhatCameBefore()
    {
        SeriesSettings settings = Small(auto: true);
        PartitionState state = new(_ => settings, []);
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> pending = [];
        Random random = new(8);
        double value = 50.0;
        for (int i = 0; i < 160; i++)
        {
            value += random.NextDouble() - 0.5;
            if (i % 5 != 3)
            {
                Feed(state, A, i, value, results, pending);
            }
        }

        Assert.Contains(results, r => r.Model is { } model && model.Reason.Contains("chosen last value", StringComparison.Ordinal));
        StepResult[] missing = [.. results.Skip(100).Where(r => r.Step.Missing)];
        Assert.NotEmpty(missing);
        Assert.All(missing, r => Assert.NotNull(r.Forecast));
        Assert.All(missing, r => Assert.Equal(results[results.IndexOf(r) - 1].Step.Value, r.Forecast!.Density.Mean()[0], 0.5));
    }

    private static PartitionState State(GridSettings grid) => new(_ => new SeriesSettings { Grid = grid }, []);

    private static Step[] Place(PartitionState state, SeriesKey key, long second, double value)
    {
        List<Step> closed = [];
        while (state.CloseNext(second * Second) is { } due)
        {
            Assert.True(state.TryAdvance(due, _ => null, out StepResult? result));
            closed.Add(result.Step);
        }

        state.Place(new Tick(key, second * Second, value));
        return [.. closed];
    }

    private static SeriesSettings Small(bool auto = false) => new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromSeconds(1) },
        Model = new ModelSettings { Past = auto ? null : 4, Future = 3, Components = auto ? null : 2, Season = 6 },
        Refit = new RefitSettings { First = 30, Every = 20, Lag = 4, History = 40, Reselect = 2, Budget = 0.05 },
    };

    private static (string[] Lines, byte[] State) Replay(int[] restartAt, bool auto = false)
    {
        SeriesSettings settings = Small(auto);
        PartitionState state = new(_ => settings, []);
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> pending = [];
        for (int i = 0; i < 120; i++)
        {
            if (restartAt.Contains(i))
            {
                state = PartitionState.Read(state.Write(), _ => settings, []);
                pending = state.Pending.ToDictionary(job => job.Key);
            }

            Feed(state, A, i, Math.Sin(i) + (0.1 * Math.Cos(3.7 * i)), results, pending);
            Feed(state, B, i, Math.Cos(0.8 * i), results, pending);
        }

        return ([.. results.Select(Text)], state.Write().ToArray());
    }

    private static void Feed(PartitionState state, SeriesKey key, long second, double value, List<StepResult> results, Dictionary<SeriesKey, RefitJob> pending)
    {
        while (state.CloseNext(second * Second) is { } due)
        {
            while (state.TryAdvance(due, k => RefitPool.Do(pending[k], CancellationToken.None), out StepResult? result))
            {
                results.Add(result);
                if (state.BeginRefit(due) is { } job)
                {
                    pending[due] = job;
                }
            }
        }

        state.Place(new Tick(key, second * Second, value));
    }

    private static string Text(StepResult r) =>
        $"{r.Step} s {r.Surprise:R} p {r.Pit:R} {string.Join(' ', r.Scores.Select(s => $"h{s.Horizon} {s.AbsError:R} {s.Crps:R} {s.NaiveAbsError:R} {s.Covered80}"))} "
        + (r.Model is { } m ? $"model {m}" : "") + (r.Forecast is { } f ? string.Join(' ', f.Density.Mean().Select(v => v.ToString("R"))) : "") + $" {r.Live} {r.Status}";
}
