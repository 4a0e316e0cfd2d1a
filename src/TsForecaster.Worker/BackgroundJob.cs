using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker;

/// <summary>A fit of one model to many series, to be done: everything it depends on, so that doing it again gives the same model.</summary>
/// <param name="Series">How many the group has; some of them stand for all when they are many.</param>
/// <param name="Histories">Their values, oldest first, NaN where missing, in the order of the series' names. Not changed by anyone.</param>
public sealed record BackgroundJob(int Series, IReadOnlyList<double[]> Histories, ModelSettings Model, RefitSettings Refit);

/// <summary>What came of a <see cref="BackgroundJob"/>.</summary>
/// <param name="Model">Null when there is none: series stay with the one they have.</param>
public sealed record BackgroundOutcome(PooledModel? Model);
