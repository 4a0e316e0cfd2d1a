using System.Buffers;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class HeldModelsTests
{
    private static readonly Forecaster[] Forecasters = [.. Enumerable.Range(1, 5).Select(Fitted)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void Promote_OverAndOver_HoldsTheLastOnesNewestFirst(int keep)
    {
        HeldModels models = new(keep);
        Assert.Empty(models.Ids);
        for (int i = 0; i < Forecasters.Length; i++)
        {
            models.Promote(Forecasters[i], learnedUntil: 100 * i);
            Assert.Equal((Forecasters[i], 100L * i), (models.Active, models.LearnedUntil));
            Assert.Equal(Forecasters[..(i + 1)].Reverse().Take(1 + keep).Select(forecaster => forecaster.Model.Id), models.Ids);
        }
    }

    [Fact]
    public void TryRestore_HeldModel_ForecastsAsItDidAndCanBeLeftAgain()
    {
        HeldModels models = Promoted(keep: 2);
        string[] ids = [.. models.Ids];
        Assert.True(models.TryRestore(ids[2]));
        Assert.Equal([ids[2], ids[0], ids[1]], models.Ids);
        Assert.Equal(200, models.LearnedUntil);
        double[] past = [0.1, 0.7, 0.2];
        Assert.Equal(Forecasters[2].Predict(past).Mean(), models.Active!.Predict(past).Mean());
        Assert.True(models.TryRestore(ids[0]));
        Assert.Equal([ids[0], ids[2], ids[1]], models.Ids);
        Assert.Equal(400, models.LearnedUntil);
    }

    [Fact]
    public void TryRestore_ModelThatIsNotHeld_ChangesNothing()
    {
        HeldModels models = Promoted(keep: 1);
        string[] ids = [.. models.Ids];
        Assert.False(models.TryRestore(Forecasters[0].Model.Id));
        Assert.True(models.TryRestore(ids[0]));
        Assert.Equal(ids, models.Ids);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    public void Read_WithAnotherLimit_LetsTheOldestGo(int keep, int earlier)
    {
        HeldModels models = Promoted(keep: 3);
        using StateWriter writer = new(capacity: 0);
        models.Write(writer);
        using MemoryStream stream = new(writer.ToSequence().ToArray());
        HeldModels read = HeldModels.Read(new BinaryReader(stream), keep);
        Assert.Equal(models.Ids.Take(1 + earlier), read.Ids);
        Assert.Equal(models.LearnedUntil, read.LearnedUntil);
        Assert.Equal(stream.Length, stream.Position);
    }

    private static HeldModels Promoted(int keep)
    {
        HeldModels models = new(keep);
        for (int i = 0; i < Forecasters.Length; i++)
        {
            models.Promote(Forecasters[i], learnedUntil: 100 * i);
        }

        return models;
    }

    private static Forecaster Fitted(int seed)
    {
        double[] history = [.. Enumerable.Range(0, 60).Select(t => Math.Sin(seed * t))];
        return new Forecaster(ForecastModel.Fit([history], new WindowShape(3, 2), new Normalisation(), new FitOptions()).Model!);
    }
}
