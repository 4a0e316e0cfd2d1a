using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// A generalised ridge on what a forecast draws from its past (Hoerl &amp; Kennard 1970; Tikhonov): Σ_PP is replaced by
/// Σ_PP + τ Λ, τ = trace(Σ_PP)/P, so that the gain Σ_FP (Σ_PP + τ Λ)⁻¹ minimises the squared error plus τ gᵀ Λ g for each row g, and
/// the density stays a density. Λ = Level·I + Growth·diag(2·lag/P) + Σ_s strength·Dᵀ diag((lag/s)²) D, where D takes the difference of
/// the coefficients at lag and lag + s: what happened at the same phase of earlier seasons is to count alike, the more so the longer ago.
/// It costs one factorisation a component, whatever was fitted.
/// </summary>
public sealed record GainPenalty
{
    public static GainPenalty None { get; } = new();

    /// <summary>On every coefficient.</summary>
    public double Level { get; init; }

    /// <summary>On a coefficient in proportion to its lag; P is the lag in the middle weighted by one.</summary>
    public double Growth { get; init; }

    /// <summary>s, steps in a season; 0 for no seasonal part.</summary>
    public int Season { get; init; }

    /// <summary>On differences a season apart.</summary>
    public double Seasonal { get; init; }

    /// <summary>A longer season, such as a week beside a day; 0 for none.</summary>
    public int LongSeason { get; init; }

    /// <summary>On differences a long season apart.</summary>
    public double LongSeasonal { get; init; }

    /// <summary>The model with the penalty in the past's covariance of every component; null when it cannot be factored.</summary>
    public WindowModel? Apply(WindowModel model)
    {
        if (this == None)
        {
            return model;
        }

        double[] penalty = Matrix(model.Shape);
        int past = model.Shape.PastDimension, d = model.Shape.Dimension;
        GaussianMixture? penalised = model.Mixture.Revise((mean, covariance) =>
        {
            double trace = 0.0;
            for (int i = 0; i < past; i++)
            {
                trace += covariance[(i * d) + i];
            }

            for (int i = 0; i < past; i++)
            {
                VectorKernels.AddScaled(trace / past, penalty.AsSpan(i * past, past), covariance.AsSpan(i * d, past));
            }
        });
        return penalised is null ? null : new WindowModel(model.Shape, model.Normalisation, penalised, model.Report);
    }

    /// <summary>Λ, P·C×P·C row-major; channels do not meet in it.</summary>
    internal double[] Matrix(WindowShape shape)
    {
        int n = shape.PastDimension, channels = shape.Channels;
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            matrix[(i * n) + i] = Level + (Growth * 2.0 * shape.Lags[i / channels] / shape.Reach);
        }

        AddSeason(matrix, shape, Season, Seasonal);
        AddSeason(matrix, shape, LongSeason, LongSeasonal);
        return matrix;
    }

    private static void AddSeason(double[] matrix, WindowShape shape, int season, double strength)
    {
        if (season == 0 || strength == 0.0)
        {
            return;
        }

        int n = shape.PastDimension, channels = shape.Channels;
        Dictionary<int, int> positions = [];
        for (int j = 0; j < shape.Past; j++)
        {
            positions[shape.Lags[j]] = j;
        }

        for (int j = 0; j < shape.Past; j++)
        {
            if (positions.TryGetValue(shape.Lags[j] + season, out int earlier))
            {
                double weight = strength * ((double)shape.Lags[j] / season) * ((double)shape.Lags[j] / season);
                for (int c = 0; c < channels; c++)
                {
                    int a = (j * channels) + c, b = (earlier * channels) + c;
                    matrix[(a * n) + a] += weight;
                    matrix[(b * n) + b] += weight;
                    matrix[(a * n) + b] -= weight;
                    matrix[(b * n) + a] -= weight;
                }
            }
        }
    }
}
