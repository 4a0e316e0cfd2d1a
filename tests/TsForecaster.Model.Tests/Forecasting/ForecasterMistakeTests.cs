using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

/// <summary>Mistakes that circulate in published forecasting code, each of which would fail here.</summary>
public sealed class ForecasterMistakeTests
{
    [Fact]
    public void Weights_FutureFilledWithZeros_WouldChooseTheOtherComponent()
    {
        // The past speaks for the second component; a future of zeros would speak, louder, for the first.
        GaussianMixture mixture = GaussianMixture.Create([0.5, 0.5], [0.0, 0.0, 2.0, 9.0], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
        var filled = new double[2];
        mixture.Responsibilities([2.0, 0.0], filled);
        Assert.True(filled[0] > 0.99);

        Forecast forecast = new Forecaster(new ForecastModel(new WindowModel(new WindowShape(1, 1), Normalisation.None, mixture, RandomModels.Report(2)))).Predict([2.0]);

        // N(2; 0, 1) : N(2; 2, 1) = e^-2 : 1.
        Close.To(1.0 / (1.0 + Math.Exp(-2.0)), forecast.Weights[1], 1e-14);
        Close.To(9.0 / (1.0 + Math.Exp(-2.0)), forecast.Mean()[0], 1e-14);
    }

    [Fact]
    public void Predict_ThousandTimes_LeavesTheModelAndTheAnswerAlone()
    {
        WindowShape shape = new(6, 4, 2);
        ForecastModel model = RandomModels.Model(shape, 3, 5, new Normalisation(Centring.Mean, Scaling.StandardDeviation));
        double[] means = [.. model.Members[0].Mixture.Mean(0), .. model.Members[0].Mixture.Mean(1), .. model.Members[0].Mixture.Mean(2)];
        string id = new ForecastModel(new WindowModel(shape, model.Members[0].Normalisation, model.Members[0].Mixture, model.Members[0].Report)).Id;
        var forecaster = new Forecaster(model);
        double[] past = RandomModels.Past(shape, 1);
        double[] kept = [.. past];
        Forecast first = forecaster.Predict(past);
        double[] mean = first.Mean();
        double[] covariance = first.Covariance();
        for (int call = 0; call < 1000; call++)
        {
            forecaster.Predict(RandomModels.Past(shape, call));
        }

        Forecast last = forecaster.Predict(past);
        Assert.Equal(mean, last.Mean());
        Assert.Equal(covariance, last.Covariance());
        Assert.Equal(mean, first.Mean());
        Assert.Equal(kept, past);
        double[] meansAfter = [.. model.Members[0].Mixture.Mean(0), .. model.Members[0].Mixture.Mean(1), .. model.Members[0].Mixture.Mean(2)];
        Assert.Equal(means, meansAfter);

        // A fresh model around the same mixture hashes its parameters anew.
        Assert.Equal(id, new ForecastModel(new WindowModel(shape, model.Members[0].Normalisation, model.Members[0].Mixture, model.Members[0].Report)).Id);
    }

    [Fact]
    public void Predict_CompletePast_HasNoRoomToFactorise()
    {
        // An inverse or a factor of Σ_PP made for the query would need P² numbers.
        WindowShape shape = new(100, 4);
        var forecaster = new Forecaster(RandomModels.Model(shape, 2, 3));
        double[] past = RandomModels.Past(shape, 1);
        forecaster.Predict(past);
        long before = GC.GetAllocatedBytesForCurrentThread();
        forecaster.Predict(past);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 100 * sizeof(double) / 8);
    }

    [Fact]
    public void Predict_TwoQueries_ShareTheFactors()
    {
        WindowShape shape = new(8, 4);
        var forecaster = new Forecaster(RandomModels.Model(shape, 1, 3));
        Forecast one = forecaster.Predict(RandomModels.Past(shape, 1));
        Forecast other = forecaster.Predict(RandomModels.Past(shape, 2));
        Assert.NotEqual(one.Mean(), other.Mean());
        Assert.Same(one.CovarianceOf(0), other.CovarianceOf(0));
    }

    [Fact]
    public void Fit_History_UsesTheLastWindow()
    {
        // Of seven steps and windows of three, n − D + 1 = 5 windows; only the last one holds the jump.
        double[] history = [0, 0, 0, 0, 0, 0, 10];
        (ForecastModel? model, FitReport report) = ForecastModel.Fit([history], new WindowShape(2, 1), Normalisation.None, new FitOptions());
        Assert.Equal(5, report.Windows);
        Close.To([0.0, 0.0, 2.0], model!.Members[0].Mixture.Mean(0).ToArray(), 1e-12);
    }
}
