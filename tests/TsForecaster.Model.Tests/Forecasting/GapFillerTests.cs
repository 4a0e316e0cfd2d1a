using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class GapFillerTests
{
    private static readonly WindowShape _shape = new(5, 3);

    [Theory]
    [InlineData(new[] { 0 }, new int[0])]
    [InlineData(new[] { 3 }, new int[0])]
    [InlineData(new[] { 7 }, new[] { 1, 2 })]
    [InlineData(new[] { 2, 3, 4 }, new int[0])]
    [InlineData(new[] { 2, 5 }, new[] { 0, 3, 6, 7 })]
    public void Fill_AnyPartOfAWindow_IsTheConditionalMixture(int[] back, int[] missing)
    {
        ForecastModel model = RandomModels.Model(_shape, 3, seed: 5);
        double[] x = RandomModels.Gaussians(new Random(7), 8);
        foreach (int steps in missing)
        {
            x[7 - steps] = double.NaN;
        }

        int[] targets = [.. back.Select(steps => 7 - steps)];
        int[] observed = [.. Enumerable.Range(0, 8).Where(i => !double.IsNaN(x[i]) && !targets.Contains(i))];
        ConditionalReference expected = new(model.Members[0].Mixture, observed, targets, [.. observed.Select(i => x[i])]);
        UnivariateMixture?[] filled = new GapFiller(model).Fill(x, back);
        Close.To(expected.Mean().ToArray(), [.. filled.Select(value => value!.Mean)]);
        Close.To([.. expected.Covariance().Diagonal().Select(Math.Sqrt)], [.. filled.Select(value => value!.StandardDeviation)]);
    }

    [Fact]
    public void Fill_Channels_AreConditionedTogether()
    {
        WindowShape shape = new(3, 2, 2);
        ForecastModel model = RandomModels.Model(shape, 2, seed: 6);
        double[] x = RandomModels.Gaussians(new Random(8), 10);
        x[5] = double.NaN;
        int[] observed = [0, 1, 2, 3, 4, 6, 8, 9];
        ConditionalReference expected = new(model.Members[0].Mixture, observed, [7], [.. observed.Select(i => x[i])]);
        Close.To(expected.Mean()[0], new GapFiller(model).Fill(x, [1], channel: 1)[0]!.Mean);
    }

    [Theory]
    [InlineData(Centring.Last, false)]
    [InlineData(Centring.Mean, false)]
    [InlineData(Centring.None, true)]
    public void Fill_NothingOfItsChannel_NeedsALevelThatIsNoneOfTheWindow(Centring centring, bool filled)
    {
        WindowShape shape = new(3, 2, 2);
        double[] x = RandomModels.Gaussians(new Random(8), 10);
        for (int i = 0; i < x.Length; i += 2)
        {
            x[i] = double.NaN;
        }

        GapFiller filler = new(RandomModels.Model(shape, 2, seed: 6, new Normalisation(centring)));
        Assert.Equal(filled, filler.Fill(x, [1])[0] is not null);
        x[0] = 0.5;
        Assert.NotNull(filler.Fill(x, [1])[0]);
    }

    [Fact]
    public void Fill_ValueThatIsAskedFor_IsNotLookedAt()
    {
        GapFiller filler = new(Fitted(new Normalisation()));
        double[] history = Wave(60);
        double expected = filler.Fill(history, [4])[0]!.Mean;
        foreach (double other in new[] { double.NaN, 1e6, -3.0 })
        {
            history[^5] = other;
            Assert.Equal(expected, filler.Fill(history, [4])[0]!.Mean);
        }
    }

    [Theory]
    [InlineData(Centring.None, Scaling.None, 0)]
    [InlineData(Centring.Last, Scaling.None, 0)]
    [InlineData(Centring.Mean, Scaling.None, 0)]
    [InlineData(Centring.Mean, Scaling.StandardDeviation, 0)]
    [InlineData(Centring.Last, Scaling.None, 2)]
    public void Fill_NothingAfterwards_IsTheForecast(Centring centring, Scaling scaling, int seasons)
    {
        ForecastModel model = Fitted(new Normalisation(centring, scaling) { Season = 6, Seasons = seasons });
        double[] history = Wave(200);
        Forecast expected = new Forecaster(model).Predict(history.AsSpan()[^model.Reach..]);
        UnivariateMixture?[] filled = new GapFiller(model).Fill([.. history, double.NaN, double.NaN, double.NaN], [2, 1, 0]);
        for (int step = 1; step <= 3; step++)
        {
            Close.To(expected.Marginal(step).Mean, filled[step - 1]!.Mean, 1e-3);
            Close.To(expected.Marginal(step).StandardDeviation, filled[step - 1]!.StandardDeviation, 1e-3);
        }
    }

    [Theory]
    [InlineData(Centring.Last)]
    [InlineData(Centring.Mean)]
    public void Fill_Autoregression_IsWhatItsLawSays(Centring centring)
    {
        const double phi = 0.8;
        Random random = new(2);
        double[] noise = RandomModels.Gaussians(random, 40_000), values = new double[noise.Length];
        for (int t = 1; t < values.Length; t++)
        {
            values[t] = (phi * values[t - 1]) + noise[t];
        }

        ForecastModel model = ForecastModel.Fit([values], new WindowShape(8, 4), new Normalisation(centring), new FitOptions { Ridge = 1e-8 }).Model!;
        GapFiller filler = new(model);

        // Also where it was the last of its window's past, by which the window is centred.
        foreach (int back in new[] { 2, 3, 4, 6 })
        {
            int at = 5000 - back;
            UnivariateMixture filled = filler.Fill(values.AsSpan(0, 5001), [back])[0]!;
            Assert.Equal(phi / (1.0 + (phi * phi)) * (values[at - 1] + values[at + 1]), filled.Mean, 0.1);
            Assert.Equal(1.0 / Math.Sqrt(1.0 + (phi * phi)), filled.StandardDeviation, 0.03);
        }
    }

    [Fact]
    public void Fill_HigherLevel_IsHigherByAsMuch()
    {
        GapFiller filler = new(Fitted(new Normalisation()));
        double[] history = Wave(60), higher = [.. history.Select(value => value + 1000.0)];
        foreach (int missing in new[] { 3, 4, 9 })
        {
            history[^missing] = higher[^missing] = double.NaN;
        }

        UnivariateMixture low = filler.Fill(history, [2])[0]!, high = filler.Fill(higher, [2])[0]!;
        Close.To(low.Mean + 1000.0, high.Mean, 1e-8);
        Close.To(low.StandardDeviation, high.StandardDeviation, 1e-6);
    }

    [Fact]
    public void Fill_NothingObservedBefore_TakesTheLevelFromAfter()
    {
        double[] history = Wave(40);
        UnivariateMixture expected = new GapFiller(Fitted(new Normalisation())).Fill(history, [2])[0]!;
        history.AsSpan(0, 37).Fill(double.NaN);
        double[] higher = [.. history.Select(value => value + 500.0)];
        UnivariateMixture filled = new GapFiller(Fitted(new Normalisation())).Fill(higher, [2])[0]!;
        Assert.Equal(500.0 + expected.Mean, filled.Mean, 4.0 * filled.StandardDeviation);
        Assert.True(filled.StandardDeviation > expected.StandardDeviation);
    }

    [Fact]
    public void Fill_LevelOfMoreHistoryThanTheWindowHolds_IsKeptThroughHoles()
    {
        Normalisation normalisation = new(Centring.Mean) { MeasuredSteps = 24 };
        ForecastModel model = ForecastModel.Fit([Wave(600)], WindowShape.OfLags([1, 2, 6], 3), normalisation, new FitOptions { Ridge = 1e-7 }).Model!;
        GapFiller filler = new(model);
        double[] higher = [.. Wave(60).Select(value => value + 1000.0)];
        UnivariateMixture complete = filler.Fill(higher, [2])[0]!;
        higher[^4] = double.NaN;
        UnivariateMixture holed = filler.Fill(higher, [2])[0]!;
        Assert.Equal(complete.Mean, holed.Mean, 2.0 * complete.StandardDeviation);
        Assert.InRange(holed.StandardDeviation, complete.StandardDeviation, 3.0 * complete.StandardDeviation);

        // Nothing of the window's own past is left: the level comes from what follows.
        (higher[^5], higher[^9]) = (double.NaN, double.NaN);
        UnivariateMixture after = filler.Fill(higher, [2])[0]!;
        Assert.Equal(complete.Mean, after.Mean, 4.0 * after.StandardDeviation);
        Assert.InRange(after.StandardDeviation, holed.StandardDeviation, 3.0);
    }

    [Fact]
    public void Fill_LagThatTheWindowLeavesOut_ComesFromTheWindowWhoseFutureItBegins()
    {
        WindowShape shape = WindowShape.OfLags([1, 2, 6, 7], 3);
        ForecastModel model = new(RandomModels.Member(shape, 2, seed: 4, Normalisation.None));
        double[] history = Wave(30);
        GapFiller filler = new(model);

        // Six steps back is lag 4, which is left out; four back is lag 2.
        Assert.Equal(filler.Fill(history.AsSpan(0, 26), [2])[0]!.Mean, filler.Fill(history, [6])[0]!.Mean);
        UnivariateMixture?[] both = filler.Fill(history, [6, 4]);
        double[] blank = [.. history];
        (blank[^7], blank[^5]) = (double.NaN, double.NaN);
        Assert.Equal(filler.Fill(blank.AsSpan(0, 26), [2])[0]!.Mean, both[0]!.Mean);
        Assert.Equal(filler.Fill(blank, [4])[0]!.Mean, both[1]!.Mean);
    }

    [Fact]
    public void Fill_Ensemble_IsTheWeightedSumOfItsMembers()
    {
        ForecastModel model = RandomModels.Ensemble();
        double[] history = Wave(30);
        UnivariateMixture pooled = new GapFiller(model).Fill(history, [1])[0]!;
        for (double y = -3.0; y < 3.0; y += 0.7)
        {
            double expected = model.Members.Select((member, i) => model.Weights[i] * new GapFiller(new ForecastModel(member)).Fill(history, [1])[0]!.Cdf(y)).Sum();
            Close.To(expected, pooled.Cdf(y), 1e-12);
        }
    }

    [Fact]
    public void Fill_Logarithms_GivesAPositiveValueBetweenItsNeighbours()
    {
        double[] values = [.. Wave(400).Select(Math.Exp)];
        ForecastModel model = ForecastModel.Fit([values], _shape, new Normalisation(), new FitOptions(), ValueTransform.Log).Model!;
        UnivariateMixture filled = new GapFiller(model).Fill(values, [4])[0]!;
        Assert.Equal(values[^5], filled.Mean, 4.0 * filled.StandardDeviation);
        Assert.Equal(0.0, filled.Cdf(0.0));
    }

    [Fact]
    public void Fill_ShortOrUnobservedHistory_IsFilledFromWhatThereIsOrNotAtAll()
    {
        GapFiller filler = new(Fitted(new Normalisation()));
        Assert.NotNull(filler.Fill([0.3, double.NaN, 0.1], [1])[0]);
        Assert.Null(filler.Fill([double.NaN, double.NaN], [1])[0]);
        Assert.Equal([], filler.Fill([0.3], []));
    }

    [Fact]
    public void Fill_WhatCannotBe_IsRefused()
    {
        GapFiller filler = new(Fitted(new Normalisation()));
        Assert.Throws<ArgumentException>(() => filler.Fill([0.3, 0.2], [2]));
        Assert.Throws<ArgumentException>(() => filler.Fill([0.3, 0.2], [-1]));
        Assert.Throws<ArgumentException>(() => filler.Fill([0.3, double.PositiveInfinity], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => filler.Fill([0.3, 0.2], [0], channel: 1));
    }

    private static ForecastModel Fitted(Normalisation normalisation) =>
        ForecastModel.Fit([Wave(600)], _shape, normalisation, new FitOptions { Ridge = 1e-7 }).Model!;

    private static double[] Wave(int count)
    {
        double[] noise = RandomModels.Gaussians(new Random(4), count);
        return [.. noise.Select((e, t) => Math.Sin(Math.Tau * t / 6.0) + (0.3 * Math.Sin(t / 9.0)) + (0.1 * e))];
    }
}
