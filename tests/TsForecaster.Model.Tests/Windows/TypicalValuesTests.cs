using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class TypicalValuesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(5000)]
    public void OfChannel_SpikesAmongMany_IsAValueOfItsChannelBetweenTheOthers(int steps)
    {
        double[] values = [.. Enumerable.Range(0, 2 * steps).Select(i => i % 2 == 0 ? i % 7 : 100.0 + (i % 5))];
        for (int i = 1; i < values.Length - 20; i += values.Length / 3)
        {
            values[i] = 1e300;
        }

        Assert.InRange(TypicalValues.OfChannel(values, 0, 2), 0.0, 6.0);
        Assert.InRange(TypicalValues.OfChannel(values, 1, 2), 100.0, steps > 1 ? 104.0 : 1e300);
    }

    [Fact]
    public void OfChannel_HardlyAnythingObserved_IsWhatWas()
    {
        double[] values = new double[3000];
        Array.Fill(values, double.NaN);
        Assert.Equal(double.NaN, TypicalValues.OfChannel(values, 0, 1));
        values[1234] = 5.5;

        Assert.Equal(5.5, TypicalValues.OfChannel(values, 0, 1));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(500)]
    public void OfWindows_ConstantColumnsAndOneSpike_AreTheConstants(int count)
    {
        double[] rows = [.. Enumerable.Range(0, 3 * count).Select(i => 0.1 * (i % 3))];
        rows[0] = -1e300;

        double[] typical = TypicalValues.OfWindows(WindowSet.FromRows(rows, 3));

        Assert.Equal([0.0, 0.1, 0.2], typical);
    }
}
