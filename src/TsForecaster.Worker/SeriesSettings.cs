using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.CompilerServices;
using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker;

/// <summary>How the ticks of a cell become its value.</summary>
public enum Aggregate
{
    Last,
    Mean,
    Sum,
    Min,
    Max,
}

/// <summary>What of the calendar a series is expected to follow.</summary>
public enum CalendarPart
{
    /// <summary>Time of day.</summary>
    Day,

    /// <summary>Day of the week, and with it the time of day.</summary>
    Week,
}

/// <summary>What a model is fitted to.</summary>
public enum ModelScope
{
    /// <summary>The history of its series.</summary>
    Series,

    /// <summary>The histories of all series of a group, and then adapted to each.</summary>
    Pooled,
}

/// <summary>What one series is to be treated by: the service's settings, with the overrides of the first pattern that matches its name.</summary>
public sealed record SeriesSettings
{
    // Beside the settings, since a changed copy of them would take a field along.
    private static readonly ConditionalWeakTable<SeriesSettings, KnownAhead> _known = [];

    public GridSettings Grid { get; init; } = new();

    public ModelSettings Model { get; init; } = new();

    public RefitSettings Refit { get; init; } = new();

    /// <summary>The settings of one channel: <see cref="ModelSettings.Joint"/> begins with it when it is named there, and is empty when not.</summary>
    internal SeriesSettings Of(string channel) => Model.Joint.Count == 0
        ? this
        : this with { Model = Model with { Joint = Model.Joint.Contains(channel, StringComparer.Ordinal) ? [channel, .. Model.Joint.Where(other => other != channel)] : [] } };

    /// <summary>What is known ahead of every step; null for nothing. The same object each time.</summary>
    internal CalendarCovariates? Known => _known.GetValue(this, settings => new(settings.Calendar())).Calendar;

    /// <summary>How effects of what is known ahead are found; null where nothing is.</summary>
    internal CovariateRegression? Regression => Known is { } known ? new(known.Count, Model.Season) { LeastSteps = known.LeastSteps } : null;

    /// <summary>How a model is fitted; null when a search is to find it.</summary>
    internal ForecastRecipe? Recipe => Model.Recipe is { } recipe ? recipe with { Regression = Regression } : null;

    /// <summary>What a search is to find.</summary>
    internal SelectionTask Search => Model.Search(Refit.Budget) with { Regression = Regression };

    /// <summary>Steps of history that the first refit waits for.</summary>
    internal int FirstFit => Refit.First > 0
        ? Refit.First
        : Math.Min(Refit.History, Math.Max(3 * Model.WindowSteps, (2 * Model.Season) + Model.WindowSteps));

    private CalendarCovariates? Calendar()
    {
        if (Model.Calendar.Count == 0 && Model.Holidays.Count == 0)
        {
            return null;
        }

        CalendarCovariates calendar = new(
            Model.Calendar.Contains(CalendarPart.Day),
            Model.Calendar.Contains(CalendarPart.Week),
            Model.Holidays.Select(date => DateOnly.ParseExact(date, ModelSettings.DateFormat, CultureInfo.InvariantCulture)).ToHashSet(),
            TimeZoneInfo.FindSystemTimeZoneById(Model.TimeZone),
            Grid.IntervalNanoseconds);
        return calendar.Count > 0 ? calendar : null;
    }

    private sealed record KnownAhead(CalendarCovariates? Calendar);
}

/// <summary>The regular grid of a series.</summary>
public sealed record GridSettings
{
    /// <summary>Length of a cell; cells start at multiples of it since 1970.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    public Aggregate Aggregate { get; init; } = Aggregate.Last;

    /// <summary>The same in nanoseconds, in which event time counts.</summary>
    internal long IntervalNanoseconds => Interval.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>How long after its end, in event time, a cell still takes ticks.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.Zero;

    /// <summary>Missing cells in a row after which a series sleeps; the next tick starts its history anew.</summary>
    [Range(1, 1_000_000)]
    public int MaxGap { get; init; } = 1000;
}

/// <summary>What of a series is forecast, and how: as a search of its history finds, or by one mixture with the settings given.</summary>
public sealed record ModelSettings
{
    private const int UsualPast = 48;

    /// <summary>How <see cref="Holidays"/> are written, here and in files of dates.</summary>
    internal const string DateFormat = "yyyy-MM-dd";

    /// <summary>P; null leaves it to the search, and is 48 where there is none.</summary>
    [Range(1, 10_000)]
    public int? Past { get; init; }

    [Range(1, 10_000)]
    public int Future { get; init; } = 12;

    /// <summary>Steps in a season: what the seasonal naive forecast repeats. 1 repeats the last value.</summary>
    [Range(1, 100_000)]
    public int Season { get; init; } = 1;

    /// <summary>K of one mixture; null searches for how to forecast, and of the settings below only <see cref="Recalibrate"/>, <see cref="Fill"/> and <see cref="Seed"/> then count.</summary>
    [Range(1, 1000)]
    public int? Components { get; init; }

    /// <summary>Whether a series has a model of its own, or its group's adapted to it.</summary>
    public ModelScope Scope { get; init; } = ModelScope.Series;

    /// <summary>The name of the group. Series of a partition whose settings agree, this included, share a model.</summary>
    public string Group { get; init; } = "";

    /// <summary>τ: with so many windows a series lies half way between its group's model and its own.</summary>
    [Range(1.0, 1e9)]
    public double Relevance { get; init; } = 200.0;

    /// <summary>
    /// Channels of a series that are forecast together: each by a mixture over windows of them all, its own first, of which its own part is published. The others, and
    /// all where it is empty, are forecast from themselves alone.
    /// </summary>
    public IReadOnlyList<string> Joint { get; init; } = [];

    /// <summary>What of the calendar is taken off before windows are cut, and put on forecasts; with a search, where that is better.</summary>
    public IReadOnlyList<CalendarPart> Calendar { get; init; } = [];

    /// <summary>Dates such as 2024-12-25, in the zone, which are days of a kind of their own.</summary>
    public IReadOnlyList<string> Holidays { get; init; } = [];

    /// <summary>The IANA name of the zone that days are of.</summary>
    public string TimeZone { get; init; } = "UTC";

    public CovarianceShape Covariance { get; init; } = CovarianceShape.Full;

    public Centring Centring { get; init; } = Centring.Last;

    public Scaling Scaling { get; init; } = Scaling.None;

    /// <summary>Forecasts are corrected, horizon by horizon, by where values fell in earlier ones.</summary>
    public bool Recalibrate { get; init; }

    /// <summary>Missing cells are filled from both sides, once what follows them is known.</summary>
    public bool Fill { get; init; } = true;

    /// <summary>Every step of a window has the same mean, and covariances depend on the lag alone: for little history of a noisy series, in windows as they lie in it.</summary>
    public bool ShiftInvariant { get; init; }

    [Range(0.0, 1.0)]
    public double Ridge { get; init; } = 1e-6;

    [Range(1, 100_000)]
    public int MaxIterations { get; init; } = 100;

    [Range(0.0, 1.0)]
    public double Tolerance { get; init; } = 1e-5;

    [Range(1, 100)]
    public int Starts { get; init; } = 2;

    [Range(0, long.MaxValue)]
    public long Seed { get; init; } = 1;

    /// <summary>The windows of the mixture; where a search decides, what is assumed of them before it.</summary>
    internal WindowShape Shape => new(Past ?? UsualPast, Future, Math.Max(1, Joint.Count));

    /// <summary>Of a channel's own settings: the channels that it is forecast together with.</summary>
    internal IReadOnlyList<string> Beside => [.. Joint.Skip(1)];

    /// <summary>P + F.</summary>
    internal int WindowSteps => (Past ?? UsualPast) + Future;

    /// <summary>How a model is fitted; null when a search is to find it.</summary>
    internal ForecastRecipe? Recipe => Components is null ? null : ForecastRecipe.Of(Shape, Normalisation, FitOptions);

    /// <summary>What a search is to find.</summary>
    /// <param name="budget">What it may cost, in 10⁹ operations.</param>
    internal SelectionTask Search(double budget) => new() { Future = Future, Season = Season, Past = Past, Budget = budget, Seed = (ulong)Seed };

    /// <summary>What contradicts <see cref="ShiftInvariant"/> among the settings of the mixture; null when nothing does.</summary>
    internal string? AgainstShiftInvariance =>
        !ShiftInvariant ? null
        : Centring != Centring.None ? nameof(Centring)
        : Scaling != Scaling.None ? nameof(Scaling)
        : Covariance != CovarianceShape.Full ? nameof(Covariance)
        : null;

    /// <summary>How windows are normalised.</summary>
    internal Normalisation Normalisation => new(Centring, Scaling) { Season = Season };

    /// <summary>How the mixture is fitted.</summary>
    internal FitOptions FitOptions => new()
    {
        Components = Components ?? 1,
        Shape = Covariance,
        ShiftInvariant = ShiftInvariant,
        Ridge = Ridge,
        MaxIterations = MaxIterations,
        Tolerance = Tolerance,
        Starts = Starts,
        Seed = (ulong)Seed,
    };
}

/// <summary>When a series is refitted, and on how much.</summary>
public sealed record RefitSettings
{
    /// <summary>R: steps between two refits.</summary>
    [Range(1, 10_000_000)]
    public int Every { get; init; } = 100;

    /// <summary>
    /// A refit also begins when one-step forecasts no longer hold. So many steps at least lie between two false alarms, on average, of a
    /// model that is right; 0 never raises one.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int Drift { get; init; } = 10_000;

    /// <summary>Steps after the start of a refit before drift may start another.</summary>
    [Range(1, 10_000_000)]
    public int DriftPause { get; init; } = 50;

    /// <summary>A refit begun at step s is active from step s + lag, however fast it was.</summary>
    [Range(1, 1_000_000)]
    public int Lag { get; init; } = 5;

    /// <summary>Steps of history before the first refit; 0 means three windows, or two seasons and a window where that is more.</summary>
    [Range(0, 10_000_000)]
    public int First { get; init; }

    /// <summary>
    /// Refits from one search for how to forecast to the next, which also comes when the history has doubled since, drift begins a second
    /// refit in a row, or nothing can be fitted by what was found; 0 searches once, and again only for the last reason. Of no meaning where the components are given.
    /// </summary>
    [Range(0, 1_000_000)]
    public int Reselect { get; init; } = 20;

    /// <summary>What a search may cost, in 10⁹ operations: a count, not a time, so that it finds the same everywhere.</summary>
    [Range(0.001, 1_000_000.0)]
    public double Budget { get; init; } = 20.0;

    /// <summary>Steps of history a refit learns from.</summary>
    [Range(2, 10_000_000)]
    public int History { get; init; } = 5000;

    /// <summary>Models that a series can be taken back to, beside the active one: the last that it replaced.</summary>
    [Range(0, 100)]
    public int Keep { get; init; } = 2;

    /// <summary>
    /// Last steps of the history on which the new and the active model are compared, at most half of those that are new to the active
    /// one; 0 promotes every model.
    /// </summary>
    [Range(0, 10_000_000)]
    public int Holdout { get; init; } = 50;

    /// <summary>A new model is promoted unless its held-out CRPS is above the active one's by more than this share.</summary>
    [Range(0.0, 1000.0)]
    public double Margin { get; init; } = 0.05;
}
