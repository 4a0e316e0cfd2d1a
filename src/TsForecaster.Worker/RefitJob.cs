using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker;

/// <summary>A fit to be done: everything it depends on, so that doing it again gives the same model.</summary>
/// <param name="Since">The step count at which the refit began.</param>
/// <param name="History">The values to learn from, oldest first; NaN where missing. Not shared with anyone.</param>
/// <param name="WarmStart">The model active when the refit began, if any.</param>
public sealed record RefitJob(SeriesKey Key, long Since, double[] History, WindowShape Shape, Normalisation Normalisation, FitOptions Options, ForecastModel? WarmStart);

/// <summary>What came of a <see cref="RefitJob"/>.</summary>
/// <param name="Forecaster">The new model, ready to use; null when there is none and the old one stays.</param>
/// <param name="Reason">Why it was refitted, or why there is no new model.</param>
public sealed record RefitOutcome(Forecaster? Forecaster, int Windows, double LogLikelihood, string Reason);
