namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Conditions on pasts with missing values: each component by the smaller of what is unknown and what is observed. Every set of missing
/// positions has factors of its own; what does not depend on it is computed once, when the first such past is met. Thread-safe.
/// </summary>
internal sealed class PartialPast
{
    private readonly WindowModel _model;
    private readonly ConditionalComponent[] _components;
    private readonly PreparedComponents _prepared;
    private readonly UnknownSide[] _unknown;
    private readonly ObservedSide[] _observed;

    public PartialPast(WindowModel model, ConditionalComponent[] components, PreparedComponents prepared)
    {
        (_model, _components, _prepared) = (model, components, prepared);
        double[] variances = OpenLevel.Variances(model);
        _unknown = [.. components.Select((component, k) => new UnknownSide(component, prepared, k, variances))];
        _observed = [.. components.Select((component, k) => new ObservedSide(component, prepared, k, variances))];
    }

    /// <summary>
    /// Leaves the components that count, their weights, and m − μ_F of each in the workspace.
    /// </summary>
    /// <param name="workspace">Holds a past of which something is observed, NaN where missing.</param>
    /// <returns>S of each component that counts.</returns>
    public FutureCovariance[] Condition(ForecastWorkspace workspace)
    {
        PastPattern pattern = new(_model, workspace.Past[.._prepared.Past]);
        PartialWorkspace partial = PartialWorkspace.Current;
        Span<double> weights = workspace.LogWeights;
        double best = double.NegativeInfinity;
        for (int k = 0; k < weights.Length; k++)
        {
            bool byUnknown = pattern.Unknown.Length <= pattern.Observed.Length;
            byUnknown = byUnknown && _unknown[k].TryCondition(pattern, workspace, partial, best, out weights[k]);
            if (!byUnknown)
            {
                weights[k] = _observed[k].Condition(pattern, workspace, partial);
            }

            partial.ByUnknown(k) = byUnknown;
            best = Math.Max(best, weights[k]);
        }

        if (double.IsNegativeInfinity(best))
        {
            // An outlier so far out that the squares of its distances overflow tells the components apart no more.
            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] = _components[k].LogPrior;
                best = Math.Max(best, weights[k]);
            }
        }

        var covariances = new FutureCovariance[KeptWeights.Select(weights, best, workspace.Kept)];
        for (int n = 0; n < covariances.Length; n++)
        {
            int k = workspace.Kept[n];
            double[] deviations = new double[_prepared.Future];
            ReadOnlySpan<double> variances = partial.Variances(k, deviations.Length);
            for (int i = 0; i < deviations.Length; i++)
            {
                deviations[i] = Math.Sqrt(variances[i]);
            }

            (UnknownSide unknown, ObservedSide observed) = (_unknown[k], _observed[k]);
            covariances[n] = new FutureCovariance(deviations, partial.ByUnknown(k) ? () => unknown.FutureFactor(pattern) : () => observed.FutureFactor(pattern, deviations));
        }

        return covariances;
    }
}
