namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions a model on an observed past. The factors of Σ_k^PP, the gains Σ_k^FP(Σ_k^PP)⁻¹ and the conditional covariances
/// are computed once, here; a query is K triangular products. Thread-safe.
/// </summary>
public sealed class Forecaster
{
    public Forecaster(ForecastModel model) => throw null!;

    public ForecastModel Model => throw null!;

    /// <summary>
    /// The density of the future window given the past alone (METHOD of Eirola &amp; Lendasse 2013). NaN marks a missing value of
    /// the past; the mixture is then conditioned on what was observed.
    /// </summary>
    /// <param name="past">The last P steps, P·C numbers, oldest first.</param>
    /// <exception cref="ArgumentException">The past has another length, or no observed value at all.</exception>
    public Forecast Predict(ReadOnlySpan<double> past) => throw null!;
}
