using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// Fits windows of several channels in units in which all of them vary alike. A ridge is a share of the mean variance of all numbers of a window, and the distances
/// that a start is found by are sums over all: of a vibration in thousandths beside a temperature in tens neither would leave anything. Units are powers
/// of two, so that no bit is lost on the way there and back: what units a channel comes in makes no difference, to the bit, where they differ by such.
/// </summary>
internal static class ChannelUnits
{
    private const int MaxNumbers = 1 << 19;

    /// <summary>Fits windows; the report is of the fit, in its units.</summary>
    /// <param name="windows">Cut from <paramref name="histories"/> by the next three.</param>
    /// <param name="histories">Step-major.</param>
    /// <param name="shape">With one channel nothing is done to them.</param>
    /// <param name="normalisation">One that scales windows has seen to the units itself.</param>
    /// <param name="missing">Which windows with missing values are kept.</param>
    /// <param name="options">Of the fit; with <see cref="CovarianceShape.Spherical"/> units stay as they come, since its one variance is of all channels.</param>
    /// <param name="cancellation">Looked at between two iterations.</param>
    /// <inheritdoc cref="ExpectationMaximization.Fit"/>
    public static FitResult Fit(
        WindowSet windows, IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, MissingValues? missing, FitOptions options, CancellationToken cancellation)
    {
        double[] units = shape.Channels == 1 || normalisation.Scaling != Scaling.None || options.Shape == CovarianceShape.Spherical ? [] : Measure(windows, shape.Channels);
        if (units.All(unit => unit == 1.0))
        {
            return ExpectationMaximization.Fit(windows, options, cancellation);
        }

        double[] inverse = [.. units.Select(unit => 1.0 / unit)];
        FitResult fit = ExpectationMaximization.Fit(
            WindowSet.Over([.. histories.Select(history => Times(history.Span, inverse))], shape, normalisation, missing: missing),
            options with
            {
                InitialMixture = options.InitialMixture is { } start ? Times(start, inverse) : null,
                HeldOutScore = options.HeldOutScore is { } score ? mixture => score(Times(mixture, units)) : null,
            },
            cancellation);
        return fit with { Mixture = fit.Mixture is { } mixture ? Times(mixture, units) : null };
    }

    /// <summary>The power of two nearest to each channel's standard deviation about the mean window; 1 where it does not vary.</summary>
    private static double[] Measure(WindowSet windows, int channels)
    {
        double[] window = new double[windows.Dimension], first = new double[window.Length], sums = new double[window.Length], squares = new double[window.Length];
        int[] counts = new int[window.Length];
        int step = (int)Math.Max(1, (long)windows.Count * windows.Dimension / MaxNumbers);
        for (int n = 0; n < windows.Count; n += step)
        {
            windows.CopyTo(n, window);
            for (int i = 0; i < window.Length; i++)
            {
                if (double.IsNaN(window[i]))
                {
                    continue;
                }

                first[i] = counts[i]++ == 0 ? window[i] : first[i];
                sums[i] += window[i] - first[i];
                squares[i] += (window[i] - first[i]) * (window[i] - first[i]);
            }
        }

        double[] units = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            double scatter = 0.0, count = 0.0;
            for (int i = c; i < window.Length; i += channels)
            {
                scatter += counts[i] > 0 ? squares[i] - (sums[i] * sums[i] / counts[i]) : 0.0;
                count += counts[i];
            }

            double variance = scatter / count;
            units[c] = variance > 0.0 && double.IsFinite(variance) ? Math.ScaleB(1.0, (int)Math.Round(0.5 * Math.Log2(variance))) : 1.0;
        }

        return units;
    }

    private static ReadOnlyMemory<double> Times(ReadOnlySpan<double> values, double[] factors)
    {
        double[] product = new double[values.Length];
        for (int i = 0; i < product.Length; i++)
        {
            product[i] = factors[i % factors.Length] * values[i];
        }

        return product;
    }

    /// <summary>The mixture of windows whose channels are so many times as large.</summary>
    private static GaussianMixture Times(GaussianMixture mixture, double[] factors)
    {
        int d = mixture.Dimension;
        double[] means = new double[mixture.Components * d], covariances = new double[means.Length * d];
        for (int k = 0; k < mixture.Components; k++)
        {
            ReadOnlySpan<double> mean = mixture.Mean(k), covariance = mixture.Covariance(k);
            for (int i = 0; i < d; i++)
            {
                double factor = factors[i % factors.Length];
                means[(k * d) + i] = factor * mean[i];
                for (int j = 0; j < d; j++)
                {
                    covariances[(((k * d) + i) * d) + j] = factor * factors[j % factors.Length] * covariance[(i * d) + j];
                }
            }
        }

        return GaussianMixture.Create(mixture.Weights, means, covariances, mixture.Shape);
    }
}
