using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Refit;
using Xunit;

namespace TsForecaster.Worker.Tests.Refit;

/// <summary>Refits of a channel that is forecast together with others.</summary>
public sealed class JointRefitTests
{
    private const int Steps = 400;
    private static readonly WindowShape _shape = new(4, 2, 3);

    [Fact]
    public void Do_ChannelsObserved_LearnsFromAll()
    {
        RefitOutcome outcome = Do(Job());
        Assert.Equal((3, "scheduled, 3 of 3 channels"), (outcome.Forecaster!.Model.Channels, outcome.Reason));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void Do_ChannelNeverSeen_IsLeftOutWithThoseBehindIt(int silent, int kept)
    {
        RefitJob job = Job();
        Silence(job, silent, 0, Steps);
        RefitOutcome outcome = Do(job);
        Assert.Equal((kept, $"scheduled, {kept} of 3 channels"), (outcome.Forecaster!.Model.Channels, outcome.Reason));
        Assert.Equal(Do(Job(kept)).Forecaster!.Model.Id, outcome.Forecaster.Model.Id);
    }

    [Theory]
    [InlineData(190, 3)]
    [InlineData(210, 2)]
    public void Do_ChannelThatHasBegun_CountsFromHalfOfTheWindowsOn(int begins, int kept)
    {
        RefitJob job = Job();
        Silence(job, 2, 0, begins);
        Assert.Equal(kept, Do(job).Forecaster!.Model.Channels);
    }

    [Theory]
    [InlineData(41, 3)]
    [InlineData(40, 2)]
    [InlineData(29, 2)]
    [InlineData(28, 1)]
    public void Do_ShortHistory_TakesAsManyChannelsAsItsWindowsAreEnoughFor(int steps, int kept)
    {
        RefitJob job = Job();
        Assert.Equal(kept, Do(job with { History = job.History[..(steps * 3)] }).Forecaster!.Model.Channels);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    public void Do_ChannelsThatTellNothing_AreLeftOutWhereTheHeldOutPartSaysSo(int holdout)
    {
        // The third is noise, and the others are to it.
        RefitJob job = Job();
        double[] turned = [.. Enumerable.Range(0, 250).SelectMany(t => (double[])[job.History[(3 * t) + 2], job.History[3 * t], job.History[(3 * t) + 1]])];
        RefitOutcome outcome = Do(job with { History = turned, Holdout = holdout });
        Assert.Equal(holdout > 0 ? 1 : 3, outcome.Forecaster!.Model.Channels);
        if (holdout > 0)
        {
            double[] own = [.. turned.Where((_, i) => i % 3 == 0)];
            Assert.Equal(Do(Job(1) with { History = own, Holdout = holdout }).HoldoutCrps, outcome.HoldoutCrps);
        }
    }

    [Fact]
    public void Do_ActiveModelOfOtherChannels_IsComparedOnTheSameValues()
    {
        RefitJob job = Job() with { Holdout = 60, Margin = 0.05 };
        RefitOutcome joint = Do(job);
        Forecaster alone = Do(Job(1)).Forecaster!;
        RefitOutcome second = Do(job with { Active = alone });
        Assert.Equal(joint.HoldoutCrps, second.HoldoutCrps);
        Assert.NotNull(second.Forecaster);
        Assert.Contains("the active model's", second.Reason, StringComparison.Ordinal);

        // The other way round: what follows another is forecast worse by itself.
        Silence(job, 1, 0, Steps);
        RefitOutcome third = Do(job with { Active = Do(Job()).Forecaster, Margin = -0.5 });
        Assert.True(third.Kept);
        Assert.Contains("1 of 3 channels: held-out CRPS", third.Reason, StringComparison.Ordinal);
    }

    private static RefitOutcome Do(RefitJob job) => RefitPool.Do(job, CancellationToken.None);

    private static void Silence(RefitJob job, int channel, int from, int to)
    {
        for (int t = from; t < to; t++)
        {
            job.History[(t * 3) + channel] = double.NaN;
        }
    }

    /// <summary>The first channel follows the second; the third is noise.</summary>
    private static RefitJob Job(int channels = 3)
    {
        Random random = new(5);
        double[] noise = [.. Enumerable.Range(0, 3 * (Steps + 1)).Select(_ => random.NextDouble() - 0.5)];
        double[] history = [.. Enumerable.Range(1, Steps).SelectMany(t => ((double[])[noise[(3 * t) - 2] + (0.1 * noise[3 * t]), noise[(3 * t) + 1], noise[(3 * t) + 2]])[..channels])];
        WindowShape shape = new(_shape.Past, _shape.Future, channels);
        return new RefitJob(new SeriesKey("pump", "temperature"), 1, history, ForecastRecipe.Of(shape, new Normalisation(), new FitOptions()), null) { Channels = channels };
    }
}
