namespace TsForecaster.Model.Forecasting;

/// <summary>One member's mixture of a future window given its past, in the units of the series.</summary>
/// <param name="Weights">w of the components that count, summing to one.</param>
/// <param name="Means">m_k, (F·C)×K row-major: the components of one value stand side by side.</param>
/// <param name="Covariances">S_k in normalised units.</param>
/// <param name="Scales">What a normalised unit of each channel is worth.</param>
internal sealed record ConditionalMixture(double[] Weights, double[] Means, FutureCovariance[] Covariances, double[] Scales)
{
    /// <summary>Moves the means of every step, of one channel.</summary>
    /// <param name="by">F numbers, or none.</param>
    public void Move(ReadOnlySpan<double> by)
    {
        for (int i = 0; i < by.Length; i++)
        {
            foreach (ref double mean in Means.AsSpan(i * Weights.Length, Weights.Length))
            {
                mean += by[i];
            }
        }
    }
}
