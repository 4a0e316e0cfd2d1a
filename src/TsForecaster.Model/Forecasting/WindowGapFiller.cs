using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>What one member says of a missing value, in (transformed) units of the series.</summary>
internal sealed record GapMixture(double[] Weights, double[] Means, double[] Deviations);

/// <summary>
/// Conditions one density of windows on any observed part O of a window. With the targets T put behind O, the rows of the factor of
/// Σ_k over (O, T) hold everything, as in <see cref="ConditionalComponent"/>.
/// </summary>
internal sealed class WindowGapFiller
{
    private readonly WindowModel _model;
    private readonly WindowReader _reader;
    private readonly int[] _lags;
    private readonly double[] _levelVariances;

    public WindowGapFiller(WindowModel model)
    {
        (_model, _reader, _lags) = (model, new WindowReader(model.Shape, model.Normalisation), [.. model.Shape.Lags]);
        _levelVariances = OpenLevel.Variances(model);
    }

    /// <param name="history">Step-major values, NaN where missing; also where a value is asked for.</param>
    /// <param name="back">How many steps before the last each value lies.</param>
    /// <param name="channel">Of the values.</param>
    public GapMixture?[] Fill(ReadOnlySpan<double> history, ReadOnlySpan<int> back, int channel)
    {
        var filled = new GapMixture?[back.Length];
        var drops = new int[back.Length];
        for (int i = 0; i < back.Length; i++)
        {
            drops[i] = Drop(back[i]);
        }

        // Values that one window holds are filled together.
        for (int first = 0; first < back.Length; first++)
        {
            if (Array.IndexOf(drops, drops[first]) == first)
            {
                List<int> together = [.. Enumerable.Range(first, back.Length - first).Where(i => drops[i] == drops[first])];
                int[] positions = new int[together.Count];
                for (int i = 0; i < positions.Length; i++)
                {
                    positions[i] = (PositionOf(back[together[i]] - drops[first]) * _model.Shape.Channels) + channel;
                }

                GapMixture?[] some = Condition(history[..^(drops[first] * _model.Shape.Channels)], positions);
                for (int i = 0; i < positions.Length; i++)
                {
                    filled[together[i]] = some[i];
                }
            }
        }

        return filled;
    }

    /// <summary>Whether no window's own values say what its level is.</summary>
    private bool IsLevelFixed => _model.Normalisation.Centring is Centring.None or Centring.History;

    /// <summary>Steps to leave off the end of the history, so that the window which then ends it holds the value.</summary>
    private int Drop(int back) => PositionOf(back) >= 0 ? 0 : back - _model.Shape.Future + 1;

    /// <summary>The step of the window that lies so many steps before its last, or −1 when the window leaves it out.</summary>
    private int PositionOf(int back) =>
        back < _model.Shape.Future ? _model.Shape.Steps - 1 - back : Array.IndexOf(_lags, back - _model.Shape.Future + 1);

    private GapMixture?[] Condition(ReadOnlySpan<double> history, int[] targets)
    {
        int channels = _model.Shape.Channels;
        var window = new double[_model.Shape.Dimension];
        var levels = new double[_reader.Levels];
        var scales = new double[channels];
        ReadOnlySpan<double> stretch = PaddedHistory.Last(history, (_reader.Reach + _model.Shape.Future) * channels);
        _reader.Read(stretch, window, levels, scales);
        var offsets = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            bool moved = MeasureByFuture(window, levels, scales, c);
            bool known = !moved && _model.Normalisation.FixesLevel(window.AsSpan(0, _model.Shape.PastDimension), channels, c);
            offsets[c] = known || IsLevelFixed ? 0.0 : _levelVariances[c];
        }

        int[] observed = [.. Enumerable.Range(0, window.Length).Where(i => !double.IsNaN(window[i]))];
        var filled = new GapMixture?[targets.Length];

        // What other channels say is said of departures from a level that nothing tells.
        if (observed.Length == 0 || !(IsLevelFixed || Array.Exists(observed, i => i % channels == targets[0] % channels)))
        {
            return filled;
        }

        int[] order = [.. observed, .. targets];
        GaussianMixture mixture = _model.Mixture;
        var weights = new double[mixture.Components];
        var means = new double[mixture.Components][];
        var deviations = new double[mixture.Components][];
        for (int k = 0; k < weights.Length; k++)
        {
            (means[k], deviations[k]) = (new double[targets.Length], new double[targets.Length]);
            weights[k] = Condition(k, window, order, observed.Length, offsets, means[k], deviations[k]);
        }

        double best = weights.Max();
        if (double.IsNegativeInfinity(best))
        {
            return filled;
        }

        var kept = new int[weights.Length];
        int count = KeptWeights.Select(weights, best, kept);
        for (int i = 0; i < targets.Length; i++)
        {
            double level = _reader.LevelOf(targets[i], stretch, levels), scale = scales[targets[i] % channels];
            filled[i] = new GapMixture(
                weights[..count],
                Array.ConvertAll(kept[..count], k => level + (scale * means[k][i])),
                Array.ConvertAll(kept[..count], k => scale * deviations[k][i]));
        }

        return filled;
    }

    /// <summary>Writes mean and standard deviation of each target under component k; returns log(π N(x_O)), −∞ where it cannot be had.</summary>
    /// <param name="offsets">Of each channel's level; see <see cref="OpenLevel"/>.</param>
    private double Condition(int k, double[] window, int[] order, int observed, double[] offsets, double[] means, double[] deviations)
    {
        GaussianMixture mixture = _model.Mixture;
        ReadOnlySpan<double> mean = mixture.Mean(k);
        UpperFactor factor = PartialWorkspace.Current.Factor;
        factor.Take(mixture.Covariance(k), mixture.Dimension, order);
        AddLevels(factor, order, offsets);
        double logWeight = Math.Log(mixture.Weights[k]);
        if (!double.IsFinite(logWeight) || !factor.TryFactor())
        {
            return double.NegativeInfinity;
        }

        // With U over (O, T), what solving U_OOᵀ z = x_O − μ_O forward leaves of zeros beside it is −U_OTᵀ z.
        Span<double> z = PartialWorkspace.Current.Solution(order.Length);
        for (int i = 0; i < order.Length; i++)
        {
            z[i] = i < observed ? window[order[i]] - mean[order[i]] : 0.0;
        }

        factor.SolveLeading(z, observed);
        for (int i = 0; i < observed; i++)
        {
            logWeight -= Math.Log(factor.Row(i)[0]) + (0.5 * z[i] * z[i]);
        }

        for (int i = 0; i < means.Length; i++)
        {
            means[i] = mean[order[observed + i]] - z[observed + i];
            double variance = 0.0;
            for (int j = 0; j <= i; j++)
            {
                double u = factor.Row(observed + j)[i - j];
                variance += u * u;
            }

            deviations[i] = Math.Sqrt(variance);
        }

        return logWeight;
    }

    /// <summary>Adds the variance of each channel's level to the covariances of its values.</summary>
    private static void AddLevels(UpperFactor factor, int[] order, double[] offsets)
    {
        for (int c = 0; c < offsets.Length; c++)
        {
            int[] own = offsets[c] > 0.0 ? [.. Enumerable.Range(0, order.Length).Where(i => order[i] % offsets.Length == c)] : [];
            for (int a = 0; a < own.Length; a++)
            {
                Span<double> row = factor.Row(own[a]);
                foreach (int j in own.AsSpan(a))
                {
                    row[j - own[a]] += offsets[c];
                }
            }
        }
    }

    /// <summary>A channel of whose past nothing was observed takes level and scale of its future, in units of what it was normalised by.</summary>
    /// <returns>Whether it had to.</returns>
    private bool MeasureByFuture(Span<double> window, Span<double> levels, Span<double> scales, int channel)
    {
        int channels = scales.Length;
        for (int i = channel; i < _model.Shape.PastDimension; i += channels)
        {
            if (!double.IsNaN(window[i]))
            {
                return false;
            }
        }

        Span<double> future = window[_model.Shape.PastDimension..];
        (double level, double scale) = _model.Normalisation.Measure(future, channels, channel);
        level = IsLevelFixed ? 0.0 : level;
        for (int i = channel; i < future.Length; i += channels)
        {
            future[i] = (future[i] - level) / scale;
        }

        for (int i = channel; i < levels.Length; i += channels)
        {
            levels[i] += scales[channel] * level;
        }

        scales[channel] *= scale;
        return true;
    }
}
