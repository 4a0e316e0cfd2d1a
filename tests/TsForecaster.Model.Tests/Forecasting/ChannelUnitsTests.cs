using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>In what units a channel comes makes no difference to what is forecast of another.</summary>
public sealed class ChannelUnitsTests
{
    private static readonly WindowShape _shape = new(4, 2, 2);

    [Theory]
    [InlineData(1, CovarianceShape.Full, Centring.Last)]
    [InlineData(1, CovarianceShape.Full, Centring.None)]
    [InlineData(3, CovarianceShape.Full, Centring.Mean)]
    [InlineData(2, CovarianceShape.Tied, Centring.Last)]
    [InlineData(2, CovarianceShape.Diagonal, Centring.Last)]
    public void Fit_OtherUnits_ForecastsTheSame(int components, CovarianceShape covariance, Centring centring)
    {
        // Where units are no powers of two, k-means may end elsewhere; one component has nowhere else to go.
        foreach (double unit in (double[])[1 << 30, 1.0 / (1 << 30), .. components == 1 ? (double[])[1e8, 1e-8] : []])
        {
            double tolerance = double.IsPow2(unit) ? 1e-10 : 1e-4;
            Forecaster expected = new(Fit(1.0, components, covariance, centring)), found = new(Fit(unit, components, covariance, centring));
            for (int missing = -1; missing < _shape.PastDimension; missing++)
            {
                double[] past = Past(1.0, missing), scaled = Past(unit, missing);
                for (int step = 1; step <= 2; step++)
                {
                    Same(expected.Predict(past).Marginal(step), found.Predict(scaled).Marginal(step), 1.0, tolerance);
                    Same(expected.Predict(past).Marginal(step, 1), found.Predict(scaled).Marginal(step, 1), unit, tolerance);
                }
            }
        }
    }

    [Fact]
    public void Fit_FromAStart_GoesOnFromIt()
    {
        const double Unit = 1 << 30;
        ForecastModel first = Fit(Unit, 3, CovarianceShape.Full, Centring.Mean);
        ForecastModel again = Recipe(3, CovarianceShape.Full, Centring.Mean).From(first).Fit([History(Unit)])!;
        FitReport report = first.Members[0].Report;
        Assert.Equal(report.LogLikelihood / report.Windows, again.Members[0].Report.Trace[0], 1e-9);
    }

    [Fact]
    public void Fit_OfAFileOfColumns_IsTheSame()
    {
        FitOptions options = new() { Components = 2 };
        (ForecastModel? model, _) = ForecastModel.Fit([History(1 << 30)], _shape, new Normalisation(), options);
        Assert.Equal(Fit(1 << 30, 2, CovarianceShape.Full, Centring.Last).Id, model!.Id);
    }

    private static void Same(UnivariateMixture expected, UnivariateMixture found, double unit, double tolerance)
    {
        Assert.Equal(expected.Mean, found.Mean / unit, tolerance * expected.StandardDeviation);
        Assert.Equal(1.0, found.StandardDeviation / unit / expected.StandardDeviation, tolerance);
    }

    private static ForecastModel Fit(double unit, int components, CovarianceShape covariance, Centring centring) =>
        Recipe(components, covariance, centring).Fit([History(unit)])!;

    private static ForecastRecipe Recipe(int components, CovarianceShape covariance, Centring centring) =>
        ForecastRecipe.Of(_shape, new Normalisation(centring), new FitOptions { Components = components, Shape = covariance, Tolerance = 1e-9, MaxIterations = 500 });

    /// <summary>The first channel follows the second.</summary>
    private static double[] History(double unit)
    {
        double[] noise = RandomModels.Gaussians(new Random(4), 1202);
        return [.. Enumerable.Range(1, 600).SelectMany(t => (double[])[noise[2 * t] + (3.0 * noise[(2 * t) - 1]) + (t / 100 % 2 * Math.Sin(t)), unit * noise[(2 * t) + 1]])];
    }

    private static double[] Past(double unit, int missing) =>
        [.. RandomModels.Past(_shape, 3).Select((value, i) => i == missing ? double.NaN : i % 2 == 0 ? 3.0 * value : unit * value)];
}
