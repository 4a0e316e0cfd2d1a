using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The predictive mixture Σ_k w_k N(m_k, S_k) of a future window, in the units of the series. Immutable.
/// Steps count from 1 (the next step) to F, channels from 0. Components whose weight is below 2⁻⁵³ of the largest are not in it.
/// </summary>
public sealed class Forecast
{
    private readonly double[] _weights;
    private readonly double[] _means;
    private readonly FutureCovariance[] _covariances;
    private readonly double[][] _scales;
    private double[]? _deviations;
    private UnivariateMixture?[]? _marginals;

    /// <param name="model">Says what channels, spread and transform there are.</param>
    /// <param name="mixture">Whose means become the forecast's.</param>
    internal Forecast(ForecastModel model, ConditionalMixture mixture)
        : this(model, mixture.Weights, mixture.Means, mixture.Covariances, Scales(mixture, model.Channels, model.Spread))
    {
    }

    /// <param name="model">Its spread is still to pull the means together; the scales have it.</param>
    /// <param name="weights">w, summing to one.</param>
    /// <param name="means">m_k in the (transformed) units of the series, (F·C)×K row-major: the components of one value stand side by side.</param>
    /// <param name="covariances">S_k in normalised units.</param>
    /// <param name="scales">What a normalised unit is worth, for each component: by channel, or by future value.</param>
    private Forecast(ForecastModel model, double[] weights, double[] means, FutureCovariance[] covariances, double[][] scales)
    {
        (Channels, Transform, _weights, _means, _covariances, _scales) = (model.Channels, model.Transform, weights, means, covariances, scales);
        Steps = means.Length / (weights.Length * Channels);
        for (int i = 0; i < model.Spread.Length * Channels && weights.Length > 1; i++)
        {
            double mean = MeanAt(i), factor = model.Spread[i / Channels];
            foreach (ref double m in means.AsSpan(i * weights.Length, weights.Length))
            {
                m = mean + (factor * (m - mean));
            }
        }
    }

    /// <summary>The weighted sum of several mixtures (a linear pool).</summary>
    /// <param name="model">Says what channels, spread and transform there are.</param>
    /// <param name="mixtures">Of the same future window.</param>
    /// <param name="shares">One a mixture; divided by their sum.</param>
    internal static Forecast Pool(ForecastModel model, IReadOnlyList<ConditionalMixture> mixtures, IReadOnlyList<double> shares)
    {
        double total = shares.Sum();
        int count = mixtures.Sum(mixture => mixture.Weights.Length), dimension = mixtures[0].Means.Length / mixtures[0].Weights.Length;
        var weights = new double[count];
        var means = new double[count * dimension];
        var covariances = new FutureCovariance[count];
        var scales = new double[count][];
        int first = 0;
        for (int m = 0; m < mixtures.Count; m++)
        {
            ConditionalMixture mixture = mixtures[m];
            int kept = mixture.Weights.Length;
            double[][] units = Scales(mixture, model.Channels, model.Spread);
            for (int k = 0; k < kept; k++)
            {
                weights[first + k] = mixture.Weights[k] * shares[m] / total;
                (covariances[first + k], scales[first + k]) = (mixture.Covariances[k], units[k]);
            }

            for (int i = 0; i < dimension; i++)
            {
                mixture.Means.AsSpan(i * kept, kept).CopyTo(means.AsSpan((i * count) + first));
            }

            first += kept;
        }

        return new Forecast(model, weights, means, covariances, scales);
    }

    /// <summary>F.</summary>
    public int Steps { get; }

    public int Channels { get; }

    /// <summary>What of the values the components describe; everything else here is about the values themselves.</summary>
    public ValueTransform Transform { get; }

    /// <summary>w_k of the components that count, summing to one.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>The distribution of one value of the future window; asked again, the same object.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step or channel.</exception>
    public UnivariateMixture Marginal(int step, int channel = 0)
    {
        int index = IndexOf(step, channel);
        _deviations ??= Deviations();
        _marginals ??= new UnivariateMixture[Dimension];
        return _marginals[index] ??= new UnivariateMixture(_weights, _means, _deviations, index * _weights.Length, Transform);
    }

    /// <summary>Mean of the future window, F·C numbers.</summary>
    public double[] Mean()
    {
        var mean = new double[Dimension];
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = Transform == ValueTransform.None ? MeanAt(i) : Marginal((i / Channels) + 1, i % Channels).Mean;
        }

        return mean;
    }

    /// <summary>Σ w_k (S_k + m_k m_kᵀ) − m̄ m̄ᵀ, (F·C)×(F·C) row-major. Costs K·(F·C)³/3.</summary>
    public double[] Covariance()
    {
        int n = Dimension;
        double[] mean = Mean();
        var covariance = new double[n * n];
        for (int k = 0; k < _weights.Length; k++)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    double within = VectorKernels.Dot(_covariances[k].FactorRow(i)[..(j + 1)], _covariances[k].FactorRow(j));
                    within *= ScaleOf(k, i) * ScaleOf(k, j);
                    (double mi, double mj) = (MeanOf(k, i), MeanOf(k, j));
                    if (Transform == ValueTransform.Log)
                    {
                        // Of log-normals: means exp(m + s²/2), covariance their product times exp(S_ij) − 1.
                        (mi, mj) = (LogNormalMean(k, i), LogNormalMean(k, j));
                        within = mi * mj * (Math.Exp(within) - 1.0);
                    }

                    covariance[(i * n) + j] += _weights[k] * (within + ((mi - mean[i]) * (mj - mean[j])));
                    covariance[(j * n) + i] = covariance[(i * n) + j];
                }
            }
        }

        return covariance;
    }

    /// <summary>Joint draws of the future window, count×(F·C) row-major; the same seed gives the same draws.</summary>
    public double[] Sample(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int n = Dimension;
        var rows = new double[count * n];
        var whitened = new double[n];
        var random = new SeededRandom(seed);
        for (int row = 0; row < count; row++)
        {
            Draw(random, rows.AsSpan(row * n, n), whitened);
        }

        return rows;
    }

    /// <summary>P(any step of the channel is above the threshold), from <paramref name="draws"/> joint draws.</summary>
    public double ProbabilityAnyAbove(double threshold, int channel = 0, int draws = 4096, ulong seed = 1)
    {
        IndexOf(1, channel);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var random = new SeededRandom(seed);
        var window = new double[Dimension];
        var whitened = new double[window.Length];
        int above = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            Draw(random, window, whitened);
            for (int i = channel; i < window.Length; i += Channels)
            {
                if (window[i] > threshold)
                {
                    above++;
                    break;
                }
            }
        }

        return (double)above / draws;
    }

    /// <summary>Writes mean and standard deviation of every value, F·C numbers each.</summary>
    internal void Moments(Span<double> mean, Span<double> standardDeviation)
    {
        for (int i = 0; i < mean.Length; i++)
        {
            UnivariateMixture marginal = Marginal((i / Channels) + 1, i % Channels);
            (mean[i], standardDeviation[i]) = (marginal.Mean, marginal.StandardDeviation);
        }
    }

    /// <summary>S_k in normalised units; shared by all forecasts from complete pasts.</summary>
    internal FutureCovariance CovarianceOf(int k) => _covariances[k];

    /// <summary>Mean and standard deviation of component k at a position of the future window.</summary>
    internal (double Mean, double StandardDeviation) ComponentAt(int k, int index) =>
        (MeanOf(k, index), ScaleOf(k, index) * _covariances[k].Deviations[index]);

    /// <summary>One window: a component by its weight, then m_k + scale ∘ L_k u with u standard normal.</summary>
    private void Draw(SeededRandom random, Span<double> window, Span<double> whitened)
    {
        int k = random.NextChoice(_weights);
        random.FillGaussian(whitened);
        for (int i = 0; i < window.Length; i++)
        {
            double value = MeanOf(k, i) + (ScaleOf(k, i) * VectorKernels.Dot(_covariances[k].FactorRow(i), whitened[..(i + 1)]));
            window[i] = Transform == ValueTransform.Log ? Math.Exp(value) : value;
        }
    }

    private int Dimension => Steps * Channels;

    private double LogNormalMean(int k, int index)
    {
        (double mean, double deviation) = ComponentAt(k, index);
        return Math.Exp(mean + (0.5 * deviation * deviation));
    }

    private double MeanAt(int index)
    {
        double mean = 0.0;
        for (int k = 0; k < _weights.Length; k++)
        {
            mean += _weights[k] * MeanOf(k, index);
        }

        return mean;
    }

    private double ScaleOf(int k, int index) => _scales[k][index % _scales[k].Length];

    /// <summary>The scales of a mixture's components, which share them; with a spread, one a future value.</summary>
    private static double[][] Scales(ConditionalMixture mixture, int channels, ReadOnlySpan<double> spread)
    {
        double[] shared = mixture.Scales;
        if (!spread.IsEmpty)
        {
            shared = new double[spread.Length * channels];
            for (int i = 0; i < shared.Length; i++)
            {
                shared[i] = spread[i / channels] * mixture.Scales[i % channels];
            }
        }

        var scales = new double[mixture.Weights.Length][];
        Array.Fill(scales, shared);
        return scales;
    }

    private double MeanOf(int k, int index) => _means[(index * _weights.Length) + k];

    private double[] Deviations()
    {
        var deviations = new double[_means.Length];
        for (int i = 0; i < deviations.Length; i++)
        {
            deviations[i] = ComponentAt(i % _weights.Length, i / _weights.Length).StandardDeviation;
        }

        return deviations;
    }

    private int IndexOf(int step, int channel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, Steps);
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, Channels);
        return ((step - 1) * Channels) + channel;
    }
}
