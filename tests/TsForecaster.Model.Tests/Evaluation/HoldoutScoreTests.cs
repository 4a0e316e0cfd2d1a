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
        Assert.Equal(Naive(forecaster, history, holdout), HoldoutScore.Crps(forecaster, history, holdout), 1e-12);
    }

    [Fact]
    public void Crps_MissingValues_AreNotScored()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        foreach (int missing in (int[])[12, 17, 18, 24])
        {
            history[missing] = double.NaN;
        }

        Assert.Equal(Naive(forecaster, history, 10), HoldoutScore.Crps(forecaster, history, 10), 1e-12);
    }

    [Fact]
    public void Crps_PastWithoutAnyValue_IsPassedOver()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        history.AsSpan(15, 4).Fill(double.NaN);
        Assert.Equal(Naive(forecaster, history, 8), HoldoutScore.Crps(forecaster, history, 8), 1e-12);
    }

    [Fact]
    public void Crps_NothingObserved_IsNaN()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        history.AsSpan(^5).Fill(double.NaN);
        Assert.Equal(double.NaN, HoldoutScore.Crps(forecaster, history, 5));
    }

    [Fact]
    public void Crps_HistoryTooShort_IsRefused()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        Assert.Throws<ArgumentException>(() => HoldoutScore.Crps(forecaster, history, history.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldoutScore.Crps(forecaster, history, 0));
    }

    [Fact]
    public void Crps_PastBeginsBeforeTheHistory_IsMissingThere()
    {
        (Forecaster forecaster, double[] history) = Given(1);
        double[] padded = [double.NaN, double.NaN, double.NaN, .. history];
        Assert.Equal(HoldoutScore.Crps(forecaster, padded, history.Length - 1), HoldoutScore.Crps(forecaster, history, history.Length - 1));
    }

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
            .Where(origin => history[((origin - shape.Past) * c)..(origin * c)].Any(double.IsFinite))
            .SelectMany(origin => Enumerable.Range(origin * c, shape.Future * c)
                .Where(at => at < history.Length && double.IsFinite(history[at]))
                .Select(at => forecaster.Predict(history.AsSpan((origin - shape.Past) * c, shape.Past * c)).Marginal((at / c) - origin + 1, at % c).Crps(history[at])))
            .Average();
    }
}
