namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions on a past with missing values: their rows are taken out of the factors, and what is left is solved forward. Nothing is
/// prepared, because every set of missing positions has factors of its own.
/// </summary>
internal static class PartialPast
{
    /// <param name="components">Of the model.</param>
    /// <param name="past">P·C numbers in normalised units, NaN where missing, at least one observed.</param>
    /// <param name="levels">What the future's units are relative to, by phase and channel.</param>
    /// <param name="scales">What they are worth, a channel.</param>
    /// <param name="future">F·C.</param>
    public static ConditionalMixture Condition(ConditionalComponent[] components, ReadOnlySpan<double> past, ReadOnlySpan<double> levels, ReadOnlySpan<double> scales, int future)
    {
        var observed = new List<double>(past.Length);
        var missing = new List<int>();
        for (int i = 0; i < past.Length; i++)
        {
            if (double.IsNaN(past[i]))
            {
                missing.Add(i);
            }
            else
            {
                observed.Add(past[i]);
            }
        }

        int[] positions = [.. missing];
        components = Array.ConvertAll(components, component => component.Without(positions));
        return Solve(components, observed.ToArray(), levels, scales, future);
    }

    private static ConditionalMixture Solve(ConditionalComponent[] components, double[] observed, ReadOnlySpan<double> levels, ReadOnlySpan<double> scales, int future)
    {
        var weights = new double[components.Length];
        var offset = new double[observed.Length];
        var whitened = new double[components.Length][];
        double best = double.NegativeInfinity;
        for (int k = 0; k < components.Length; k++)
        {
            whitened[k] = new double[observed.Length];
            components[k].Offset(observed, offset);

            // All rows of z are solved: components that lie too far out by overflow are kept after all when every one does.
            weights[k] = components[k].LogWeight(offset, whitened[k]);
            best = Math.Max(best, weights[k]);
        }

        if (double.IsNegativeInfinity(best))
        {
            weights = Array.ConvertAll(components, component => component.LogPrior);
            best = weights.Max();
        }

        var kept = new int[components.Length];
        int count = KeptWeights.Select(weights, best, kept);
        var mean = new double[future];
        var means = new double[count * mean.Length];
        for (int k = 0; k < count; k++)
        {
            components[kept[k]].ConditionalMean(whitened[kept[k]], mean);
            for (int i = 0; i < mean.Length; i++)
            {
                means[(i * count) + k] = (scales[i % scales.Length] * mean[i]) + levels[i % levels.Length];
            }
        }

        return new ConditionalMixture(weights[..count], means, Array.ConvertAll(kept[..count], k => components[k]), scales.ToArray());
    }
}
