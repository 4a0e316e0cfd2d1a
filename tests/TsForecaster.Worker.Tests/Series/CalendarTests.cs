using System.Buffers;
using TsForecaster.Worker.Refit;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

/// <summary>An hourly series that is high on weekends, with a past of hours: only the calendar knows when the level changes.</summary>
public sealed class CalendarTests
{
    private const long Hour = 3_600_000_000_000;
    private const int Cells = 24 * 7 * 8;

    // 2024-01-01, a Monday.
    private const long Monday = 1_704_067_200_000_000_000;
    private static readonly SeriesKey _key = new("meter", "value");

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Calendar_LevelThatChangesWithTheDay_IsForecastFarBetter(int? components)
    {
        double without = Crps(Run(Settings(components)).Results), with = Crps(Run(Settings(components, CalendarPart.Week)).Results);
        Assert.True(with < 0.5 * without, $"{with} with the calendar, {without} without");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Calendar_RestartAnywhere_ChangesNothing(int? components)
    {
        SeriesSettings settings = Settings(components, CalendarPart.Day, CalendarPart.Week);
        (List<StepResult> whole, byte[] state) = Run(settings);
        (List<StepResult> broken, byte[] restored) = Run(settings, restartEvery: 50);
        Assert.Equal(whole.Select(Text), broken.Select(Text));
        Assert.Equal(state, restored);
        Assert.Contains(whole, result => result.Filled.Count > 0);
    }

    [Fact]
    public void Calendar_ChangedSince_LearnsAnew()
    {
        SeriesSettings before = Settings(1), after = Settings(1, CalendarPart.Day);
        PartitionState state = new(_ => before, []);
        Feed(state, 0, 400, []);
        PartitionState changed = PartitionState.Read(state.Write(), _ => after, []);
        List<StepResult> results = Feed(changed, 400, 402, []);
        Assert.NotEmpty(results);
        Assert.All(results, result => Assert.Null(result.Forecast));
    }

    [Fact]
    public void Calendar_NextYearsHolidaysAdded_GoesOn()
    {
        SeriesSettings before = With("2023-12-25"), after = With("2023-12-25", "2024-12-25");
        PartitionState state = new(_ => before, []);
        Feed(state, 0, 450, []);
        PartitionState longer = PartitionState.Read(state.Write(), _ => after, []);
        Assert.Contains(Feed(longer, 450, 455, []), result => result.Forecast is not null);

        static SeriesSettings With(params string[] dates) => Settings(1, CalendarPart.Day) is var settings ? settings with { Model = settings.Model with { Holidays = dates } } : settings;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Calendar_NothingToLearnFrom_IsForecastWithoutIt(bool flat)
    {
        // Holidays that have not come yet; a series that does not move.
        SeriesSettings settings = Settings(1);
        settings = settings with { Model = settings.Model with { Holidays = ["2031-12-25"], Calendar = flat ? [CalendarPart.Day] : [] } };
        PartitionState state = new(_ => settings, []);
        Assert.Contains(Feed(state, 0, 450, [], flat ? _ => 4.0 : Value), result => result.Forecast is not null);
    }

    [Fact]
    public void Calendar_NoiseThatFollowsNone_IsForecastNearlyAsWell()
    {
        Random random = new(3);
        double level = 0.0;
        double[] noise = [.. Enumerable.Range(0, Cells).Select(_ => level = (0.95 * level) + random.NextDouble() + random.NextDouble() - 1.0)];
        double without = Crps(Settings(1)), with = Crps(Settings(1, CalendarPart.Week));
        Assert.InRange(with / without, 0.9, 1.1);

        double Crps(SeriesSettings settings) => Feed(new PartitionState(_ => settings, []), 0, Cells, [], t => noise[t]).SelectMany(result => result.Scores).Average(score => score.Crps);
    }

    [Fact]
    public void Filled_CellOfAWeekend_HasItsLevel()
    {
        (List<StepResult> results, _) = Run(Settings(1, CalendarPart.Week));
        FilledCell[] filled = [.. results.SelectMany(result => result.Filled)];
        Assert.NotEmpty(filled);
        Assert.All(filled, cell => Assert.Equal(Value((int)((cell.Start - Monday) / Hour)), cell.Mean, 2.5));
    }

    [Fact]
    public void StepEffects_StepByStepAndAtOnce_AreTheSame()
    {
        (List<StepResult> results, _) = Run(Settings(1, CalendarPart.Week));
        Assert.NotEmpty(results);
        SeriesSettings settings = Settings(1, CalendarPart.Week);
        PartitionState state = new(_ => settings, []);
        List<RefitOutcome> outcomes = [];
        Feed(state, 0, 400, outcomes);
        Model.Forecasting.ForecastModel model = outcomes[0].Forecaster!.Model;
        StepEffects walked = new(settings.Known, Hour);
        for (int t = 0; t < 60; t++)
        {
            // After a pause too.
            long next = Monday + ((t + (t > 30 ? 500 : 0)) * Hour);
            double[] around = walked.Around(model, next).ToArray();
            Assert.Equal(new StepEffects(settings.Known, Hour).Around(model, next).ToArray(), around);
            Assert.Equal(around[..model.Reach], walked.Before(model, next, model.Reach));
            Assert.Equal(model.Reach + model.Future, around.Length);
        }
    }

    private static (List<StepResult> Results, byte[] State) Run(SeriesSettings settings, int restartEvery = int.MaxValue)
    {
        PartitionState state = new(_ => settings, []);
        List<StepResult> results = [];
        for (int from = 0; from < Cells; from += Math.Min(restartEvery, Cells))
        {
            results.AddRange(Feed(state, from, Math.Min(Cells, from + Math.Min(restartEvery, Cells)), []));
            state = PartitionState.Read(state.Write(), _ => settings, []);
        }

        return (results, BuffersExtensions.ToArray(state.Write()));
    }

    private static List<StepResult> Feed(PartitionState state, int from, int to, List<RefitOutcome> outcomes, Func<int, double>? value = null)
    {
        List<StepResult> results = [];
        Dictionary<SeriesKey, RefitJob> jobs = state.Pending.ToDictionary(job => job.Key);
        for (int t = from; t < to; t++)
        {
            while (state.CloseNext(Monday + (t * Hour)) is { } due)
            {
                while (state.TryAdvance(due, Outcome, out StepResult? result))
                {
                    results.Add(result);
                    if (state.BeginRefit(due) is { } job)
                    {
                        jobs[due] = job;
                    }
                }
            }

            if (t % 41 != 7)
            {
                state.Place(new Tick(_key, Monday + (t * Hour), (value ?? Value)(t)));
            }
        }

        return results;

        RefitOutcome? Outcome(SeriesKey key)
        {
            outcomes.Add(RefitPool.Do(jobs[key], CancellationToken.None));
            return outcomes[^1];
        }
    }

    private static SeriesSettings Settings(int? components, params CalendarPart[] calendar) => new()
    {
        Grid = new GridSettings { Interval = TimeSpan.FromHours(1) },
        Model = new ModelSettings { Past = 6, Future = 12, Components = components, Season = 24, Calendar = calendar },
        Refit = new RefitSettings { First = 380, Every = 300, Holdout = 24, Budget = 0.5 },
    };

    private static double Value(int t) => 20.0 + (t / 24 % 7 > 4 ? 8.0 : 0.0) + (2.0 * Math.Sin(t * Math.Tau / 24.0)) + (0.1 * (t * 7919 % 13));

    private static double Crps(List<StepResult> results) => results.Skip(2 * Cells / 3).SelectMany(result => result.Scores).Average(score => score.Crps);

    private static string Text(StepResult result) =>
        FormattableString.Invariant($"{result.Step} {result.Surprise:R} {result.Pit:R} {result.Model} {result.Forecast?.Model} {result.Forecast?.Marginal(12).Mean:R} {string.Join(' ', result.Filled)} {string.Join(' ', result.Scores)}");
}
