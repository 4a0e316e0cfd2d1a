using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class PooledModelTests
{
    private static readonly ReadOnlyMemory<double>[] _series = [.. Enumerable.Range(0, 12).Select(s => (ReadOnlyMemory<double>)Series(s, 90))];
    private static readonly PooledModel _model = new([Member(6), Member(12)], [1.0, 2.0], ValueTransform.None, 50.0);

    [Fact]
    public void Load_SavedModel_AdaptsToTheSameBits()
    {
        using MemoryStream stream = new();
        PooledModelFile.Save(stream, _model);
        stream.Position = 0;
        PooledModel loaded = PooledModelFile.Load(stream);

        // A mixed weight, windows of its own, none.
        Assert.All(new[] { 90, 30, 12 }, length => Assert.Equal(_model.Adapt(_series[3][..length]).Id, loaded.Adapt(_series[3][..length]).Id));
        Assert.Equal(_model.Members.Select(member => member.Recipe), loaded.Members.Select(member => member.Recipe));
    }

    [Fact]
    public void Load_TruncatedOrDamaged_IsRefused()
    {
        using MemoryStream stream = new();
        PooledModelFile.Save(stream, _model);
        byte[] bytes = stream.ToArray();
        foreach (int length in (int[])[0, 7, 11, 19, 30, 60, bytes.Length / 2, bytes.Length - 1])
        {
            Assert.Throws<ModelFileException>(() => PooledModelFile.Load(new MemoryStream(bytes[..length])));
        }

        bytes[^100] ^= 1;
        Assert.Throws<ModelFileException>(() => PooledModelFile.Load(new MemoryStream(bytes)));
    }

    [Fact]
    public void Within_ShortHistory_KeepsTheMembersItsPastFills()
    {
        Assert.Null(_model.Within(5));
        Assert.Equal(6, _model.Within(11)!.Members.Single().Recipe.Shape.Past);
        Assert.Same(_model, _model.Within(12));
    }

    [Fact]
    public void Adapt_HolesOfAStepOrTwo_LearnsFromTheWindowsOverThem()
    {
        double[] holes = [.. _series[3].ToArray().Select((value, t) => t % 5 == 2 ? double.NaN : value)];
        Assert.Equal(90 - 9 + 1, _model.Within(6)!.CountWindows(_series[3]));
        Assert.Equal(90 - 9 + 1, _model.Within(6)!.CountWindows(holes));
    }

    private static PooledMember Member(int past) => PooledMember.Fit(
        _series,
        new WindowRecipe($"past {past}", new WindowShape(past, 3), new Normalisation(Centring.Mean, Scaling.StandardDeviation)),
        [new SeriesMixtureOptions { Components = 2, Overlap = 3, Limit = 8, Threads = 1 }])[0]!;

    private static double[] Series(int s, int length) =>
        [.. Enumerable.Range(0, length).Select(t => (1 + s) * (5 + Math.Sin(Math.Tau * t / (s % 2 == 0 ? 6.0 : 8.0)) + (0.2 * Math.Cos((3.7 * t * t) + s))))];
}
