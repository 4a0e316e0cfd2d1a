using TsForecaster.Model.Forecasting;

namespace TsForecaster.Model.Evaluation.Panels;

/// <summary>A forecast by one Gaussian a step, in the units that windows are cut from.</summary>
internal readonly record struct GaussianPath(double[] Means, double[] Deviations)
{
    /// <summary>Of a forecast with one component.</summary>
    public static GaussianPath Of(Forecast forecast)
    {
        double[] means = new double[forecast.Steps], deviations = new double[forecast.Steps];
        for (int i = 0; i < means.Length; i++)
        {
            (means[i], deviations[i]) = forecast.ComponentAt(0, i);
        }

        return new GaussianPath(means, deviations);
    }
}
