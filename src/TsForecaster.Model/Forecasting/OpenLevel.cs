using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The density of windows whose level is not known. A window is normalised by the level of its past; where what fixes that level is
/// missing (<see cref="Normalisation.FixesLevel"/>), a level measured from the rest is only near it. The values of a channel then get a common
/// offset whose variance is wide against the window's own: v·1 is added to the covariances between them. What is observed estimates the
/// offset along with everything else, and forecasts are as uncertain by it as they should be: generalised least squares, as in ordinary kriging.
/// </summary>
internal static class OpenLevel
{
    // A prior that decides nothing: a standard deviation of a hundred of the window's costs four digits of sixteen.
    private const double RelativeVariance = 1e4;

    /// <summary>v of each channel, the same for all components, so that it does not weigh them.</summary>
    public static double[] Variances(WindowModel model)
    {
        GaussianMixture mixture = model.Mixture;
        double[] sums = new double[model.Shape.Channels];
        for (int k = 0; k < mixture.Components; k++)
        {
            ReadOnlySpan<double> covariance = mixture.Covariance(k);
            for (int i = 0; i < mixture.Dimension; i++)
            {
                sums[i % sums.Length] += mixture.Weights[k] * covariance[(i * mixture.Dimension) + i];
            }
        }

        return [.. sums.Select(sum => RelativeVariance * sum / model.Shape.Steps)];
    }
}
