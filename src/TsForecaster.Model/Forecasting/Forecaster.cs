using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions a model on an observed past. The factors of Σ_k^PP, the gains Σ_k^FP(Σ_k^PP)⁻¹ and the conditional covariances
/// are computed once, here; a query is K triangular solves for the weights and a product with the gain for each mean. Thread-safe.
/// </summary>
public sealed class Forecaster
{
    // A component this far (in logarithms) below the likeliest weighs less than 2⁻⁵³ of it: adding it to a sum of doubles
    // that holds the likeliest changes nothing, so it is left out of the forecast.
    private const double Negligible = -36.8;

    private readonly ConditionalComponent[] _components;

    public Forecaster(ForecastModel model)
    {
        Model = model;
        var components = new List<ConditionalComponent>(model.Mixture.Components);
        for (int k = 0; k < model.Mixture.Components; k++)
        {
            if (model.Mixture.Weights[k] > 0.0)
            {
                components.Add(new ConditionalComponent(model.Mixture, k, model.Shape.PastDimension));
            }
        }

        _components = [.. components];
    }

    public ForecastModel Model { get; }

    /// <summary>
    /// The density of the future window given the past alone (Eirola &amp; Lendasse 2013). NaN marks a missing value of the
    /// past; the mixture is then conditioned on what was observed, at the cost of O(D²) more per missing value and component.
    /// Where the past is too far from all components for double precision, they keep their prior weights.
    /// </summary>
    /// <param name="past">The last P steps, P·C numbers, oldest first.</param>
    /// <exception cref="ArgumentException">The past has another length, an infinite value, or no observed value at all.</exception>
    public Forecast Predict(ReadOnlySpan<double> past)
    {
        WindowShape shape = Model.Shape;
        int[] missing = MissingPositions(past);
        var levels = new double[shape.Channels];
        var scales = new double[shape.Channels];
        for (int c = 0; c < shape.Channels; c++)
        {
            (levels[c], scales[c]) = Model.Normalisation.Measure(past, shape.Channels, c);
        }

        var observed = new double[past.Length - missing.Length];
        for (int i = 0, next = 0; i < past.Length; i++)
        {
            if (!double.IsNaN(past[i]))
            {
                observed[next++] = (past[i] - levels[i % shape.Channels]) / scales[i % shape.Channels];
            }
        }

        return Condition(missing.Length == 0 ? _components : Array.ConvertAll(_components, c => c.Without(missing)), observed, levels, scales);
    }

    private Forecast Condition(ConditionalComponent[] components, double[] observed, double[] levels, double[] scales)
    {
        int targets = Model.Shape.FutureDimension;
        var logWeights = new double[components.Length];
        var means = new double[components.Length][];
        var offset = new double[observed.Length];
        var whitened = new double[observed.Length];
        double best = double.NegativeInfinity;
        for (int k = 0; k < components.Length; k++)
        {
            components[k].Offset(observed, offset);
            if (components.Length > 1 || components[k].NeedsWhitened)
            {
                logWeights[k] = components[k].LogWeight(offset, whitened, best + Negligible);
            }

            if (logWeights[k] >= best + Negligible)
            {
                best = Math.Max(best, logWeights[k]);
                means[k] = new double[targets];
                components[k].ConditionalMean(offset, whitened, means[k]);
            }
        }

        return Assemble(components, logWeights, best, means, levels, scales);
    }

    /// <summary>Keeps the components that count, w_k = exp(log weight − best) over their sum, with means in the units of the series.</summary>
    private Forecast Assemble(ConditionalComponent[] components, double[] logWeights, double best, double[][] means, double[] levels, double[] scales)
    {
        if (double.IsNegativeInfinity(best))
        {
            // An outlier so far out that the squares of its distances overflow tells the components apart no more.
            logWeights = Array.ConvertAll(components, component => component.LogPrior);
            best = logWeights.Max();
        }

        int[] kept = [.. Enumerable.Range(0, components.Length).Where(k => logWeights[k] - best > Negligible)];
        double[] weights = Array.ConvertAll(kept, k => Math.Exp(logWeights[k] - best));
        double total = VectorKernels.Sum(weights);
        for (int i = 0; i < kept.Length; i++)
        {
            weights[i] /= total;
            ToSeriesUnits(means[kept[i]], levels, scales);
        }

        return new Forecast(Model.Shape.Channels, weights, Array.ConvertAll(kept, k => means[k]), Array.ConvertAll(kept, k => components[k]), scales);
    }

    private static void ToSeriesUnits(Span<double> mean, double[] levels, double[] scales)
    {
        for (int i = 0; i < mean.Length; i++)
        {
            int c = i % levels.Length;
            mean[i] = (scales[c] * mean[i]) + levels[c];
        }
    }

    private int[] MissingPositions(ReadOnlySpan<double> past)
    {
        if (past.Length != Model.Shape.PastDimension)
        {
            throw new ArgumentException($"the past holds {past.Length} numbers; the model looks back {Model.Shape.Past} steps of {Model.Shape.Channels}, {Model.Shape.PastDimension} numbers");
        }

        var missing = new List<int>();
        for (int i = 0; i < past.Length; i++)
        {
            if (double.IsInfinity(past[i]))
            {
                throw new ArgumentException($"the past is infinite at position {i}; a missing value is NaN");
            }

            if (double.IsNaN(past[i]))
            {
                missing.Add(i);
            }
        }

        return missing.Count < past.Length ? [.. missing] : throw new ArgumentException("the past has no observed value");
    }
}
