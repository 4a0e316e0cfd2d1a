using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions a model on an observed past. What does not depend on the past is computed once, here; a query costs at most a
/// triangular product a component for the weights, and a product with the gain for each component that counts. Thread-safe.
/// </summary>
public sealed class Forecaster
{
    private readonly ConditionalComponent[] _components;
    private readonly PreparedComponents _prepared;

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
        _prepared = new PreparedComponents(_components, model.Shape.PastDimension, model.Shape.FutureDimension);
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
        if (Missing(past) > 0)
        {
            return PartialPast.Condition(Model, _components, past);
        }

        ForecastWorkspace workspace = ForecastWorkspace.For(_prepared, Model.Shape.Channels);
        Units units = Normalise(past, workspace);
        int kept = Weigh(workspace);
        var components = new ConditionalComponent[kept];
        var means = new double[kept * _prepared.Future];
        for (int k = 0; k < kept; k++)
        {
            components[k] = _components[workspace.Kept[k]];
            ReadOnlySpan<double> offset = _prepared.FutureOffset(workspace.Kept[k], workspace)[_prepared.Lead..];
            ReadOnlySpan<double> center = components[k].TargetMean;
            for (int i = 0, c = 0; i < center.Length; i++, c = c + 1 == units.Scales.Length ? 0 : c + 1)
            {
                means[(i * kept) + k] = (units.Scales[c] * (offset[i] + center[i])) + units.Levels[c];
            }
        }

        return new Forecast(Model.Shape.Channels, workspace.LogWeights[..kept].ToArray(), means, components, units.Scales.ToArray());
    }

    /// <summary>
    /// Mean and standard deviation of every value of the future window: those of <see cref="Predict"/>, and nothing else. A complete
    /// past allocates nothing once the thread has met a model of this size; one with missing values (NaN) costs what <see cref="Predict"/> does.
    /// </summary>
    /// <param name="past">The last P steps, P·C numbers, oldest first.</param>
    /// <param name="mean">Receives F·C numbers.</param>
    /// <param name="standardDeviation">Receives F·C numbers.</param>
    /// <exception cref="ArgumentException">As <see cref="Predict"/>, or a destination has another length.</exception>
    public void PredictMoments(ReadOnlySpan<double> past, Span<double> mean, Span<double> standardDeviation)
    {
        RequireLength(mean.Length, 1);
        RequireLength(standardDeviation.Length, 1);
        if (Missing(past) > 0)
        {
            PartialPast.Condition(Model, _components, past).Moments(mean, standardDeviation);
            return;
        }

        ForecastWorkspace workspace = ForecastWorkspace.For(_prepared, Model.Shape.Channels);
        Units units = Normalise(past, workspace);
        WriteMoments(workspace, Weigh(workspace), whole: false, units, mean, standardDeviation);
    }

    /// <summary>
    /// The same for many pasts that share the model, in less time each and to the same bits.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="pasts">count×P·C row-major.</param>
    /// <param name="means">Receives count×F·C.</param>
    /// <param name="standardDeviations">Receives count×F·C.</param>
    /// <exception cref="ArgumentException">As for one; nothing is promised of the destinations then.</exception>
    public void PredictMoments(int count, ReadOnlySpan<double> pasts, Span<double> means, Span<double> standardDeviations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        RequireLength(means.Length, count);
        RequireLength(standardDeviations.Length, count);
        if (pasts.Length != count * _prepared.Past)
        {
            throw new ArgumentException($"the pasts hold {pasts.Length} numbers; {count} pasts of this model hold {count * _prepared.Past}");
        }

        int n = 0;
        for (; n + PanelKernels.Width <= count && _prepared.Count > 1; n += PanelKernels.Width)
        {
            PredictBlock(
                pasts.Slice(n * _prepared.Past, PanelKernels.Width * _prepared.Past),
                means.Slice(n * _prepared.Future, PanelKernels.Width * _prepared.Future),
                standardDeviations.Slice(n * _prepared.Future, PanelKernels.Width * _prepared.Future));
        }

        for (; n < count; n++)
        {
            PredictMoments(
                pasts.Slice(n * _prepared.Past, _prepared.Past),
                means.Slice(n * _prepared.Future, _prepared.Future),
                standardDeviations.Slice(n * _prepared.Future, _prepared.Future));
        }
    }

    /// <summary>One block of pasts: weights for all at once, then the components that count for each.</summary>
    private void PredictBlock(ReadOnlySpan<double> pasts, Span<double> means, Span<double> standardDeviations)
    {
        ForecastWorkspace workspace = ForecastWorkspace.For(_prepared, Model.Shape.Channels);
        BatchWorkspace batch = BatchWorkspace.For(_prepared);
        Span<double> columns = batch.Columns;
        int missing = 0;
        for (int n = 0; n < PanelKernels.Width; n++)
        {
            ReadOnlySpan<double> past = pasts.Slice(n * _prepared.Past, _prepared.Past);
            missing += Missing(past);
            Normalise(past, workspace);
            for (int j = 0; j < past.Length; j++)
            {
                columns[(j * PanelKernels.Width) + n] = workspace.Past[j];
            }
        }

        if (missing == 0)
        {
            _prepared.LogWeightsOfMany(columns, batch.Offsets, batch.Squares, batch.LogWeights, batch.Best);
        }

        for (int n = 0; n < PanelKernels.Width; n++)
        {
            ReadOnlySpan<double> past = pasts.Slice(n * _prepared.Past, _prepared.Past);
            Span<double> mean = means.Slice(n * _prepared.Future, _prepared.Future);
            Span<double> deviation = standardDeviations.Slice(n * _prepared.Future, _prepared.Future);
            if (missing > 0 || double.IsNegativeInfinity(batch.Best[n]))
            {
                PredictMoments(past, mean, deviation);
                continue;
            }

            Units units = Normalise(past, workspace);
            for (int k = 0; k < _prepared.Count; k++)
            {
                workspace.LogWeights[k] = batch.LogWeights[(k * PanelKernels.Width) + n];
            }

            int kept = KeptWeights.Select(workspace.LogWeights, batch.Best[n], workspace.Kept);
            WriteMoments(workspace, kept, whole: true, units, mean, deviation);
        }
    }

    private Units Normalise(ReadOnlySpan<double> past, ForecastWorkspace workspace)
    {
        int channels = Model.Shape.Channels;
        Units units = new(workspace.Units[..channels], workspace.Units[channels..]);
        Span<double> x = workspace.Past;
        if (Model.Normalisation is { Centring: Centring.None, Scaling: Scaling.None })
        {
            units.Levels.Clear();
            units.Scales.Fill(1.0);
            past.CopyTo(x);
            return units;
        }

        for (int c = 0; c < channels; c++)
        {
            (units.Levels[c], units.Scales[c]) = Model.Normalisation.Measure(past, channels, c);
            for (int i = c; i < past.Length; i += channels)
            {
                x[i] = (past[i] - units.Levels[c]) / units.Scales[c];
            }
        }

        return units;
    }

    /// <summary>Leaves the components that count and their weights w_k = exp(log weight − best) over their sum; returns how many.</summary>
    private int Weigh(ForecastWorkspace workspace)
    {
        Span<double> weights = workspace.LogWeights;
        double best = _prepared.LogWeights(workspace);
        if (double.IsNegativeInfinity(best))
        {
            // An outlier so far out that the squares of its distances overflow tells the components apart no more.
            best = _prepared.LogPriors(workspace);
        }

        return KeptWeights.Select(weights, best, workspace.Kept);
    }

    private void WriteMoments(ForecastWorkspace workspace, int kept, bool whole, Units units, Span<double> mean, Span<double> deviation)
    {
        Span<double> mixtureMean = workspace.Mean, mixtureDeviation = workspace.Deviation;
        _prepared.Moments(workspace, kept, whole, mixtureMean, mixtureDeviation);
        mixtureMean = mixtureMean[_prepared.Lead..];
        mixtureDeviation = mixtureDeviation[_prepared.Lead..];
        for (int i = 0, c = 0; i < mean.Length; i++, c = c + 1 == units.Scales.Length ? 0 : c + 1)
        {
            mean[i] = (units.Scales[c] * mixtureMean[i]) + units.Levels[c];
            deviation[i] = units.Scales[c] * mixtureDeviation[i];
        }
    }

    private int Missing(ReadOnlySpan<double> past)
    {
        if (past.Length != _prepared.Past)
        {
            throw new ArgumentException($"the past holds {past.Length} numbers; the model looks back {Model.Shape.Past} steps of {Model.Shape.Channels}, {Model.Shape.PastDimension} numbers");
        }

        int missing = 0;
        for (int i = 0; i < past.Length; i++)
        {
            if (!double.IsFinite(past[i]))
            {
                missing += double.IsNaN(past[i]) ? 1 : throw new ArgumentException($"the past is infinite at position {i}; a missing value is NaN");
            }
        }

        return missing < past.Length ? missing : throw new ArgumentException("the past has no observed value");
    }

    private void RequireLength(int length, int count)
    {
        if (length != count * _prepared.Future)
        {
            throw new ArgumentException($"the destination holds {length} numbers; {count} future windows of this model hold {count * _prepared.Future}");
        }
    }

    /// <summary>What a normalised unit of each channel is worth: x = level + scale · normalised x.</summary>
    private readonly ref struct Units(Span<double> levels, Span<double> scales)
    {
        public Span<double> Levels { get; } = levels;

        public Span<double> Scales { get; } = scales;
    }
}
