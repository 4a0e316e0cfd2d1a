using TsForecaster.Model.Evaluation.Baselines;
using TsForecaster.Model.Tests.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation.Baselines;

public sealed class HoltWintersTests
{
    /// <summary>What ets(USAccDeaths, "AAA", damped = TRUE) of R's forecast 8.20 chooses, and the states it begins with.</summary>
    private static readonly HoltWintersWeights _weights = new(5.1261368366188e-01, 1.0005365671310e-04, 1.0038085751407e-04, 9.5862382265610e-01);

    private static readonly double[] _season =
    [
        -914.4555240042332, -1523.3283613700617, -740.7706605838251, -514.7073068334776, 339.5171715346441, 760.4066372151312,
        1679.4157138417015, 986.2586622906164, -78.2685007847998, 263.8893531671623, -261.0031318239930, 3.0459473511348,
    ];

    [Fact]
    public void Forecast_WeightsAndStatesOfEts_GivesItsMeansAndDeviations()
    {
        var state = new HoltWintersState(9930.8484250815891, -51.8283601853900, [.. _season]);
        double squares = state.Advance(KnownSeries.AccidentalDeaths, _weights);
        Close.To(64255.7956532, squares / 72.0);
        Close.To(9068.6379526722, state.Level);
        Close.To(-2.3695474033801, state.Slope);

        (double[] means, double[] deviations) = Forecast(new HoltWinters(_weights, state, Math.Sqrt(84116.6779461)), 26);
        double[] expectedMeans =
        [
            8151.98234064, 7540.81572959, 8321.31751770, 8545.38932188, 9397.70445563, 9816.79225862, 10733.98912441, 10039.14838245, 8973.01974238,
            9313.59235204, 8787.22776494, 9049.85006262, 8131.04994502, 7520.74943648, 8302.08149110, 8526.94920853, 9380.02732368, 9799.84653882,
            10717.74455371, 10023.57594999, 8958.09163765, 9299.28191522, 8773.50943929, 9036.69934884, 8118.44335751, 7508.66446137,
        ];
        double[] expectedDeviations =
        [
            290.028753654, 325.927176288, 358.257312525, 387.911954329, 415.464027111, 441.307174154, 465.725657990, 488.932695888, 511.093078355,
            532.337294671, 552.770765423, 572.480106663, 591.544845852, 610.011028106, 627.938204731, 645.371141909, 662.348722802, 678.904976240,
            695.069885139, 710.870029666, 726.329104666, 741.468340127, 756.306846028, 770.861897521, 785.154701825, 799.188383872,
        ];
        Close.To(expectedMeans, means);
        Close.To(expectedDeviations, deviations);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Forecast_Deviations_SumTheEffectsOfAnError(int season)
    {
        // What an error of one moves every later mean by, read off the recursion itself.
        var weights = new HoltWintersWeights(0.4, 0.2, 0.3, 0.9);
        var state = new HoltWintersState(0.0, 0.0, new double[season]);
        state.Advance([1.0], weights);
        var effects = new double[9];
        state.Means(effects, weights.Damping);

        (_, double[] deviations) = Forecast(new HoltWinters(weights, new HoltWintersState(0.0, 0.0, new double[season]), 2.0), 10);
        Close.To([.. Enumerable.Range(0, 10).Select(h => 2.0 * Math.Sqrt(1.0 + effects.Take(h).Sum(effect => effect * effect)))], deviations);
    }

    [Fact]
    public void Fit_LevelAndSeasonAlone_IsExact()
    {
        double[] history = [.. Enumerable.Range(0, 30).Select(t => 50.0 + (10.0 * (t % 5)))];
        (double[] means, double[] deviations) = Forecast(HoltWinters.Fit(history, 5), 12);
        Close.To([.. Enumerable.Range(30, 12).Select(t => 50.0 + (10.0 * (t % 5)))], means);
        Assert.All(deviations, deviation => Assert.InRange(deviation, 0.0, 1e-9));
    }

    [Fact]
    public void Start_LineAndSeason_IsFound()
    {
        double[] offsets = [3.0, -1.0, -4.0, 2.0];
        double[] history = [.. Enumerable.Range(1, 40).Select(t => 7.0 + (0.5 * t) + offsets[(t - 1) % 4])];
        var start = HoltWintersState.Start(history, 4);
        Close.To(7.0, start.Level);
        Close.To(0.5, start.Slope);
        Close.To(offsets, start.Season.ToArray());

        // A missing value leaves the others of its place.
        Assert.Equal(4, HoltWintersState.Start([.. history[..5], double.NaN, .. history[6..]], 4).Season.Length);

        // Less than two seasons: the line alone.
        var line = HoltWintersState.Start([1, 3, double.NaN, 7, 9], 4);
        Close.To(-1.0, line.Level);
        Close.To(2.0, line.Slope);
        Assert.Equal(1, line.Season.Length);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(1)]
    public void Fit_Weights_AreNoWorseThanAnyOfAGrid(int season)
    {
        double[] history = season == 12 ? KnownSeries.AccidentalDeaths : KnownSeries.Nile;
        double least = double.PositiveInfinity;
        double[] shares = [0.001, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.999];
        foreach (double level in shares)
        {
            foreach (double trend in shares)
            {
                foreach (double seasonal in shares)
                {
                    foreach (double damping in new[] { 0.8, 0.83, 0.86, 0.89, 0.92, 0.95, 0.98 })
                    {
                        HoltWintersWeights weights = new(level, level * trend, (1.0 - level) * seasonal, damping);
                        least = Math.Min(least, HoltWintersState.Start(history, season).Advance(history, weights));
                    }
                }
            }
        }

        HoltWintersWeights fitted = HoltWinters.Fit(history, season).Weights;
        Assert.InRange(HoltWintersState.Start(history, season).Advance(history, fitted), 0.0, 1.0005 * least);
    }

    [Fact]
    public void Fit_Unit_DoesNotMatter()
    {
        // A power of two changes no digit.
        double[] scaled = [.. KnownSeries.AccidentalDeaths.Select(value => 0.125 * value)];
        (double[] means, double[] deviations) = Forecast(HoltWinters.Fit(KnownSeries.AccidentalDeaths, 12), 13);
        (double[] scaledMeans, double[] scaledDeviations) = Forecast(HoltWinters.Fit(scaled, 12), 13);
        Assert.Equal(means, scaledMeans.Select(value => 8.0 * value));
        Assert.Equal(deviations, scaledDeviations.Select(value => 8.0 * value));
    }

    private static (double[] Means, double[] Deviations) Forecast(HoltWinters method, int steps)
    {
        (double[] means, double[] deviations) = (new double[steps], new double[steps]);
        method.Forecast(means, deviations);
        return (means, deviations);
    }
}
