using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions one density of windows on an observed past. What does not depend on the past is computed once, here; a query costs at
/// most a triangular product a component for the weights, and a product with the gain for each component that counts. Thread-safe.
/// </summary>
internal sealed class WindowForecaster
{
    private readonly ConditionalComponent[] _components;
    private readonly PreparedComponents _prepared;
    private readonly Lazy<PartialPast> _partial;
    private readonly WindowReader _reader;

    public WindowForecaster(WindowModel model)
    {
        Model = model;
        _reader = new WindowReader(model.Shape, model.Normalisation);
        int[] weighed = [.. Enumerable.Range(0, model.Mixture.Components).Where(k => model.Mixture.Weights[k] > 0.0)];
        _components = Array.ConvertAll(weighed, k => new ConditionalComponent(model.Mixture, k, model.Shape.PastDimension));
        _prepared = new PreparedComponents(_components, model.Shape.PastDimension, model.Shape.FutureDimension);
        _partial = new Lazy<PartialPast>(() => new PartialPast(model, _components, _prepared));
    }

    public WindowModel Model { get; }

    /// <summary>The mixture of the future window given the past alone; null when nothing was observed of what the model looks at.</summary>
    /// <param name="past">Reach steps, NaN where missing.</param>
    public ConditionalMixture? Condition(ReadOnlySpan<double> past)
    {
        ForecastWorkspace workspace = Workspace();
        Units units = Read(past, workspace, out int missing);
        if (missing == _prepared.Past)
        {
            return null;
        }

        FutureCovariance[] covariances = missing == 0 ? Complete(workspace) : _partial.Value.Condition(workspace);
        int kept = covariances.Length;
        var means = new double[kept * _prepared.Future];
        for (int k = 0; k < kept; k++)
        {
            ReadOnlySpan<double> offset = workspace.FutureOffset(workspace.Kept[k])[_prepared.Lead..];
            ReadOnlySpan<double> center = _components[workspace.Kept[k]].TargetMean;
            for (int i = 0, c = 0, level = 0; i < center.Length; i++, c = c + 1 == units.Scales.Length ? 0 : c + 1, level = level + 1 == units.Levels.Length ? 0 : level + 1)
            {
                means[(i * kept) + k] = (units.Scales[c] * (offset[i] + center[i])) + units.Levels[level];
            }
        }

        return new ConditionalMixture(workspace.LogWeights[..kept].ToArray(), means, covariances, units.Scales.ToArray());
    }

    /// <summary>Mean and standard deviation of every value of the future window; false when something of the past is missing.</summary>
    /// <param name="past">Reach steps.</param>
    /// <param name="mean">Receives F·C numbers.</param>
    /// <param name="standardDeviation">Receives F·C numbers.</param>
    public bool TryMoments(ReadOnlySpan<double> past, Span<double> mean, Span<double> standardDeviation)
    {
        ForecastWorkspace workspace = Workspace();
        Units units = Read(past, workspace, out int missing);
        if (missing > 0)
        {
            return false;
        }

        WriteMoments(workspace, Weigh(workspace), whole: false, units, mean, standardDeviation);
        return true;
    }

    /// <summary>
    /// The same for <see cref="PanelKernels.Width"/> pasts one after another, to the same bits: weights for all at once, then the
    /// components that count for each. False when something of any past is missing, or lies too far out for weights.
    /// </summary>
    public bool TryMomentsOfBlock(ReadOnlySpan<double> pasts, Span<double> means, Span<double> standardDeviations)
    {
        if (_prepared.Count == 1)
        {
            return false;
        }

        ForecastWorkspace workspace = Workspace();
        BatchWorkspace batch = BatchWorkspace.For(_prepared);
        Span<double> columns = batch.Columns;
        int reach = _reader.Reach * Model.Shape.Channels;
        for (int n = 0; n < PanelKernels.Width; n++)
        {
            Read(pasts.Slice(n * reach, reach), workspace, out int missing);
            if (missing > 0)
            {
                return false;
            }

            for (int j = 0; j < _prepared.Past; j++)
            {
                columns[(j * PanelKernels.Width) + n] = workspace.Past[j];
            }
        }

        _prepared.LogWeightsOfMany(columns, batch.Offsets, batch.Squares, batch.LogWeights, batch.Best);
        for (int n = 0; n < PanelKernels.Width; n++)
        {
            if (double.IsNegativeInfinity(batch.Best[n]))
            {
                return false;
            }

            Units units = Read(pasts.Slice(n * reach, reach), workspace, out _);
            for (int k = 0; k < _prepared.Count; k++)
            {
                workspace.LogWeights[k] = batch.LogWeights[(k * PanelKernels.Width) + n];
            }

            int kept = KeptWeights.Select(workspace.LogWeights, batch.Best[n], workspace.Kept);
            WriteMoments(
                workspace, kept, whole: true, units, means.Slice(n * _prepared.Future, _prepared.Future), standardDeviations.Slice(n * _prepared.Future, _prepared.Future));
        }

        return true;
    }

    /// <summary>Leaves the components that count, their weights, and m − μ_F of each in the workspace; returns S of each.</summary>
    private FutureCovariance[] Complete(ForecastWorkspace workspace)
    {
        var covariances = new FutureCovariance[Weigh(workspace)];
        for (int n = 0; n < covariances.Length; n++)
        {
            _prepared.FutureOffset(workspace.Kept[n], workspace);
            covariances[n] = _components[workspace.Kept[n]].Future;
        }

        return covariances;
    }

    private ForecastWorkspace Workspace() => ForecastWorkspace.For(_prepared, _reader.Levels, Model.Shape.Channels);

    private Units Read(ReadOnlySpan<double> past, ForecastWorkspace workspace, out int missing)
    {
        Units units = new(workspace.Levels, workspace.Scales);
        _reader.ReadPast(past, workspace.Past, units.Levels, units.Scales);
        missing = 0;
        foreach (double value in workspace.Past[.._prepared.Past])
        {
            missing += double.IsNaN(value) ? 1 : 0;
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
        for (int i = 0, c = 0, level = 0; i < mean.Length; i++, c = c + 1 == units.Scales.Length ? 0 : c + 1, level = level + 1 == units.Levels.Length ? 0 : level + 1)
        {
            mean[i] = (units.Scales[c] * mixtureMean[i]) + units.Levels[level];
            deviation[i] = units.Scales[c] * mixtureDeviation[i];
        }
    }

    /// <summary>What normalised units are worth: x = level + scale · normalised x, levels cycling by phase and channel, scales by channel.</summary>
    private readonly ref struct Units(Span<double> levels, Span<double> scales)
    {
        public Span<double> Levels { get; } = levels;

        public Span<double> Scales { get; } = scales;
    }
}
