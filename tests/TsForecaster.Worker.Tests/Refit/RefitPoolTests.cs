using System.Globalization;
using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Refit;
using Xunit;

namespace TsForecaster.Worker.Tests.Refit;

public sealed class RefitPoolTests
{
    private static readonly SeriesKey Key = new("s", SeriesKey.DefaultChannel);
    private static readonly WindowShape Shape = new(6, 2);

    [Fact]
    public void Do_TooFewWindows_SaysHowMany()
    {
        RefitOutcome outcome = Do(Job(Wave(9), components: 4));
        Assert.Null(outcome.Forecaster);
        Assert.Equal("scheduled: 2 windows are too few for 4 components", outcome.Reason);
    }

    [Fact]
    public void Do_OnlyMissingValues_IsAnOutcome() =>
        Assert.Null(Do(Job([.. Enumerable.Repeat(double.NaN, 50)], components: 1)).Forecaster);

    [Fact]
    public void Do_HoleInEveryWindow_LearnsFromWhatIsThere()
    {
        double[] history = Wave(400);
        Forecaster whole = Do(Job(history, components: 1)).Forecaster!;
        double[] holes = [.. history.Select((value, i) => i % 7 == 3 ? double.NaN : value)];

        Forecaster learned = Do(Job(holes, components: 1)).Forecaster!;

        double[] expected = whole.Predict(history.AsSpan(100, 6)).Mean(), found = learned.Predict(history.AsSpan(100, 6)).Mean();
        Assert.All(Enumerable.Range(0, 2), i => Assert.Equal(expected[i], found[i], 0.3));
    }

    [Fact]
    public void Do_ConstantHistory_ForecastsTheConstant()
    {
        Forecaster forecaster = Do(Job([.. Enumerable.Repeat(7.5, 60)], components: 2)).Forecaster!;
        Forecast forecast = forecaster.Predict([7.5, 7.5, 7.5, 7.5, 7.5, 7.5]);
        Assert.All(forecast.Mean(), mean => Assert.Equal(7.5, mean, 9));
    }

    [Fact]
    public void Do_SlidHistory_GoesOnFromTheActiveModelInFewIterationsAndKeepsLabels()
    {
        double[] history = Wave(700);
        Forecaster first = Do(Job(history[..600], components: 3)).Forecaster!;
        RefitJob job = Job(history[50..650], components: 3) with { Active = first };
        Forecaster second = Do(job).Forecaster!;
        Assert.True(second.Model.Members[0].Report.Iterations <= first.Model.Members[0].Report.Iterations, $"{second.Model.Members[0].Report.Iterations} iterations after {first.Model.Members[0].Report.Iterations}");
        Assert.Equal([0, 1, 2], ComponentMatching.Match(first.Model.Members[0].Mixture, second.Model.Members[0].Mixture, WindowSet.Over(job.History, Shape, new Normalisation())));
    }

    [Fact]
    public void Do_OtherNumberOfComponents_StartsAfreshAndKeepsTheLabelsThereWere()
    {
        double[] history = Wave(700);
        Forecaster first = Do(Job(history, components: 2)).Forecaster!;
        RefitJob job = Job(history, components: 3) with { Active = first };
        Forecaster second = Do(job).Forecaster!;
        Assert.Equal(3, second.Model.Members[0].Mixture.Components);
        int[] continues = ComponentMatching.Match(first.Model.Members[0].Mixture, second.Model.Members[0].Mixture, WindowSet.Over(job.History, Shape, new Normalisation()));
        Assert.Equal([0, 1, -1], continues);
    }

    [Fact]
    public void Do_HeldOutPart_IsScoredByAFitThatDidNotSeeIt()
    {
        double[] history = Wave(400);
        RefitJob job = Job(history, components: 2) with { Holdout = 60, Trigger = RefitTrigger.First };
        Forecaster trial = Do(Job(history[..^60], components: 2)).Forecaster!;
        RefitOutcome outcome = Do(job);
        double expected = HoldoutScore.Crps([trial], history, 60)[0];
        Assert.Equal(expected, outcome.HoldoutCrps);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"first: held-out CRPS {expected:G4}"), outcome.Reason);
    }

    [Fact]
    public void Do_NotWorseThanTheActiveModel_IsPromotedFittedToEverything()
    {
        double[] history = Wave(700);
        Forecaster active = Do(Job(history[..500], components: 2)).Forecaster!;
        RefitOutcome outcome = Do(Job(history, components: 2) with { Active = active, Holdout = 60, Margin = 0.05 });
        Assert.NotNull(outcome.Forecaster);
        Assert.Equal(700 - Shape.Steps + 1, outcome.Windows);
        Assert.Equal(outcome.Windows, outcome.Forecaster.Model.Members[0].Report.Windows);
        Assert.Contains("the active model's", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Do_SpoiltHistoryBeforeTheHeldOutPart_KeepsTheActiveModelAndSaysBothFigures()
    {
        double[] history = Wave(600);
        Forecaster active = Do(Job(history[..400], components: 1)).Forecaster!;
        for (int i = 420; i < 500; i++)
        {
            history[i] = 30.0 * Math.Cos(11.0 * i);
        }

        RefitJob job = Job(history, components: 1) with { Active = active, Holdout = 60, Margin = 0.05 };
        RefitOutcome outcome = Do(job);
        double rival = HoldoutScore.Crps([active], history, 60)[0];
        Assert.True(outcome.HoldoutCrps > 2.0 * rival, $"{outcome.HoldoutCrps} is not far above {rival}");
        Assert.Null(outcome.Forecaster);
        Assert.True(outcome.Kept);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"scheduled: held-out CRPS {outcome.HoldoutCrps:G4}, the active model's {rival:G4}; the active model is kept"),
            outcome.Reason);
        Assert.NotNull(Do(job with { Margin = outcome.HoldoutCrps / rival }).Forecaster);
        Assert.NotNull(Do(job with { Holdout = 0 }).Forecaster);
    }

    [Fact]
    public void Do_TooLittleLeftToHoldOut_ComparesNothing()
    {
        double[] history = Wave(40);
        Forecaster active = Do(Job(history[..20], components: 1)).Forecaster!;
        RefitOutcome outcome = Do(Job(history, components: 1) with { Active = active, Holdout = 35 });
        Assert.NotNull(outcome.Forecaster);
        Assert.Equal((double.NaN, "scheduled"), (outcome.HoldoutCrps, outcome.Reason));
    }

    [Fact]
    public void Do_Search_FindsARecipeThatTheNextRefitFollows()
    {
        double[] history = [.. Enumerable.Range(0, 500).Select(t => 5.0 + Math.Sin(Math.Tau * t / 12.0) + (0.2 * Math.Cos(7.3 * t * t)))];
        RefitJob search = new(Key, 1, history[..400], null, null) { Search = new SelectionTask { Future = 2, Season = 12, Budget = 0.2 }, Holdout = 40, Trigger = RefitTrigger.First };
        RefitOutcome outcome = Do(search), again = Do(search);
        Assert.Equal((400, outcome.Forecaster!.Model.Id), (outcome.Searched, again.Forecaster!.Model.Id));
        Assert.Matches("^first, chosen .+: held-out CRPS [0-9.]+$", outcome.Reason);
        Assert.Equal(outcome.Found!.Members.Count, outcome.Forecaster.Model.Members.Count);

        RefitOutcome refit = Do(new RefitJob(Key, 1, history, outcome.Found, outcome.Forecaster) { Holdout = 40, Margin = 1.0 });
        Assert.Equal(outcome.Forecaster.Model.Members.Select(member => member.Shape), refit.Forecaster!.Model.Members.Select(member => member.Shape));
        Assert.Equal((0, null), (refit.Searched, refit.Found));
        Assert.NotEqual(outcome.Forecaster.Model.Id, refit.Forecaster.Model.Id);
    }

    [Fact]
    public void Do_SearchTurnedDown_FindsNothing()
    {
        double[] history = Wave(600);
        Forecaster active = Do(Job(history[..400], components: 3)).Forecaster!;
        history.AsSpan(420, 130).Fill(9.0);
        RefitOutcome outcome = Do(new RefitJob(Key, 1, history, null, active) { Search = new SelectionTask { Future = 2, Budget = 0.2 }, Holdout = 50 });
        Assert.Equal((600, null, true), (outcome.Searched, outcome.Found, outcome.Kept));
        Assert.EndsWith("the active model is kept", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Do_SearchFindsNothing_FollowsTheKeptRecipe()
    {
        double[] history = [.. Wave(400)];
        history.AsSpan(0, 320).Fill(double.NaN);
        SelectionTask search = new() { Future = 2, Past = 200, Budget = 0.2 };
        RefitJob job = Job(history, components: 1) with { Search = search };
        RefitOutcome outcome = Do(job), without = Do(job with { Search = null });
        Assert.Null(Do(job with { Recipe = null }).Forecaster);
        Assert.Equal((400, null, without.Forecaster!.Model.Id), (outcome.Searched, outcome.Found, outcome.Forecaster?.Model.Id));
        Assert.Equal("scheduled", outcome.Reason);
    }

    [Fact]
    public void Do_TrialHasForecastsWhereTheActiveModelHasNone_AreScoredOnTheSameOrigins()
    {
        double[] history = Wave(500);
        ForecastRecipe near = ForecastRecipe.Of(new WindowShape(2, 2), new Normalisation(), new FitOptions());
        Forecaster active = Do(new RefitJob(Key, 1, history[..300], near, null)).Forecaster!;
        history.AsSpan(470, 4).Fill(double.NaN);
        RefitOutcome outcome = Do(Job(history, components: 1) with { Active = active, Holdout = 50, Margin = 1000.0 });
        Forecaster trial = Do(Job(history[..^50], components: 1) with { Active = active }).Forecaster!;
        double[] scores = HoldoutScore.Crps([trial, active], history, 50);
        Assert.NotEqual(scores[0], HoldoutScore.Crps([trial], history, 50)[0]);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"scheduled: held-out CRPS {scores[0]:G4}, the active model's {scores[1]:G4}"), outcome.Reason);
    }

    [Fact]
    public void Do_ValuesThatNoFitCanWorkWith_IsAnOutcome()
    {
        RefitOutcome outcome = Do(Job([.. Wave(300).Select(value => value * 1e302)], components: 2));
        Assert.Null(outcome.Forecaster);
        Assert.StartsWith("scheduled: ", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e6)]
    [InlineData(1e100)]
    public void Do_OtherUnits_GivesTheSameForecasts(double unit)
    {
        double[] one = Wave(300), other = [.. one.Select(value => value * unit)];
        foreach (RefitJob job in (RefitJob[])[Job(one, components: 2) with { Holdout = 30 }, new(Key, 1, one, null, null) { Search = new SelectionTask { Future = 2, Budget = 0.2 }, Holdout = 30 }])
        {
            RefitOutcome expected = Do(job), actual = Do(job with { History = other });
            Assert.Equal(expected.HoldoutCrps, actual.HoldoutCrps / unit, 1e-6);
        }
    }

    [Theory]
    [InlineData(5, 1.0)]
    [InlineData(80, double.NaN)]
    public void Do_TooLittleToSearch_IsAnOutcome(int steps, double value)
    {
        double[] history = [.. Enumerable.Repeat(value, steps)];
        RefitOutcome outcome = Do(new RefitJob(Key, 1, history, null, null) { Search = new SelectionTask { Future = 4 } });
        Assert.Null(outcome.Forecaster);
        Assert.Equal($"scheduled: {steps} steps, or what is observed of them, are too few to choose by how to forecast", outcome.Reason);
    }

    [Fact]
    public void Do_ActiveModelReachesBeyondTheHistory_IsComparedByWhatThereIs()
    {
        double[] history = Wave(700);
        ForecastRecipe far = ForecastRecipe.Of(new WindowShape(90, 2), new Normalisation(), new FitOptions());
        Forecaster active = Do(new RefitJob(Key, 1, history, far, null)).Forecaster!;
        RefitOutcome outcome = Do(Job(history[600..], components: 1) with { Active = active, Holdout = 20, Margin = 1000.0 });
        Assert.Contains("the active model's", outcome.Reason, StringComparison.Ordinal);
        Assert.NotNull(outcome.Forecaster);
    }

    [Fact]
    public async Task Start_MoreJobsThanSlots_NeverDoesMoreAtOnce()
    {
        int now = 0, most = 0;
        using RefitPool pool = new(2, (job, _) =>
        {
            int doing = Interlocked.Increment(ref now);
            InterlockedMax(ref most, doing);
            RefitOutcome outcome = Do(job);
            Interlocked.Decrement(ref now);
            return outcome;
        });
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => pool.Start(Job(Wave(200), components: 2), CancellationToken.None)));
        Assert.InRange(most, 1, 2);
    }

    private static RefitOutcome Do(RefitJob job) => RefitPool.Do(job, CancellationToken.None);

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; value > seen; seen = target)
        {
            if (Interlocked.CompareExchange(ref target, value, seen) == seen)
            {
                return;
            }
        }
    }

    private static double[] Wave(int count) =>
        [.. Enumerable.Range(0, count).Select(t => Math.Sin(t / 3.0) + (t / 100 % 2 == 0 ? Math.Sin(t) : 0.2 * Math.Cos(7.3 * t)))];

    private static RefitJob Job(double[] history, int components) =>
        new(Key, 1, history, ForecastRecipe.Of(Shape, new Normalisation(), new FitOptions { Components = components, Starts = 2 }), null);
}
