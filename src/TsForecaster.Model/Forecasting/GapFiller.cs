using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The density of a missing value given what was observed on both sides of it: the model of a forecast, conditioned on another part of
/// its window (Eirola &amp; Lendasse 2013). Members of an ensemble are pooled by their weights; the spread, which was found for
/// forecasts, is left out. Thread-safe.
/// </summary>
public sealed class GapFiller
{
    private const double Affordable = 1e8;

    private readonly WindowGapFiller[] _members;

    public GapFiller(ForecastModel model) =>
        (Model, _members) = (model, [.. model.Members.Select(member => new WindowGapFiller(member))]);

    public ForecastModel Model { get; }

    /// <summary>
    /// Of an ensemble, the member that counts most among those whose conditioning on a window, K·D³ operations, takes no more than tens of
    /// milliseconds; else the cheapest.
    /// </summary>
    public static GapFiller Economical(ForecastModel model)
    {
        double[] costs = [.. model.Members.Select(member => member.Mixture.Components * Math.Pow(member.Shape.Dimension, 3))];
        double most = Math.Max(Affordable, costs.Min());
        int chosen = Enumerable.Range(0, costs.Length).Where(i => costs[i] <= most).MaxBy(i => model.Weights[i]);
        return new GapFiller(model.Members.Count == 1 ? model : new ForecastModel([model.Members[chosen]], [1.0], transform: model.Transform, covariates: model.Covariates));
    }

    /// <summary>
    /// Fills values of one channel from the window that ends with the history. A value that no window reaches to which this history
    /// belongs is conditioned on an earlier window, whose future it begins. Costs D³/3 a component, however many values a window fills.
    /// </summary>
    /// <param name="history">
    /// Step-major values up to the last known step, oldest first, NaN where missing. <see cref="ForecastModel.Reach"/> + F steps are
    /// looked at; fewer are taken as missing before that.
    /// </param>
    /// <param name="back">How many steps before the last one each value lies, from 0. What the history holds there is not looked at.</param>
    /// <param name="channel">From 0.</param>
    /// <returns>One density a value; null where nothing was observed in its window, or nothing of its channel and its level is one of the window.</returns>
    /// <exception cref="ArgumentException">The history is no whole number of steps or holds an infinite value, or a value lies outside of it.</exception>
    public UnivariateMixture?[] Fill(ReadOnlySpan<double> history, ReadOnlySpan<int> back, int channel = 0, ReadOnlySpan<double> effects = default)
    {
        int channels = Model.Channels;
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, channels);
        if (history.Length % channels != 0)
        {
            throw new ArgumentException($"the history has {history.Length} numbers, which are not whole steps of {channels} channels");
        }

        double[] values = new double[history.Length];
        Model.Transform.Apply(history, values);
        if (Model.Covariates is not null)
        {
            CovariateEffects.TakeOff(values, effects, values);
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (double.IsInfinity(values[i]))
            {
                throw new ArgumentException($"the history is infinite at position {i}; a missing value is NaN");
            }
        }

        foreach (int steps in back)
        {
            if (steps < 0 || steps >= history.Length / channels)
            {
                throw new ArgumentException($"a value {steps} steps before the last of {history.Length / channels} lies outside of them");
            }

            values[values.Length - ((steps + 1) * channels) + channel] = double.NaN;
        }

        var parts = new GapMixture?[_members.Length][];
        for (int m = 0; m < parts.Length; m++)
        {
            parts[m] = _members[m].Fill(values, back, channel);
        }

        var filled = new UnivariateMixture?[back.Length];
        for (int i = 0; i < filled.Length; i++)
        {
            double effect = Model.Covariates is null ? 0.0 : effects[values.Length - 1 - back[i]];
            filled[i] = double.IsNaN(effect) ? null : Pool(parts, i, effect);
        }

        return filled;
    }

    private UnivariateMixture? Pool(GapMixture?[][] parts, int value, double effect)
    {
        double total = 0.0;
        List<double> weights = [], means = [], deviations = [];
        for (int m = 0; m < parts.Length; m++)
        {
            total += parts[m][value] is null ? 0.0 : Model.Weights[m];
        }

        for (int m = 0; m < parts.Length; m++)
        {
            if (parts[m][value] is { } part)
            {
                double share = Model.Weights[m] / total;
                weights.AddRange(part.Weights.Select(weight => share * weight));
                means.AddRange(part.Means.Select(mean => mean + effect));
                deviations.AddRange(part.Deviations);
            }
        }

        return weights.Count == 0 ? null : new UnivariateMixture([.. weights], [.. means], [.. deviations], Model.Transform);
    }
}
