using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Tests.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Baselines;

/// <summary>What holds for every method.</summary>
public sealed class BaselineMethodTests
{
    private const int Season = 12;

    public static TheoryData<string> Names => [.. BaselineMethod.All(Season).Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Forecast_AfterMissingValues_IsTheForecastFurtherAhead(string name)
    {
        const int Gap = 17;
        IBaseline baseline = Method(name).Fit(KnownSeries.AccidentalDeaths);
        (double[] means, double[] deviations) = Forecast(baseline, Gap + 20);
        for (int i = 0; i < Gap; i++)
        {
            baseline.Observe(double.NaN);
        }

        (double[] later, double[] laterDeviations) = Forecast(baseline, 20);
        Close.To(means[Gap..], later, 1e-12);
        Close.To(deviations[Gap..], laterDeviations, 1e-12);

        // And so when the gap is the end of what it was fitted to.
        (double[] fitted, double[] fittedDeviations) = Forecast(Method(name).Fit([.. KnownSeries.AccidentalDeaths, .. Enumerable.Repeat(double.NaN, Gap)]), 20);
        Close.To(means[Gap..], fitted, 1e-12);
        Close.To(deviations[Gap..], fittedDeviations, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forecast_Deviations_NeverShrinkWithTheHorizon(string name)
    {
        (_, double[] deviations) = Forecast(Method(name).Fit(KnownSeries.AccidentalDeaths), 40);
        Assert.True(deviations[0] > 0.0);
        Assert.All(deviations.Zip(deviations.Skip(1)), pair => Assert.True(pair.First <= pair.Second));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_ConstantSeries_IsCertainOfIt(string name)
    {
        (double[] means, double[] deviations) = Forecast(Method(name).Fit(Enumerable.Repeat(4.25, 50).ToArray()), 30);
        Assert.All(means, mean => Assert.Equal(4.25, mean, 12));
        Assert.All(deviations, deviation => Assert.Equal(0.0, deviation, 12));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_NothingObserved_SaysNothing(string name)
    {
        Assert.All(Forecast(Method(name).Fit([]), 3).Means, mean => Assert.Equal(double.NaN, mean));
        Assert.All(Forecast(Method(name).Fit([double.NaN, double.NaN]), 3).Means, mean => Assert.Equal(double.NaN, mean));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_OneValue_IsThatValueWithoutADeviation(string name)
    {
        IBaseline baseline = Method(name).Fit(new double[] { 3.0 });
        (double[] means, double[] deviations) = Forecast(baseline, Season);
        Assert.Equal(3.0, means[^1], 12);
        Assert.Equal(0.0, deviations[^1]);
    }

    [Theory]
    [InlineData("random_walk")]
    [InlineData("drift")]
    [InlineData("seasonal_naive")]
    [InlineData("holt_winters")]
    public void Observe_Values_MovesTheForecastWithThem(string name)
    {
        IBaseline baseline = Method(name).Fit(KnownSeries.AccidentalDeaths);
        double before = Forecast(baseline, 1).Means[0];
        for (int i = 0; i < 40 * Season; i++)
        {
            baseline.Observe(before + 5000.0);
        }

        Assert.Equal(before + 5000.0, Forecast(baseline, 1).Means[0], 100.0);
    }

    [Fact]
    public void All_NoSeason_HasNoSeasonalNaive() =>
        Assert.Equal(["random_walk", "drift", "mean", "holt_winters"], BaselineMethod.All(1).Select(method => method.Name));

    [Fact]
    public void All_SeasonOfNothing_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => BaselineMethod.All(0));

    private static BaselineMethod Method(string name) => BaselineMethod.All(Season).Single(method => method.Name == name);

    private static (double[] Means, double[] Deviations) Forecast(IBaseline baseline, int steps)
    {
        (double[] means, double[] deviations) = (new double[steps], new double[steps]);
        baseline.Forecast(means, deviations);
        return (means, deviations);
    }
}
