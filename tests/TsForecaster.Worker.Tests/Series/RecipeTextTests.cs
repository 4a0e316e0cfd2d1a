using System.Globalization;
using System.Reflection;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class RecipeTextTests
{
    [Fact]
    public void Read_WhatWasWritten_IsTheSameInEveryPlainProperty()
    {
        // Every property is given a value that is not its default, those that are yet to be thought of too.
        DensityRecipe member = new()
        {
            Name = "départ \"quoted\"",
            Shape = WindowShape.OfLags([1, 2, 3, 48, 49], 7),
            Normalisation = Unusual(new Normalisation(Centring.Mean, Scaling.SeasonalDifference)),
            Fit = Unusual(new FitOptions()),
            Penalty = Unusual(new GainPenalty()),
            Dependence = Dependence.Level,
        };
        DensityRecipe other = new() { Name = "plain", Shape = new WindowShape(336, 7) };
        ForecastRecipe recipe = new([member, other], [1.0 / 3.0, 0.1 + 0.2], [0.7, 1e-300], ValueTransform.Log);

        ForecastRecipe read = RecipeText.Read(RecipeText.Write(recipe));

        Assert.Equal([member, other], read.Members);
        Assert.Equal(recipe.Weights, read.Weights);
        Assert.Equal(recipe.Spread, read.Spread);
        Assert.Equal(recipe.Transform, read.Transform);
        Assert.Equal(RecipeText.Write(recipe), RecipeText.Write(read));
    }

    [Fact]
    public void Write_WarmStart_IsNoPartOfTheRecipe()
    {
        GaussianMixture mixture = GaussianMixture.Create([1.0], [0.0, 0.0], [1.0, 0.0, 0.0, 1.0], CovarianceShape.Full);
        ForecastRecipe cold = ForecastRecipe.Of(new WindowShape(1, 1), new Normalisation(), new FitOptions());
        ForecastRecipe warm = ForecastRecipe.Of(new WindowShape(1, 1), new Normalisation(), new FitOptions { InitialMixture = mixture, HeldOutScore = _ => 0.0 });
        Assert.Equal(RecipeText.Write(cold), RecipeText.Write(warm));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"Members\":[{\"Name\":\"a\",\"Shape\":[[1],[0]]}]}")]
    public void Read_Nonsense_IsRefused(string text) =>
        Assert.Throws<InvalidDataException>(() => RecipeText.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    private static T Unusual<T>(T options)
    {
        int changed = 0;
        foreach (PropertyInfo property in typeof(T).GetProperties().Where(property => property.CanWrite))
        {
            object? value = property.GetValue(options) switch
            {
                int number => number + 3,
                ulong number => number + ulong.MaxValue / 2,
                double number => number + (1.0 / 3.0),
                bool flag => !flag,
                Enum choice => Enum.ToObject(property.PropertyType, Convert.ToInt32(choice, CultureInfo.InvariantCulture) == 0 ? 1 : 2),
                _ => null,
            };
            if (value is not null)
            {
                property.SetValue(options, value);
                changed++;
            }
        }

        Assert.True(changed >= 6, $"{changed} properties of {typeof(T).Name}");
        return options;
    }
}
