using System.Buffers;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class RecipeChoiceTests
{
    private static readonly ForecastRecipe Found = ForecastRecipe.Of(new WindowShape(5, 2), new Normalisation(), new FitOptions());

    [Fact]
    public void For_ComponentsGiven_NeverSearches()
    {
        RecipeChoice choice = new(new SeriesSettings { Model = new ModelSettings { Past = 9, Future = 4, Components = 3 } });
        (ForecastRecipe? recipe, _) = choice.For(200, drifted: false);
        DensityRecipe only = Assert.Single(recipe!.Members);
        Assert.Equal((9, 4, 3), (only.Shape.Past, only.Shape.Future, only.Fit.Components));
        Assert.All(Enumerable.Range(0, 50), _ =>
        {
            choice.Settle(Refit(), drifted: true);
            Assert.Null(choice.For(5000, drifted: false).Search);
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9)]
    public void For_Auto_SearchesWithWhatIsGiven(int? past)
    {
        ModelSettings model = new() { Past = past, Future = 4, Season = 7, Seed = 5 };
        (ForecastRecipe? recipe, var search) = new RecipeChoice(new SeriesSettings { Model = model, Refit = new RefitSettings { Budget = 2.5 } }).For(200, drifted: false);
        Assert.Null(recipe);
        Assert.Equal((4, 7, past, 2.5, 5UL), (search!.Future, search.Season, search.Past, search.Budget, search.Seed));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void For_SoManyRefitsLater_SearchesAgain(int reselect)
    {
        RecipeChoice choice = Auto(reselect);
        choice.Settle(Search(1000, Found), drifted: false);
        int refits = 1;
        for (; choice.For(1000, drifted: false) is { Search: null, Recipe: var recipe }; refits++)
        {
            Assert.Same(Found, recipe);
            choice.Settle(Refit(), drifted: false);
        }

        Assert.Equal(reselect, refits);
    }

    [Fact]
    public void For_DriftAgainAfterARefitForDrift_SearchesAgain_UnlessToldNever()
    {
        foreach (int reselect in (int[])[100, 0])
        {
            RecipeChoice choice = Auto(reselect);
            choice.Settle(Search(1000, Found), drifted: true);
            Assert.Null(choice.For(1000, drifted: true).Search);
            choice.Settle(Refit(), drifted: true);
            Assert.Null(choice.For(1000, drifted: false).Search);
            Assert.Equal(reselect > 0, choice.For(1000, drifted: true).Search is not null);
            choice.Settle(Refit(), drifted: false);
            Assert.Null(choice.For(1000, drifted: true).Search);
        }
    }

    [Fact]
    public void For_HistoryDoubled_SearchesAgain_UnlessToldNever()
    {
        foreach (int reselect in (int[])[100, 0])
        {
            RecipeChoice choice = Auto(reselect);
            choice.Settle(Search(300, Found), drifted: false);
            Assert.Null(choice.For(599, drifted: false).Search);
            Assert.Equal(reselect > 0, choice.For(600, drifted: false).Search is not null);
            choice.Settle(Search(600, null), drifted: false);
            Assert.Same(Found, choice.For(1199, drifted: false).Recipe);
        }
    }

    [Fact]
    public void For_SearchFoundNothing_SearchesWithTheNextRefit()
    {
        RecipeChoice choice = Auto(0);
        choice.Settle(Search(300, null), drifted: false);
        Assert.NotNull(choice.For(301, drifted: false).Search);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    public void For_NothingCouldBeFittedByWhatIsKept_SearchesWithTheNextRefit(int reselect)
    {
        RecipeChoice choice = Auto(reselect);
        choice.Settle(Search(300, Found), drifted: false);
        choice.Settle(new RefitOutcome(null, 1, double.NaN, "scheduled: 1 windows are too few for 4 components"), drifted: false);
        (ForecastRecipe? recipe, var search) = choice.For(100, drifted: false);
        Assert.Null(recipe);
        Assert.NotNull(search);
    }

    [Fact]
    public void For_SearchDue_HasTheKeptRecipeToFallBackOn()
    {
        RecipeChoice choice = Auto(1);
        choice.Settle(Search(300, Found), drifted: false);
        (ForecastRecipe? recipe, var search) = choice.For(400, drifted: false);
        Assert.Same(Found, recipe);
        Assert.NotNull(search);
    }

    [Fact]
    public void StartAnew_TheRecipeIsAnOpenQuestion()
    {
        RecipeChoice choice = Auto(100);
        choice.Settle(Search(300, Found), drifted: false);
        choice.StartAnew();
        Assert.NotNull(choice.For(100, drifted: false).Search);
        choice.Settle(Search(100, null), drifted: false);
        Assert.Same(Found, choice.For(150, drifted: false).Recipe);
    }

    [Fact]
    public void Read_WhatWasWritten_GoesOn()
    {
        RecipeChoice choice = Auto(8);
        choice.Settle(Search(300, Found), drifted: false);
        choice.Settle(Refit(), drifted: true);
        using StateWriter writer = new(100);
        choice.Write(writer);
        using BinaryReader reader = new(new MemoryStream(writer.ToSequence().ToArray()));
        RecipeChoice read = RecipeChoice.Read(reader, Settings(8));
        Assert.Equal(Found.Members, read.For(599, drifted: false).Recipe!.Members);
        Assert.NotNull(read.For(600, drifted: false).Search);
        Assert.NotNull(read.For(400, drifted: true).Search);
        foreach (int more in Enumerable.Range(0, 6))
        {
            Assert.Null(read.For(400, drifted: false).Search);
            read.Settle(Refit(), drifted: false);
        }

        Assert.NotNull(read.For(400, drifted: false).Search);
    }

    private static RecipeChoice Auto(int reselect) => new(Settings(reselect));

    private static SeriesSettings Settings(int reselect) => new() { Refit = new RefitSettings { Reselect = reselect } };

    private static RefitOutcome Refit() => new(null, 100, -1.0, "scheduled") { Kept = true };

    private static RefitOutcome Search(int steps, ForecastRecipe? found) => Refit() with { Searched = steps, Found = found };
}
