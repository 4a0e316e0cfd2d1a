using TsForecaster.Model.Evaluation.Selection;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker;

/// <summary>A fit to be done: everything it depends on, so that doing it again gives the same model.</summary>
/// <param name="Since">The step count at which the refit began.</param>
/// <param name="History">The values to learn from, step-major, oldest first; NaN where missing. Not shared with anyone.</param>
/// <param name="Recipe">How it is fitted, unless <see cref="Search"/> finds better; null where there is only the search.</param>
/// <param name="Active">The model active when the refit began, if any: the fit starts from it and has to hold its own against it.</param>
public sealed record RefitJob(SeriesKey Key, long Since, double[] History, ForecastRecipe? Recipe, Forecaster? Active)
{
    /// <summary>C of the history; the first is the series itself, which is what is forecast.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Steps of history.</summary>
    public int Steps => History.Length / Channels;

    /// <summary>What is searched for before the fit; null when <see cref="Recipe"/> stands. Where it finds nothing, that stands too.</summary>
    public SelectionTask? Search { get; init; }

    /// <summary>The model of the series' group, which is adapted to its history; null when the series has its own.</summary>
    public PooledModel? Background { get; init; }

    /// <summary>Series that <see cref="Background"/> was fitted to.</summary>
    public int Pooled { get; init; }

    /// <summary>Why the refit began.</summary>
    public RefitTrigger Trigger { get; init; } = RefitTrigger.Scheduled;

    /// <summary>Last steps of <see cref="History"/>, new to the active model, on which both are compared; 0 compares nothing.</summary>
    public int Holdout { get; init; }

    /// <summary>The history without its held-out part.</summary>
    public ReadOnlyMemory<double> Before => History.AsMemory(0, (Steps - Holdout) * Channels);

    /// <summary>What is known ahead of the steps of the history, and of F after them; null for nothing.</summary>
    public KnownSteps? Known { get; init; }

    /// <summary>By what share the new model's held-out CRPS may be above the active one's.</summary>
    public double Margin { get; init; }
}

/// <summary>The calendar of steps one after another.</summary>
/// <param name="Start">Begin of the first, nanoseconds since 1970 UTC.</param>
public sealed record KnownSteps(CalendarCovariates Calendar, long Start)
{
    /// <summary>The covariates of the first so many, row-major.</summary>
    public double[] Rows(int steps) => Calendar.Rows(Start, steps);
}

/// <summary>What came of a <see cref="RefitJob"/>.</summary>
/// <param name="Forecaster">The new model, ready to use; null when the old one stays.</param>
/// <param name="Windows">Windows that were fitted.</param>
/// <param name="Reason">Why it was refitted, and why there is no new model if there is none.</param>
public sealed record RefitOutcome(Forecaster? Forecaster, int Windows, double LogLikelihood, string Reason)
{
    /// <summary>CRPS of the same settings, fitted without the held-out part, on what of that part the active model forecasts too; NaN when nothing was held out.</summary>
    public double HoldoutCrps { get; init; } = double.NaN;

    /// <summary>There was a new model, and the old one forecasts better.</summary>
    public bool Kept { get; init; }

    /// <summary>Steps of history that were searched for how to forecast; 0 when there was no search.</summary>
    public int Searched { get; init; }

    /// <summary>What the search found and <see cref="Forecaster"/> was fitted by; null when there was none, or the old model stays.</summary>
    public ForecastRecipe? Found { get; init; }
}
