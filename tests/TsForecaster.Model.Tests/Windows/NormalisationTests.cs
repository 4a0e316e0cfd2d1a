using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class NormalisationTests
{
    private static readonly double[] Past = [1.0, 10.0, 3.0, 20.0, 8.0, 60.0];

    [Theory]
    [InlineData(Centring.None, 0, 0.0)]
    [InlineData(Centring.Last, 0, 8.0)]
    [InlineData(Centring.Mean, 0, 4.0)]
    [InlineData(Centring.Last, 1, 60.0)]
    [InlineData(Centring.Mean, 1, 30.0)]
    public void Measure_Level_IsTakenFromTheChannelsOwnPast(Centring centring, int channel, double expected) =>
        Assert.Equal((expected, 1.0), new Normalisation(centring).Measure(Past, 2, channel));

    [Theory]
    [InlineData(Centring.None)]
    [InlineData(Centring.Last)]
    [InlineData(Centring.Mean)]
    public void Measure_Scale_IsThePopulationDeviationFromTheMeanWhateverTheLevel(Centring centring)
    {
        double scale = new Normalisation(centring, Scaling.StandardDeviation).Measure(Past, 2, 0).Scale;

        Assert.Equal(Math.Sqrt((9.0 + 1.0 + 16.0) / 3.0), scale, 14);
    }

    [Fact]
    public void Measure_MissingValues_AreLeftOut()
    {
        double[] past = [double.NaN, 2.0, double.NaN, 6.0, double.NaN];

        Assert.Equal((6.0, 2.0), new Normalisation(Centring.Last, Scaling.StandardDeviation).Measure(past, 1, 0));
        Assert.Equal((4.0, 2.0), new Normalisation(Centring.Mean, Scaling.StandardDeviation).Measure(past, 1, 0));
    }

    [Fact]
    public void MeasuredOn_History_IsTheMeanOfWhatWasObserved()
    {
        Normalisation one = new Normalisation(Centring.History).MeasuredOn([4.0, double.NaN, 8.0]);
        Assert.Equal((6.0, 1.0), one.Measure([double.NaN, 7.0], 1, 0));
        Assert.Equal((6.0, 1.0), one.Measure([double.NaN], 1, 0));
        Assert.Equal(8.0, new Normalisation(Centring.History).MeasuredOn([new double[] { 4.0, 8.0 }, new double[] { 10.0 }, new double[] { double.NaN }]).HistoryMean);
        Assert.Equal(new Normalisation(Centring.History), new Normalisation(Centring.History).MeasuredOn([new double[] { double.NaN }]));
        Assert.Equal(0.0, new Normalisation(Centring.Last).MeasuredOn([4.0, 8.0]).HistoryMean);
    }

    [Fact]
    public void Measure_NothingObserved_ChangesNothing() =>
        Assert.Equal((0.0, 1.0), new Normalisation(Centring.Mean, Scaling.StandardDeviation).Measure([double.NaN, double.NaN], 1, 0));

    [Fact]
    public void Measure_FlatPast_HasTheFloorAsScaleAndTheConstantAsLevelToTheBit()
    {
        double[] past = Enumerable.Repeat(0.1, 7).ToArray();

        Assert.Equal((0.1, 1e-8), new Normalisation(Centring.Mean, Scaling.StandardDeviation).Measure(past, 1, 0));
        Assert.Equal((0.1, 0.5), new Normalisation(Centring.Mean, Scaling.StandardDeviation) { ScaleFloor = 0.5 }.Measure(past, 1, 0));
    }
}
