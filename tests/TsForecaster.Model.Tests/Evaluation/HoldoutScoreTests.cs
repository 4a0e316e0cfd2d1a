using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Tests.Forecasting;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Evaluation;

public sealed class HoldoutScoreTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(9, 1)]
    [InlineData(1, 2)]
    [InlineData(9, 2)]
    public void Crps_History_AveragesOverOriginsAndTheStepsItHolds(int holdout, int channels)
    {
        (Forecaster forecaster, double[] history) = Given(channels);
        Assert.Equal(Naive(forecaster, history, holdout), Score(forecaster, history, holdout), 1e-12);
    }

    [Fact]
    public void Crps_MissingValues_AreNotScored()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        foreach (int missing in (int[])[12, 17, 18, 24])
        {
            history[missing] = double.NaN;
        }

        Assert.Equal(Naive(forecaster, history, 10), Score(forecaster, history, 10), 1e-12);
    }

    [Fact]
    public void Crps_PastWithoutAnyValue_IsPassedOver()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        history.AsSpan(15, 4).Fill(double.NaN);
        Assert.Equal(Naive(forecaster, history, 8), Score(forecaster, history, 8), 1e-12);
    }

    [Fact]
    public void Crps_NothingObserved_IsNaN()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        history.AsSpan(^5).Fill(double.NaN);
        Assert.Equal(double.NaN, Score(forecaster, history, 5));
    }

    [Fact]
    public void Crps_HistoryTooShort_IsRefused()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        Assert.Throws<ArgumentException>(() => Score(forecaster, history, history.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => Score(forecaster, history, 0));
    }

    [Fact]
    public void Crps_PastBeginsBeforeTheHistory_IsMissingThere()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        double[] padded = [double.NaN, double.NaN, double.NaN, .. history];
        Assert.Equal(Score(forecaster, padded, history.Length - 1), Score(forecaster, history, history.Length - 1));
    }

    [Fact]
    public void Crps_Several_CountOnlyOriginsFromWhichAllForecast()
    {
        (Forecaster far, double[] history) = Given(1);
        Forecaster near = new(RandomModels.Model(new WindowShape(2, 3), 2, seed: 8, new Normalisation()));
        history.AsSpan(16, 3).Fill(double.NaN);
        double[] scores = HoldoutScore.Crps([far, near], history, 10);

        // Two steps of past are missing at the origins 18 and 19.
        int[] origins = [15, 16, 17, 20, 21, 22, 23, 24];
        foreach ((Forecaster forecaster, double score) in ((Forecaster[])[far, near]).Zip(scores))
        {
            int past = forecaster.Model.Reach;
            double expected = origins.SelectMany(origin => Enumerable.Range(origin, 3)
                .Where(at => at < history.Length && double.IsFinite(history[at]))
                .Select(at => forecaster.Predict(history.AsSpan(origin - past, past)).Marginal(at - origin + 1).Crps(history[at]))).Average();
            Assert.Equal(expected, score, 1e-12);
        }
    }

    [Fact]
    public void Crps_FewerChannels_LooksAtTheFirst()
    {
        (Forecaster joint, double[] history) = Given(2);
        (Forecaster alone, _) = Given(1);
        double[] own = [.. history.Where((_, i) => i % 2 == 0)];
        Assert.Equal([Score(joint, history, 8), Score(alone, own, 8)], HoldoutScore.Crps([joint, alone], history, 8));
    }

    [Fact]
    public void Crps_NothingOfTheFirstChannel_IsPassedOver()
    {
        (Forecaster forecaster, double[] history) = Given(2);
        for (int step = 15; step < 19; step++)
        {
            history[2 * step] = double.NaN;
        }

        Assert.Equal(Naive(forecaster, history, 8), Score(forecaster, history, 8), 1e-12);
    }

    [Fact]
    public void Crps_OtherFutures_AreRefused()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        Forecaster other = new(RandomModels.Model(new WindowShape(4, 2), 2, seed: 8, new Normalisation()));
        Assert.Throws<ArgumentException>(() => HoldoutScore.Crps([forecaster, other], history, 5));
    }

    private static double Score(Forecaster forecaster, double[] history, int holdout) => HoldoutScore.Crps([forecaster], history, holdout)[0];

    private static (Forecaster Forecaster, double[] History) Given(int channels)
    {
        WindowShape shape = new(4, 3, channels);
        return (new Forecaster(RandomModels.Model(shape, 3, seed: 5, new Normalisation())), RandomModels.Gaussians(new Random(6), 25 * channels));
    }

    private static double Naive(Forecaster forecaster, double[] history, int holdout)
    {
        WindowShape shape = forecaster.Model.Members[0].Shape;
        int c = shape.Channels, steps = history.Length / c;
        return Enumerable.Range(steps - holdout, holdout)
            .Where(origin => Enumerable.Range(origin - shape.Past, shape.Past).Any(step => double.IsFinite(history[step * c])))
            .SelectMany(origin => Enumerable.Range(origin, shape.Future)
                .Where(at => at < steps && double.IsFinite(history[at * c]))
                .Select(at => forecaster.Predict(history.AsSpan((origin - shape.Past) * c, shape.Past * c)).Marginal(at - origin + 1).Crps(history[at * c])))
            .Average();
    }
}
