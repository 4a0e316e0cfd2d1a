using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;
using TsForecaster.Worker.Refit;
using Xunit;

namespace TsForecaster.Worker.Tests.Refit;

public sealed class BackgroundFitTests
{
    private static readonly ModelSettings _given = new() { Scope = ModelScope.Pooled, Past = 8, Future = 2, Season = 6, Components = 2, Centring = Centring.Mean, Scaling = Scaling.StandardDeviation };

    [Fact]
    public void Do_ComponentsGiven_IsOneMixtureOfSeries()
    {
        PooledModel model = Do(_given, Waves(10, 80)).Model!;
        PooledMember member = Assert.Single(model.Members);
        Assert.Equal((8, 2), (member.Recipe.Shape.Past, member.Mixture.Components));
        Assert.Equal(200.0, model.Relevance);
    }

    [Fact]
    public void Do_Auto_IsAFewMembersOfValuesAsTheyAre()
    {
        PooledModel model = Do(_given with { Components = null, Past = null }, Waves(10, 80)).Model!;
        Assert.InRange(model.Members.Count, 1, 4);
        Assert.Equal(ValueTransform.None, model.Transform);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Do_NoWindowAtAll_IsAnOutcome(bool auto)
    {
        ModelSettings settings = auto ? _given with { Components = null } : _given;
        Assert.Null(Do(settings, Waves(5, 2)).Model);
        Assert.Null(Do(settings, [.. Enumerable.Repeat(Enumerable.Repeat(double.NaN, 60).ToArray(), 5)]).Model);
    }

    private static BackgroundOutcome Do(ModelSettings model, double[][] histories) =>
        RefitPool.Do(new BackgroundJob(histories.Length, histories, model, new RefitSettings()), CancellationToken.None);

    private static double[][] Waves(int series, int length) =>
        [.. Enumerable.Range(0, series).Select(s => Enumerable.Range(0, length).Select(t => 10 + Math.Sin(Math.Tau * t / (s % 2 == 0 ? 6.0 : 8.0)) + (0.2 * Math.Cos((3.7 * t * t) + s))).ToArray())];
}
