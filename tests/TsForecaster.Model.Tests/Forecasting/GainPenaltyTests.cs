using MathNet.Numerics.LinearAlgebra;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class GainPenaltyTests
{
    private static readonly WindowShape _shape = new(6, 2);

    [Fact]
    public void Matrix_EqualsTheDefinition()
    {
        GainPenalty penalty = new() { Level = 0.05, Growth = 0.3, Season = 2, Seasonal = 0.7, LongSeason = 4, LongSeasonal = 1.1 };
        double[] matrix = penalty.Matrix(_shape);

        // As a quadratic form in coefficients by lag: Σ (level + growth 2 l/P) w_l² + Σ_s strength Σ_l (l/s)² (w_l − w_{l+s})².
        double[] w = [0.3, -1.2, 0.8, 2.0, -0.4, 0.9];
        double Of(int lag) => w[6 - lag];
        double expected = Enumerable.Range(1, 6).Sum(lag => (0.05 + (0.3 * 2 * lag / 6.0)) * Of(lag) * Of(lag));
        foreach ((int season, double strength) in new[] { (2, 0.7), (4, 1.1) })
        {
            for (int lag = 1; lag + season <= 6; lag++)
            {
                expected += strength * Math.Pow((double)lag / season, 2) * Math.Pow(Of(lag) - Of(lag + season), 2);
            }
        }

        double actual = 0.0;
        for (int i = 0; i < 36; i++)
        {
            actual += matrix[i] * w[i / 6] * w[i % 6];
        }

        Close.To(expected, actual, 1e-12);
    }

    [Fact]
    public void Apply_Gain_IsTheGeneralisedRidge()
    {
        WindowModel model = RandomModels.Member(_shape, 1, 4, Normalisation.None);
        GainPenalty penalty = new() { Level = 0.1, Season = 3, Seasonal = 2.0 };
        WindowModel penalised = penalty.Apply(model)!;
        Matrix<double> sigma = Matrix<double>.Build.Dense(8, 8, model.Mixture.Covariance(0).ToArray());
        Matrix<double> past = sigma.SubMatrix(0, 6, 0, 6);
        Matrix<double> ridge = Matrix<double>.Build.Dense(6, 6, penalty.Matrix(_shape)) * (past.Trace() / 6.0);
        Matrix<double> gain = sigma.SubMatrix(6, 2, 0, 6) * (past + ridge).Inverse();

        double[] x = [0.4, -0.1, 0.9, 0.2, -0.6, 0.5];
        Vector<double> mean = Vector<double>.Build.Dense(model.Mixture.Mean(0).ToArray());
        Vector<double> expected = mean.SubVector(6, 2) + (gain * (Vector<double>.Build.Dense(x) - mean.SubVector(0, 6)));
        double[] actual = new Forecaster(new ForecastModel(penalised)).Predict(x).Mean();
        Assert.All(expected.Zip(actual), pair => Close.To(pair.First, pair.Second, 1e-10));
    }

    [Fact]
    public void Apply_None_ChangesNothing()
    {
        WindowModel model = RandomModels.Member(_shape, 2, 4, Normalisation.None);
        Assert.Same(model, GainPenalty.None.Apply(model));
    }
}
