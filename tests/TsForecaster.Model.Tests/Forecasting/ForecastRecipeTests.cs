using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class ForecastRecipeTests
{
    private static readonly double[] _drifting = [.. Enumerable.Range(0, 300).Select(t => (0.5 * t) + Math.Sin(t * t))];

    [Fact]
    public void ZeroMean_FromTheLastValue_HasNoDrift()
    {
        DensityRecipe walk = new() { Name = "walk", Shape = new(1, 4), Normalisation = new(Centring.Last), Dependence = Dependence.ZeroMean };
        Forecast forecast = Predict(walk);
        Assert.All(forecast.Mean(), mean => Close.To(_drifting[^1], mean, 1e-9));

        // The second moment about zero: increments of about h/2 with a unit or so of noise.
        Assert.InRange(forecast.Marginal(4).StandardDeviation, 2.0, 3.0);
        Assert.InRange(Predict(walk with { Dependence = Dependence.Fitted }).Mean()[3], _drifting[^1] + 0.5, _drifting[^1] + 3.5);
    }

    [Fact]
    public void Walk_LastValueMissing_TakesTheOneBeforeWithALittleLessCertainty()
    {
        Random random = new(2);
        double value = 0.0;
        double[] walk = [.. Enumerable.Range(0, 600).Select(_ => value += random.NextDouble() - 0.5)];
        DensityRecipe recipe = new() { Name = "walk", Shape = new(5, 3), Normalisation = new(Centring.Last), Dependence = Dependence.Walk };
        Forecaster forecaster = new(new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([walk])!);
        Forecast known = forecaster.Predict([9.0, 3.0, 4.0, 5.0, 2.0]), missing = forecaster.Predict([9.0, 3.0, 4.0, 5.0, double.NaN]);
        for (int h = 1; h <= 3; h++)
        {
            double expected = Math.Sqrt(h / 12.0);
            Assert.Equal(2.0, known.Marginal(h).Mean, 1e-9);
            Assert.Equal(expected, known.Marginal(h).StandardDeviation, 0.08 * expected);
            Assert.Equal(5.0, missing.Marginal(h).Mean, 0.35);
            Assert.Equal(Math.Sqrt((h + 1) / 12.0), missing.Marginal(h).StandardDeviation, 0.08);
        }
    }

    [Fact]
    public void OneMean_RisingSeries_TendsToTheMeanOfAllSteps()
    {
        // The means of the four positions rise by a half each; the forecasts are the third and the fourth, or what all have in common.
        DensityRecipe level = new() { Name = "level", Shape = new(2, 2), Normalisation = Normalisation.None, Penalty = new() { Level = 1e9 } };
        double[] rising = Predict(level).Mean(), one = Predict(level with { Dependence = Dependence.OneMean }).Mean();
        Assert.Equal(rising[0] + 0.5, rising[1], 0.02);
        Assert.All(one, mean => Assert.Equal(rising[0] - 0.25, mean, 0.02));
    }

    [Fact]
    public void OneMean_Covariance_IsTheSecondMomentAboutIt()
    {
        DensityRecipe recipe = new() { Name = "r", Shape = new(2, 1), Normalisation = Normalisation.None };
        GaussianMixture fitted = Density(recipe), one = Density(recipe with { Dependence = Dependence.OneMean });
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double shift = (fitted.Mean(0)[i] - one.Mean(0)[0]) * (fitted.Mean(0)[j] - one.Mean(0)[0]);
                Assert.Equal(fitted.Covariance(0)[(i * 3) + j] + shift, one.Covariance(0)[(i * 3) + j], 1e-9);
            }
        }

        static GaussianMixture Density(DensityRecipe recipe) => new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([_drifting])!.Members[0].Mixture;
    }

    [Fact]
    public void Fit_ProfileOfManySeasons_BeginsWithOne()
    {
        // The second season's first value is the first with a profile: 300 rows, a season of 50, past 3 and future 2 leave 300 − 50 − 5 + 1 windows.
        DensityRecipe recipe = new() { Name = "profile", Shape = new(3, 2), Normalisation = new(Centring.Last) { Season = 50, Seasons = 5, Decay = 0.8 } };
        Assert.Equal(246, new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([_drifting])!.Members[0].Report.Windows);
    }

    [Fact]
    public void Level_AboutTheMean_ForgetsThePast()
    {
        DensityRecipe mean = new() { Name = "mean", Shape = new(1, 2), Normalisation = Normalisation.None, Dependence = Dependence.Level };
        ForecastModel model = new ForecastRecipe([mean], [1.0], [], ValueTransform.None).Fit([_drifting])!;
        Assert.Equal(new Forecaster(model).Predict([-50.0]).Mean(), new Forecaster(model).Predict([900.0]).Mean());
    }

    [Fact]
    public void Level_WithAProfile_IsTheSeasonalNaive()
    {
        double[] seasonal = [.. Enumerable.Range(0, 200).Select(t => (10.0 * (t % 7)) + Math.Sin(t * t))];
        DensityRecipe recipe = new() { Name = "last season", Shape = new(1, 9), Normalisation = new(Centring.None) { Season = 7, Seasons = 1 }, Dependence = Dependence.Level };
        ForecastModel model = new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([seasonal])!;
        double[] mean = new Forecaster(model).Predict(seasonal.AsSpan()[^model.Reach..]).Mean();
        for (int h = 0; h < 9; h++)
        {
            Assert.Equal(seasonal[200 - 7 + (h % 7)], mean[h], 0.2);
        }
    }

    [Fact]
    public void Fit_SeveralRecipes_ShareTheirMembers()
    {
        DensityRecipe member = new() { Name = "a", Shape = new(4, 2), Penalty = new() { Level = 0.1 } };
        DensityRecipe other = member with { Name = "b", Penalty = new() { Level = 1.0 } };
        ForecastModel?[] models = ForecastRecipe.Fit(
            [new([member, other], [0.2, 0.8], [], ValueTransform.None), new([member], [1.0], [], ValueTransform.None)], [_drifting]);
        Assert.Same(models[0]!.Members[0], models[1]!.Members[0]);
        Assert.Equal([0.2, 0.8], models[0]!.Weights.ToArray());
    }

    [Fact]
    public void Fit_TooShortForAMember_LeavesItOut()
    {
        DensityRecipe fits = new() { Name = "fits", Shape = new(4, 2) }, reaches = new() { Name = "reaches", Shape = new(400, 2) };
        Assert.Single(new ForecastRecipe([fits, reaches], [0.5, 0.5], [], ValueTransform.None).Fit([_drifting])!.Members);
        Assert.Null(new ForecastRecipe([reaches], [1.0], [], ValueTransform.None).Fit([_drifting]));
    }

    [Fact]
    public void Fit_HolesInEveryWindow_LearnsFromWhatIsThere()
    {
        double[] holes = [.. _drifting.Select((value, t) => t % 5 == 2 ? double.NaN : value)];
        DensityRecipe plain = new() { Name = "plain", Shape = new(6, 4) };
        DensityRecipe profile = plain with { Normalisation = new(Centring.Last) { Season = 7, Seasons = 2 } };
        double[] whole = Predict(plain).Mean();
        foreach (DensityRecipe recipe in new[] { plain, profile })
        {
            ForecastModel model = new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([holes])!;
            double[] mean = new Forecaster(model).Predict(_drifting.AsSpan()[^model.Reach..]).Mean();
            Assert.All(Enumerable.Range(0, 4), step => Assert.Equal(whole[step], mean[step], 1.5));
        }
    }

    [Fact]
    public void Mean_OfRecipesWithSharedMembers_AveragesTheirWeights()
    {
        DensityRecipe a = new() { Name = "a", Shape = new(4, 2) }, b = new() { Name = "b", Shape = new(6, 2) }, c = new() { Name = "c", Shape = new(8, 2) };
        ForecastRecipe mean = ForecastRecipe.Mean([new([a, b], [0.25, 0.75], [1.0, 2.0], ValueTransform.Log), new([b, c], [0.5, 0.5], [4.0, 8.0], ValueTransform.Log)]);
        Assert.Equal([a, b, c], mean.Members);
        Assert.Equal([0.125, 0.625, 0.25], mean.Weights);
        Assert.All(mean.Spread.Zip([2.0, 4.0]), factor => Assert.Equal(factor.Second, factor.First, 1e-12));
        Assert.Equal(ValueTransform.Log, mean.Transform);
    }

    [Fact]
    public void Fit_StillStretches_DoNotMakeTheRestUncertain()
    {
        // A sensor that repeats its reading now and then: differences within a short past are all zero.
        double[] still = [.. Enumerable.Range(0, 400).Select(t => Math.Round(20.0 + (3.0 * Math.Sin(t / 9.0)) + (0.2 * Math.Sin(t * t))))];
        DensityRecipe recipe = new() { Name = "scaled", Shape = new(3, 4), Normalisation = new(Centring.Last, Scaling.SeasonalDifference) };
        ForecastModel model = new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([still])!;
        Assert.All(Enumerable.Range(100, 200), at => Assert.InRange(new Forecaster(model).Predict(still.AsSpan(at - 3, 3)).Marginal(4).StandardDeviation, 0.0, 40.0));
    }

    [Fact]
    public void From_EarlierModel_GoesOnWithMixturesOfTheSameWindows()
    {
        DensityRecipe mixture = new() { Name = "two", Shape = new(3, 2), Fit = new() { Components = 2 } };
        DensityRecipe penalised = mixture with { Name = "penalised", Penalty = new() { Level = 0.1 } }, one = mixture with { Name = "one", Fit = new() };
        ForecastRecipe recipe = new([mixture, penalised, one], [0.5, 0.25, 0.25], [], ValueTransform.None);
        ForecastModel model = recipe.Fit([_drifting])!;
        ForecastRecipe warm = recipe.From(model);
        Assert.Same(model.Members[0].Mixture, warm.Members[0].Fit.InitialMixture);
        Assert.Equal([penalised, one], warm.Members.Skip(1));
        Assert.True(warm.Fit([_drifting])!.Members[0].Report.Iterations <= 2);
        Assert.Equal(recipe.Members, (recipe with { Transform = ValueTransform.Log }).From(model).Members);
    }

    [Fact]
    public void From_ModelWithCovariancesOfAnotherShape_StartsAfresh()
    {
        ForecastRecipe full = ForecastRecipe.Of(new(3, 2), Normalisation.None, new() { Components = 2 });
        ForecastRecipe diagonal = ForecastRecipe.Of(new(3, 2), Normalisation.None, new() { Components = 2, Shape = CovarianceShape.Diagonal });
        ForecastRecipe warm = diagonal.From(full.Fit([_drifting])!);
        Assert.Same(diagonal, warm);
        Assert.NotNull(warm.Fit([_drifting]));
    }

    private static Forecast Predict(DensityRecipe recipe)
    {
        ForecastModel model = new ForecastRecipe([recipe], [1.0], [], ValueTransform.None).Fit([_drifting])!;
        return new Forecaster(model).Predict(_drifting.AsSpan()[^model.Reach..]);
    }
}
