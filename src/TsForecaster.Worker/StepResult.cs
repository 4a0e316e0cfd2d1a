using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker;

/// <summary>Everything that one closed cell of a series brings about, in event order: what the sink and the dashboard are given.</summary>
public sealed record StepResult
{
    public required Step Step { get; init; }

    /// <summary>Length of a cell, nanoseconds.</summary>
    public required long Interval { get; init; }

    /// <summary>Negative log density of the value under the one-step forecast; NaN when there was none.</summary>
    public double Surprise { get; init; } = double.NaN;

    /// <summary>Probability integral transform of the value under the one-step forecast; NaN when there was none.</summary>
    public double Pit { get; init; } = double.NaN;

    /// <summary>Scores of earlier forecasts of this cell, by ascending horizon.</summary>
    public IReadOnlyList<HorizonScore> Scores { get; init; } = [];

    /// <summary>Earlier cells without a value that were filled with this one, in the order of time.</summary>
    public IReadOnlyList<FilledCell> Filled { get; init; } = [];

    /// <summary>The model that became active with this cell, or was kept, and why.</summary>
    public ModelChange? Model { get; init; }

    /// <summary>The forecast issued at the end of this cell, when there is a model and a past.</summary>
    public IssuedForecast? Forecast { get; init; }

    public required LiveScore Live { get; init; }

    public required SeriesStatus Status { get; init; }
}

/// <summary>How an earlier forecast of a cell did, beside the seasonal naive forecast issued at the same step.</summary>
/// <param name="Horizon">Steps between the issuing cell and this one, from 1.</param>
/// <param name="NaiveAbsError">NaN when the history did not reach back a season.</param>
public readonly record struct HorizonScore(int Horizon, double AbsError, double Crps, double NaiveAbsError, bool Covered80);

/// <summary>What a missing cell is likely to have held, given what was observed before and after it.</summary>
/// <param name="Start">Start of the cell, nanoseconds since 1970 UTC.</param>
public readonly record struct FilledCell(long Start, double Mean, double StandardDeviation);

/// <summary>A forecast and where it belongs.</summary>
/// <param name="Horizons">The horizons to publish, ascending, from 1.</param>
public sealed record IssuedForecast(Forecast Density, string Model, IReadOnlyList<int> Horizons)
{
    /// <summary>By step: what takes the place of the density's own marginal, which it is where this is null; empty when nothing does.</summary>
    public IReadOnlyList<UnivariateMixture?> Corrected { get; init; } = [];

    /// <summary>The distribution of one step, from 1.</summary>
    public UnivariateMixture Marginal(int step) => (Corrected.Count > 0 ? Corrected[step - 1] : null) ?? Density.Marginal(step);
}

/// <summary>A refit that took effect, or did not.</summary>
/// <param name="Id">The id of the model active from here on; empty when there is none yet.</param>
public sealed record ModelChange(string Id, int Components, int Windows, double LogLikelihood, bool Promoted, string Reason)
{
    /// <summary>CRPS on windows kept out of the fit; NaN when none were.</summary>
    public double HoldoutCrps { get; init; } = double.NaN;
}

/// <summary>Sums over all scored forecasts of a series.</summary>
/// <param name="Scored">Values scored: forecasts times horizons.</param>
/// <param name="Scale">In-sample mean absolute error of the seasonal naive forecast up to the first refit; NaN before it.</param>
/// <param name="NaiveScored">Scored values for which a seasonal naive forecast existed.</param>
/// <param name="Paired">Σ |error| of the model over those same values.</param>
public readonly record struct LiveScore(long Scored, double AbsError, double Crps, long Covered80, double Scale, long NaiveScored, double NaiveAbsError, double Paired)
{
    public double Mase => NaiveScored == 0 ? double.NaN : Paired / NaiveScored / Scale;

    public double SeasonalNaiveMase => NaiveScored == 0 ? double.NaN : NaiveAbsError / NaiveScored / Scale;

    public double MeanCrps => Scored == 0 ? double.NaN : Crps / Scored;

    public double Coverage80 => Scored == 0 ? double.NaN : (double)Covered80 / Scored;
}

/// <summary>Where a series stands.</summary>
/// <param name="Steps">Cells closed so far.</param>
/// <param name="StepsToFirstRefit">Cells still needed before the first fit; 0 once it began.</param>
public readonly record struct SeriesStatus(long Steps, long StepsToFirstRefit, long Late, long Missing, long Refits);
