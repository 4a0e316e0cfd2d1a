using MathNet.Numerics.LinearAlgebra;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
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
    public void Predict_LevelFixedByWhatIsObserved_ConditionsOnTheRest()
    {
        WindowShape shape = new(5, 2);
        var forecaster = new Forecaster(RandomModels.Model(shape, 2, 2, new Normalisation(Centring.Last)));
        ConditionalReference expected = new(forecaster.Model.Members[0].Mixture, [0, 1, 4], [5, 6], [-0.5, 0.5, 0.0]);
        Close.To([.. expected.Mean().Select(value => value + 1.5)], forecaster.Predict([1.0, 2.0, double.NaN, double.NaN, 1.5]).Mean());
    }

    [Theory]
    [InlineData(Centring.Last, new[] { 4 })]
    [InlineData(Centring.Last, new[] { 1, 3, 4 })]
    [InlineData(Centring.Mean, new[] { 2 })]
    [InlineData(Centring.Mean, new[] { 0, 1, 4 })]
    public void Predict_LevelOpen_IsGeneralisedLeastSquares(Centring centring, int[] missing)
    {
        WindowShape shape = new(5, 2);
        ForecastModel model = RandomModels.Model(shape, 1, 2, new Normalisation(centring));
        double[] past = [1.0, 2.0, 1.5, 0.7, 1.1];
        int[] observed = [.. Enumerable.Range(0, 5).Except(missing)];
        foreach (int i in missing)
        {
            past[i] = double.NaN;
        }

        // a = 1ᵀS⁻¹(x − μ) / 1ᵀS⁻¹1 over what is observed; forecast μ_F + a + G(x − μ − a), covariance of the known level and (1 − G1)(1 − G1)ᵀ / 1ᵀS⁻¹1.
        Matrix<double> covariance = Matrix<double>.Build.Dense(7, 7, model.Members[0].Mixture.Covariance(0).ToArray());
        Matrix<double> inverse = Block(covariance, observed, observed).Inverse(), gain = Block(covariance, [5, 6], observed) * inverse;
        Vector<double> mean = Vector<double>.Build.Dense(model.Members[0].Mixture.Mean(0).ToArray());
        Vector<double> ones = Vector<double>.Build.Dense(observed.Length, 1.0), both = Vector<double>.Build.Dense(2, 1.0);
        Vector<double> offset = Vector<double>.Build.Dense([.. observed.Select(i => past[i] - mean[i])]);
        double precision = ones * inverse * ones, level = ones * inverse * offset / precision;
        Vector<double> expected = mean.SubVector(5, 2) + (level * both) + (gain * (offset - (level * ones)));
        Vector<double> uncertain = both - (gain * ones);
        Matrix<double> spread = Block(covariance, [5, 6], [5, 6]) - (gain * Block(covariance, observed, [5, 6])) + (uncertain.OuterProduct(uncertain) / precision);

        Forecast forecast = new Forecaster(model).Predict(past);
        Close.To(expected.ToArray(), forecast.Mean(), 1e-3);
        Close.To(spread.ToRowMajorArray(), forecast.Covariance(), 1e-3);
    }

    [Theory]
    [InlineData(Centring.None, 0, 0, "xxxxx", true)]
    [InlineData(Centring.Last, 0, 0, "xxxx.", true)]
    [InlineData(Centring.Last, 0, 0, "....x", false)]
    [InlineData(Centring.Mean, 0, 0, ".....", true)]
    [InlineData(Centring.Mean, 0, 0, "x....", false)]
    [InlineData(Centring.Mean, 0, 2, "xxx..", true)]
    [InlineData(Centring.Mean, 0, 2, "...x.", false)]
    [InlineData(Centring.Mean, 24, 0, "xxxxx", true)]
    public void FixesLevel_PastWithHoles_DependsOnWhatTheLevelIsMeasuredBy(Centring centring, int measured, int level, string past, bool expected)
    {
        Normalisation normalisation = new(centring) { MeasuredSteps = measured, LevelSteps = level };
        double[] values = [.. past.SelectMany(c => new[] { 1.0, c == 'x' ? double.NaN : 2.0 })];
        Assert.Equal(expected, normalisation.FixesLevel(values, 2, 1));
        Assert.True(normalisation.FixesLevel(values, 2, 0));
    }

    [Fact]
    public void Predict_LevelOpen_MovesWithThePast()
    {
        var forecaster = new Forecaster(RandomModels.Model(new WindowShape(5, 2), 2, 2, new Normalisation(Centring.Last)));
        double[] past = [1.0, 2.0, 1.5, double.NaN, double.NaN];
        double[] moved = [.. past.Select(value => value + 50.0)];
        Close.To([.. forecaster.Predict(past).Mean().Select(value => value + 50.0)], forecaster.Predict(moved).Mean(), 1e-12);
    }

    [Theory]
    [InlineData(Centring.Last)]
    [InlineData(Centring.Mean)]
    public void Predict_LastValuesMissing_IsTheForecastFromBeforeThem(Centring centring)
    {
        // A random walk knows no more of where it is than its last value, and is less certain the farther that lies back.
        double[] walk = RandomModels.Gaussians(new Random(3), 20_000);
        for (int t = 1; t < walk.Length; t++)
        {
            walk[t] += walk[t - 1];
        }

        ForecastModel model = ForecastModel.Fit([walk], new WindowShape(8, 4), new Normalisation(centring), new FitOptions { Ridge = 1e-8 }).Model!;
        Forecast forecast = new Forecaster(model).Predict([.. walk[500..505], double.NaN, double.NaN, double.NaN]);
        for (int step = 1; step <= 4; step++)
        {
            Assert.Equal(walk[504], forecast.Marginal(step).Mean, 0.25);
            Assert.Equal(Math.Sqrt(step + 3), forecast.Marginal(step).StandardDeviation, 0.1);
        }
    }

    [Fact]
    public void Predict_OneValueObservedWithScaling_IsFinite()
    {
        WindowShape shape = new(5, 2);
        var forecaster = new Forecaster(RandomModels.Model(shape, 2, 2, new Normalisation(Centring.Mean, Scaling.StandardDeviation)));
        double[] past = [double.NaN, double.NaN, 4.0, double.NaN, double.NaN];
        Assert.All(forecaster.Predict(past).Mean(), value => Close.To(4.0, value, 1e-6));
    }

    private static Matrix<double> Block(Matrix<double> matrix, int[] rows, int[] columns) =>
        Matrix<double>.Build.Dense(rows.Length, columns.Length, (i, j) => matrix[rows[i], columns[j]]);

    [Theory]
    [InlineData(Centring.Last, 1)]
    [InlineData(Centring.Mean, 1)]
    [InlineData(Centring.Mean, 3)]
    public void Fit_FifthOfTheValuesMissingAndAGap_ForecastsNearlyAsWell(Centring centring, int components)
    {
        const int Train = 1600;
        WindowShape shape = new(24, 4);
        Normalisation normalisation = new(centring);
        double[] series = Seasonal(Train + 600), holes = [.. series];
        var random = new Random(6);
        for (int i = 0; i < Train; i++)
        {
            holes[i] = random.NextDouble() < 0.2 || (i >= 700 && i < 700 + (3 * shape.Steps)) ? double.NaN : series[i];
        }

        FitOptions options = new() { Components = components };
        (ForecastModel? whole, _) = ForecastModel.Fit([series.AsMemory(0, Train)], shape, normalisation, options);
        (ForecastModel? learned, FitReport report) = ForecastModel.Fit([holes.AsMemory(0, Train)], shape, normalisation, options);

        Assert.InRange(report.Windows, 1000, Train);
        Assert.InRange(SquaredError(learned!, series, Train) / SquaredError(whole!, series, Train), 0.9, 1.1);
    }

    private static double[] Seasonal(int steps)
    {
        var random = new Random(5);
        double[] noise = RandomModels.Gaussians(random, steps), series = new double[steps];
        double departure = 0.0;
        for (int i = 0; i < steps; i++)
        {
            departure = (0.8 * departure) + noise[i];
            series[i] = 20.0 + (5.0 * Math.Sin(Math.Tau * i / 12.0)) + departure;
        }

        return series;
    }

    /// <summary>Over all windows of a series from a step on.</summary>
    private static double SquaredError(ForecastModel model, double[] series, int from)
    {
        var forecaster = new Forecaster(model);
        double sum = 0.0;
        for (int start = from; start + model.Future <= series.Length; start++)
        {
            double[] mean = forecaster.Predict(series.AsSpan(start - model.Reach, model.Reach)).Mean();
            sum += mean.Select((value, i) => (value - series[start + i]) * (value - series[start + i])).Sum();
        }

        return sum;
    }
}
