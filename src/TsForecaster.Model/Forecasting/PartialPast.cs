using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions on a past with missing values: their rows are taken out of the factors, and what is left is solved forward. Nothing is
/// prepared, because every set of missing positions has factors of its own.
/// </summary>
internal static class PartialPast
{
    /// <param name="past">P·C numbers, NaN where missing, at least one observed.</param>
    public static Forecast Condition(ForecastModel model, ConditionalComponent[] components, ReadOnlySpan<double> past)
    {
        int channels = model.Shape.Channels;
        var levels = new double[channels];
        var scales = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            (levels[c], scales[c]) = model.Normalisation.Measure(past, channels, c);
        }

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
                observed.Add((past[i] - levels[i % channels]) / scales[i % channels]);
            }
        }

        int[] positions = [.. missing];
        return Condition(Array.ConvertAll(components, component => component.Without(positions)), [.. observed], levels, scales, model.Shape);
    }

    private static Forecast Condition(ConditionalComponent[] components, double[] observed, double[] levels, double[] scales, WindowShape shape)
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
        var mean = new double[shape.FutureDimension];
        var means = new double[count * mean.Length];
        for (int k = 0; k < count; k++)
        {
            components[kept[k]].ConditionalMean(whitened[kept[k]], mean);
            for (int i = 0; i < mean.Length; i++)
            {
                means[(i * count) + k] = (scales[i % scales.Length] * mean[i]) + levels[i % levels.Length];
            }
        }

        return new Forecast(shape.Channels, weights[..count], means, Array.ConvertAll(kept[..count], k => components[k]), scales);
    }
}
