using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class WindowRecipeTests
{
    private static readonly WindowRecipe _recipe = new("test", new WindowShape(3, 2), new Normalisation(Centring.Mean, Scaling.StandardDeviation) { Season = 6 });

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(100, 96)]
    [InlineData(4100, (4096 + 4) / 5)] // Strides 2, 3 and 4 would leave out phases of the season.
    public void Windows_OfSoManySteps_AreAFewThousandAtMost(int steps, int expected) =>
        Assert.Equal(expected, _recipe.Windows(Enumerable.Range(0, steps).Select(t => (double)t).ToArray()).Count);

    [Fact]
    public void For_Floor_IsATenthOfWhatTheSeriesChangesInASeason()
    {
        double[] history = [.. Enumerable.Range(0, 40).Select(t => 2.0 * t)];
        history[7] = double.NaN;
        Assert.Equal(0.1 * 12.0, _recipe.For(history).ScaleFloor, 1e-12);
        Assert.Equal(1e-9 * 5e3, _recipe.For(Enumerable.Repeat(5e3, 20).ToArray()).ScaleFloor, 1e-12);
        Assert.Equal(_recipe.Normalisation.ScaleFloor, _recipe.For([]).ScaleFloor);
    }
}
