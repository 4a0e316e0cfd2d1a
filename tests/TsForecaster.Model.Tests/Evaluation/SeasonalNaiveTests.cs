using TsForecaster.Model.Evaluation;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class SeasonalNaiveTests
{
    [Theory]
    [InlineData(1, new double[] { 16, 16, 16, 16 })]
    [InlineData(3, new double[] { 14, 15, 16, 14, 15, 16, 14 })]
    [InlineData(7, new double[] { 10, 11, 12, 13, 14, 15, 16, 10, 11 })]
    public void Forecast_Steps_RepeatTheLastSeason(int season, double[] expected)
    {
        double[] history = [10, 11, 12, 13, 14, 15, 16];
        Assert.Equal(expected, Enumerable.Range(1, expected.Length).Select(step => SeasonalNaive.Forecast(history, season, step)));
    }

    [Fact]
    public void Forecast_MissingValue_GoesBackBySeasons()
    {
        double[] history = [1, 2, 3, double.NaN, 5, double.NaN];
        Assert.Equal([1.0, 5.0, 3.0], Enumerable.Range(1, 3).Select(step => SeasonalNaive.Forecast(history, 3, step)));
        Assert.Equal(5.0, SeasonalNaive.Forecast(history, 1, 9));
    }

    [Fact]
    public void Forecast_HistoryShorterThanTheSeason_IsNaNWhereNothingWas()
    {
        double[] history = [4, 5];
        Assert.Equal([double.NaN, 4.0, 5.0, double.NaN], Enumerable.Range(1, 4).Select(step => SeasonalNaive.Forecast(history, 3, step)));
    }

    [Fact]
    public void InSampleError_History_AveragesOverObservedPairs()
    {
        Assert.Equal((1.0 + 4.0 + 2.0) / 3.0, SeasonalNaive.InSampleError([1, 2, 2, 6, 4], 2), 1e-15);
        Assert.Equal(2.5, SeasonalNaive.InSampleError([1, double.NaN, 2, 6, 6], 2));
        Assert.Equal(double.NaN, SeasonalNaive.InSampleError([1, 2], 2));
    }

    [Fact]
    public void Season_Zero_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SeasonalNaive.InSampleError([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeasonalNaive.Forecast([1, 2], 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeasonalNaive.Forecast([1, 2], 1, 0));
    }
}
