using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class ComponentRecoveryTests
{
    private static readonly double[] Line = [.. Enumerable.Range(0, 10).Select(n => (double)n)];

    [Fact]
    public void Mend_HealthyComponents_AreLeftAlone()
    {
        List<double[]> shares = Shares(10, n => n < 5 ? 0.9 : 0.2);
        double[] before = [.. shares[0]];
        ComponentRecovery recovery = new(WindowSet.FromRows(Line, 1), 2);

        Assert.False(recovery.Mend(shares));
        Assert.Equal(before, shares[0]);
        Assert.Equal((0, 0), (recovery.Reseeded, recovery.Dropped));
    }

    [Fact]
    public void Mend_EmptyComponent_TakesTheUpperHalfOfTheHeaviest()
    {
        List<double[]> shares = Shares(10, n => n == 0 ? 0.75 : 0.99);
        ComponentRecovery recovery = new(WindowSet.FromRows(Line, 1), 2);

        Assert.True(recovery.Mend(shares));
        Assert.Equal([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], shares[0]);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], shares[1]);
        Assert.Equal((1, 0), (recovery.Reseeded, recovery.Dropped));
    }

    [Fact]
    public void Mend_OneWindowAlone_CountsAsLost()
    {
        List<double[]> shares = Shares(10, n => n == 9 ? 0.0 : 1.0);

        Assert.True(new ComponentRecovery(WindowSet.FromRows(Line, 1), 2).Mend(shares));
        Assert.Equal(5.0, shares[1].Sum());
    }

    [Fact]
    public void Mend_NothingToCut_DropsAndTheRestSumsToOne()
    {
        List<double[]> shares = [.. Shares(10, n => n == 0 ? 0.5 : 0.7), new double[10]];
        (shares[0][0], shares[1][0], shares[2][0]) = (0.25, 0.25, 0.5);
        ComponentRecovery recovery = new(WindowSet.FromRows(new double[10], 1), 3);

        Assert.True(recovery.Mend(shares));
        Assert.Equal(2, shares.Count);
        Assert.Equal(1, recovery.Dropped);
        Assert.All(Enumerable.Range(0, 10), n => Assert.Equal(1.0, shares[0][n] + shares[1][n], 15));
        Assert.Equal(0.5, shares[0][0]);
    }

    [Fact]
    public void Mend_AgainAndAgain_GivesUpAfterTwiceTheComponents()
    {
        ComponentRecovery recovery = new(WindowSet.FromRows(Line, 1), 2);
        List<double[]> shares = [];
        for (int round = 0; round < 5; round++)
        {
            shares = Shares(10, _ => 1.0);
            recovery.Mend(shares);
        }

        Assert.Equal((4, 1), (recovery.Reseeded, recovery.Dropped));
        Assert.Single(shares);
    }

    private static List<double[]> Shares(int count, Func<int, double> first) =>
        [[.. Enumerable.Range(0, count).Select(first)], [.. Enumerable.Range(0, count).Select(n => 1.0 - first(n))]];
}
