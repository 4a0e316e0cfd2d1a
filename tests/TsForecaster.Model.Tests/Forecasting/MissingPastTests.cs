using MathNet.Numerics.LinearAlgebra;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class MissingPastTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 7)]
    [InlineData(1, 0, 1, 2, 3, 4, 5, 6)]
    [InlineData(1, 1, 3, 4, 6)]
    [InlineData(2, 0, 15)]
    [InlineData(2, 1, 3, 5, 7, 9, 11, 13, 15)]
    [InlineData(2, 4, 5, 6, 7, 8, 9, 10)]
    public void Predict_MissingValues_ConditionsOnTheRest(int channels, params int[] missing)
    {
        WindowShape shape = new(8, 3, channels);
        ForecastModel model = RandomModels.Model(shape, 3, 11);
        double[] past = RandomModels.Past(shape, 4);
        int[] observed = [.. Enumerable.Range(0, past.Length).Except(missing)];
        ConditionalReference expected = new(model.Members[0].Mixture, observed, [.. Enumerable.Range(past.Length, shape.FutureDimension)], [.. observed.Select(i => past[i])]);
        foreach (int i in missing)
        {
            past[i] = double.NaN;
        }

        Forecast forecast = new Forecaster(model).Predict(past);
        Close.To([.. expected.Kept().Select(k => expected.Weights[k])], forecast.Weights.ToArray());
        Close.To(expected.Mean().ToArray(), forecast.Mean());
        Close.To(expected.Covariance().ToRowMajorArray(), forecast.Covariance());
    }

    [Fact]
    public void Predict_LastValueMissing_CentresOnTheLastObserved()
    {
        // Moving the whole observed past by 50 must move the forecast by 50.
        WindowShape shape = new(5, 2);
        var forecaster = new Forecaster(RandomModels.Model(shape, 2, 2, new Normalisation(Centring.Last)));
        double[] past = [1.0, 2.0, 1.5, double.NaN, double.NaN];
        double[] moved = [.. past.Select(value => value + 50.0)];
        Close.To([.. forecaster.Predict(past).Mean().Select(value => value + 50.0)], forecaster.Predict(moved).Mean(), 1e-12);

        ConditionalReference expected = new(forecaster.Model.Members[0].Mixture, [0, 1, 2], [5, 6], [-0.5, 0.5, 0.0]);
        Close.To([.. expected.Mean().Select(value => value + 1.5)], forecaster.Predict(past).Mean());
    }

    [Fact]
    public void Predict_OneValueObservedWithScaling_IsFinite()
    {
        WindowShape shape = new(5, 2);
        var forecaster = new Forecaster(RandomModels.Model(shape, 2, 2, new Normalisation(Centring.Mean, Scaling.StandardDeviation)));
        double[] past = [double.NaN, double.NaN, 4.0, double.NaN, double.NaN];
        Assert.All(forecaster.Predict(past).Mean(), value => Close.To(4.0, value, 1e-6));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    public void FactorRowDeletion_OneVariable_IsTheFactorOfTheSubmatrix(int deleted)
    {
        Matrix<double> covariance = Matrix<double>.Build.Dense(7, 7, RandomModels.Mixture(1, 7, 3).Covariance(0).ToArray());
        double[] factor = FactorRowDeletion.Delete(covariance.Cholesky().Factor.ToRowMajorArray(), 7, deleted);
        Matrix<double> expected = covariance.RemoveRow(deleted).RemoveColumn(deleted).Cholesky().Factor;
        Close.To(expected.ToRowMajorArray(), factor, 1e-13);
    }
}
