namespace TsForecaster.Model.Forecasting;

/// <summary>Log weights to weights, without those that count for nothing.</summary>
internal static class KeptWeights
{
    /// <summary>
    /// Moves w_k = exp(v_k − best) / Σ of the components within <see cref="PreparedComponents.Negligible"/> of the best to the front,
    /// in their order.
    /// </summary>
    /// <param name="weights">v, then w.</param>
    /// <param name="best">The largest v, finite.</param>
    /// <param name="kept">Receives the k of each weight.</param>
    /// <returns>How many are kept, at least one.</returns>
    public static int Select(Span<double> weights, double best, Span<int> kept)
    {
        int count = 0;
        double total = 0.0;
        for (int k = 0; k < weights.Length; k++)
        {
            double below = weights[k] - best;
            if (below > PreparedComponents.Negligible)
            {
                double weight = below == 0.0 ? 1.0 : Math.Exp(below);
                (weights[count], kept[count]) = (weight, k);
                total += weight;
                count++;
            }
        }

        for (int i = 0; i < count; i++)
        {
            weights[i] /= total;
        }

        return count;
    }
}
