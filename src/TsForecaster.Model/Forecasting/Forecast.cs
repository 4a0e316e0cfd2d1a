namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The predictive mixture Σ_k w_k N(m_k, S_k) of a future window, in the units of the series. Immutable.
/// Steps count from 1 (the next step) to F, channels from 0.
/// </summary>
public sealed class Forecast
{
    /// <summary>F.</summary>
    public int Steps => throw null!;

    public int Channels => throw null!;

    /// <summary>The distribution of one value of the future window.</summary>
    public UnivariateMixture Marginal(int step, int channel = 0) => throw null!;

    /// <summary>Mean of the future window, F·C numbers.</summary>
    public double[] Mean() => throw null!;

    /// <summary>Σ w_k (S_k + m_k m_kᵀ) − m̄ m̄ᵀ, (F·C)×(F·C) row-major.</summary>
    public double[] Covariance() => throw null!;

    /// <summary>Joint draws of the future window, count×(F·C) row-major; the same seed gives the same draws.</summary>
    public double[] Sample(int count, ulong seed) => throw null!;

    /// <summary>P(any step of the channel is above the threshold), from <paramref name="draws"/> joint draws.</summary>
    public double ProbabilityAnyAbove(double threshold, int channel = 0, int draws = 4096, ulong seed = 1) => throw null!;
}
