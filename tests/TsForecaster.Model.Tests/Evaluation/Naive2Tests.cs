using TsForecaster.Model.Evaluation;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class Naive2Tests
{
    private static readonly double[] _pattern = [0.5, 1.0, 2.0, 0.5];

    [Fact]
    public void Forecast_PatternTimesALevel_GoesOnWithThePattern()
    {
        double[] history = [.. Enumerable.Range(0, 22).Select(t => 8.0 * _pattern[t % 4])];
        double[] forecast = Naive2.Forecast(history, 4, 6);
        Assert.All(forecast.Select((value, i) => (value, expected: 8.0 * _pattern[(22 + i) % 4])), pair => Assert.Equal(pair.expected, pair.value, 1e-12));
    }

    [Fact]
    public void Forecast_OddSeason_EqualsTheDecompositionByHand()
    {
        double[] history = [1, 2, 6, 2, 4, 9, 2, 5, 13, 3, 7, 16];
        double[] ratios = [.. Enumerable.Range(1, 10).Select(t => history[t] / ((history[t - 1] + history[t] + history[t + 1]) / 3.0))];
        double[] raw = [.. Enumerable.Range(0, 3).Select(phase => ratios.Where((_, i) => (i + 1) % 3 == phase).Average())];
        double[] indices = [.. raw.Select(index => index / raw.Average())];
        Assert.Equal(16.0 / indices[2] * indices[0], Naive2.Forecast(history, 3, 2)[0], 1e-12);
        Assert.Equal(16.0 / indices[2] * indices[1], Naive2.Forecast(history, 3, 2)[1], 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    public void Forecast_NoSeasonToFind_IsTheLastValue(int season)
    {
        double[] history = [.. Enumerable.Range(0, 30).Select(t => 10.0 + (t * 7919 % 13))];
        Assert.All(Naive2.Forecast(history, season, 5), value => Assert.Equal(history[^1], value));
    }

    [Fact]
    public void Forecast_ValueThatHasNoRatio_IsNotAdjusted()
    {
        double[] history = [.. Enumerable.Range(0, 24).Select(t => t == 3 ? 0.0 : _pattern[t % 4])];
        Assert.All(Naive2.Forecast(history, 4, 3), value => Assert.Equal(history[^1], value));
    }
}
