using TsForecaster.Worker.Commands.Reports;
using Xunit;

namespace TsForecaster.Worker.Tests.Commands.Reports;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0.0, 1.0, new[] { "0.0", "0.2", "0.4", "0.6", "0.8", "1.0" })]
    [InlineData(-0.5, 0.5, new[] { "−0.4", "−0.2", "0.0", "0.2", "0.4" })]
    [InlineData(19_000.0, 36_500.0, new[] { "20,000", "25,000", "30,000", "35,000" })]
    [InlineData(3.0e9, 6.0e9, new[] { "3e9", "4e9", "5e9", "6e9" })]
    [InlineData(0.0, 3.0e-9, new[] { "0e0", "1e-9", "2e-9", "3e-9" })]
    public void Labels_Ticks_AreRoundAndToldApart(double min, double max, string[] labels)
    {
        Axis axis = new(min, max);
        Assert.Equal(labels, axis.Ticks.Select(axis.Label));
    }

    [Fact]
    public void Labels_Unit_IsWhatTheyCount()
    {
        Axis axis = new(0.0, 1.0) { Unit = ("", " %"), Worth = 0.01 };
        Assert.Equal(["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"], axis.Ticks.Select(axis.Label));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 5)]
    [InlineData(-47, 48)]
    [InlineData(1, 720)]
    public void Ticks_Whole_AreAtWholeNumbers(int min, int max)
    {
        double[] ticks = [.. new Axis(min, max, 8, whole: true).Ticks];
        Assert.InRange(ticks.Length, 1, 10);
        Assert.All(ticks, tick => Assert.Equal(Math.Round(tick), tick));
    }

    [Fact]
    public void Ticks_AnyRange_AreAFewWithinIt()
    {
        var random = new Random(5);
        for (int i = 0; i < 500; i++)
        {
            double min = (random.NextDouble() - 0.5) * Math.Pow(10.0, random.Next(-8, 12));
            double max = min + (Math.Abs(min) * Math.Pow(10.0, random.Next(-4, 3)));
            Axis axis = new(min, max);
            double[] ticks = [.. axis.Ticks];
            Assert.InRange(ticks.Length, 2, 6);
            Assert.All(ticks, tick => Assert.InRange(tick, min - (1e-6 * axis.Step), max + (1e-6 * axis.Step)));
        }
    }

    [Fact]
    public void Around_Values_HoldsThemWithAMargin()
    {
        Axis axis = Axis.Around([3.0, double.NaN, -1.0, double.PositiveInfinity]);
        Assert.Equal((-1.2, 3.2), (axis.Min, axis.Max));
        Assert.Equal((0.0, 4.2), (Axis.Around([4.0, 2.0], fromZero: true).Min, Axis.Around([4.0, 0.0], fromZero: true).Max));
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 0.0, 0.0 })]
    [InlineData(new[] { 7.0 })]
    [InlineData(new[] { -1e9, -1e9 })]
    public void Around_NoRange_IsSomethingToDrawIn(double[] values)
    {
        Axis axis = Axis.Around(values);
        Assert.True(axis.Min < axis.Max);
        Assert.All(values, value => Assert.InRange(value, axis.Min, axis.Max));
        Assert.True(axis.Ticks.Count() >= 2);
    }
}
