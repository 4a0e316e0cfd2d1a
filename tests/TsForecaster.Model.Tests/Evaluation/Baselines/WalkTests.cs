using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Tests.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Baselines;

/// <summary>Against naive(), snaive(), rwf(drift = TRUE) and meanf() of R's forecast 8.20, whose deviations are read off its 95 % intervals.</summary>
public sealed class WalkTests
{
    [Fact]
    public void SeasonalWalk_SeasonOfOne_IsTheRandomWalk()
    {
        (double[] means, double[] deviations) = Forecast(SeasonalWalk.Fit(KnownSeries.Nile, 1), 5);
        Assert.Equal([740, 740, 740, 740, 740], means);
        Close.To([167.324640605, 236.632776063, 289.814778886, 334.649281210, 374.149270703], deviations);
    }

    [Fact]
    public void SeasonalWalk_Season_RepeatsTheLastAndWidensWithEach()
    {
        (double[] means, double[] deviations) = Forecast(SeasonalWalk.Fit(KnownSeries.AccidentalDeaths, 12), 26);
        double[] last = KnownSeries.AccidentalDeaths[^12..];
        Assert.Equal([.. last, .. last, .. last[..2]], means);
        double[] expected = [.. Enumerable.Repeat(559.405353925, 12), .. Enumerable.Repeat(791.118638385, 12), 968.918495024, 968.918495024];
        Close.To(expected, deviations);
    }

    [Fact]
    public void DriftWalk_Nile_CarriesTheLineOn()
    {
        (double[] means, double[] deviations) = Forecast(DriftWalk.Fit(KnownSeries.Nile), 5);
        Close.To([736.161616162, 732.323232323, 728.484848485, 724.646464646, 720.808080808], means);
        Close.To([168.978932883, 240.164187821, 295.592408665, 342.989773323, 385.331253265], deviations);
    }

    [Fact]
    public void HistoricalMean_Nile_IsItsMeanAndDeviation()
    {
        // meanf() has the quantile of Student's t with 99 degrees of freedom where ours is normal.
        const double Student = 1.984216951586 / 1.959963984540;
        (double[] means, double[] deviations) = Forecast(HistoricalMean.Fit(KnownSeries.Nile), 2);
        Close.To([919.35, 919.35], means);
        Close.To([172.176030795 / Student, 172.176030795 / Student], deviations);
    }

    [Fact]
    public void SeasonalWalk_MissingValue_IsASeasonOfTheWalkUnseen()
    {
        // Two places, 1 5 3 / 2 4: pairs (1, 5), (5, 3), and (2, 4) two seasons apart.
        SeasonalWalk walk = SeasonalWalk.Fit([1, 2, 5, double.NaN, 3, 4], 2);
        Close.To(Math.Sqrt((16.0 + 4.0 + (4.0 / 2.0)) / 3.0), walk.Deviation);
        walk.Observe(double.NaN);
        (double[] means, double[] deviations) = Forecast(walk, 3);
        Assert.Equal([4.0, 3.0, 4.0], means);
        Close.To([walk.Deviation, walk.Deviation * Math.Sqrt(2.0), walk.Deviation * Math.Sqrt(2.0)], deviations);
    }

    [Fact]
    public void DriftWalk_MissingValues_AreStepsUnseen()
    {
        DriftWalk walk = DriftWalk.Fit([double.NaN, 1, 2, double.NaN, 7, double.NaN]);
        Assert.Equal(2.0, walk.Slope);
        Close.To(Math.Sqrt(1.0 + (1.0 / 2.0)), walk.Deviation);
        (double[] means, double[] deviations) = Forecast(walk, 1);
        Assert.Equal([11.0], means);
        Close.To([walk.Deviation * Math.Sqrt(2.0 * (1.0 + (2.0 / 3.0)))], deviations);
    }

    private static (double[] Means, double[] Deviations) Forecast(IBaseline baseline, int steps)
    {
        (double[] means, double[] deviations) = (new double[steps], new double[steps]);
        baseline.Forecast(means, deviations);
        return (means, deviations);
    }
}
