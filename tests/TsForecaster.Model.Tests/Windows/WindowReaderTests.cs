using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class WindowReaderTests
{
    private static readonly double[] _series = [.. Enumerable.Range(0, 60).Select(t => (10.0 * (t % 4)) + t + Math.Sin(t * t))];

    [Fact]
    public void Over_LeftOutLags_PicksThemInEveryWindow()
    {
        WindowSet windows = WindowSet.Over(_series, WindowShape.OfLags([9, 8, 2, 1], 2), Normalisation.None);
        double[] window = new double[6];

        Assert.Equal(60 - (9 + 2) + 1, windows.Count);
        windows.CopyTo(7, window);
        Assert.Equal([_series[7], _series[8], _series[14], _series[15], _series[16], _series[17]], window);
    }

    [Fact]
    public void Over_MissingBetweenTheLags_LosesNoWindow()
    {
        double[] holed = [.. _series];
        holed[12] = double.NaN;

        // Windows start at 0 … 49 and read 0, 1, 7, 8, 9 and 10 from there: six of them meet the hole.
        Assert.Equal(50 - 6, WindowSet.Over(holed, WindowShape.OfLags([9, 8, 2, 1], 2), Normalisation.None).Count);
        Assert.Equal(50 - 11, WindowSet.Over(holed, new WindowShape(9, 2), Normalisation.None).Count);
    }

    [Theory]
    [InlineData(Centring.Last, 0, 0)]
    [InlineData(Centring.Mean, 0, 0)]
    [InlineData(Centring.Mean, 5, 0)]
    [InlineData(Centring.Mean, 5, 3)]
    [InlineData(Centring.Last, 0, 3)]
    public void Read_MeasuredSteps_TakesLevelAndScaleOfThem(Centring centring, int levelSteps, int seasons)
    {
        const int Steps = 11;
        Normalisation normalisation = new(centring, Scaling.StandardDeviation) { Season = 4, Seasons = seasons, MeasuredSteps = Steps, LevelSteps = levelSteps };
        WindowSet windows = WindowSet.Over(_series, WindowShape.OfLags([6, 5, 2], 6), normalisation);
        int reach = Math.Max(Steps, 4 * seasons);
        Assert.Equal(60 - (reach + 6) + 1, windows.Count);
        double[] window = new double[9];
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            int origin = n + reach;
            double At(int step)
            {
                // A past value departs from the seasons that are not its own.
                int phase = ((step % 4) + 4) % 4;
                int[] others = [.. Enumerable.Range(1, seasons).Select(season => phase - (4 * season)).Where(other => other != step)];
                return _series[origin + step] - (seasons == 0 ? 0.0 : others.Average(other => _series[origin + other]));
            }

            double[] measured = [.. Enumerable.Range(-Steps, Steps).Select(At)];
            double mean = measured.Average(), scale = Math.Sqrt(measured.Average(x => (x - mean) * (x - mean)));
            double level = centring == Centring.Last ? measured[^1] : levelSteps > 0 ? measured[^levelSteps..].Average() : mean;
            double[] expected = [.. new[] { -6, -5, -2, 0, 1, 2, 3, 4, 5 }.Select(step => (At(step) - level) / scale)];
            Assert.All(expected.Zip(window), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        }
    }

    [Theory]
    [InlineData(Centring.None, Scaling.None)]
    [InlineData(Centring.Last, Scaling.StandardDeviation)]
    [InlineData(Centring.Mean, Scaling.None)]
    public void Read_Profile_EqualsTheDefinition(Centring centring, Scaling scaling)
    {
        Normalisation normalisation = new(centring, scaling) { Season = 4, Seasons = 3 };
        WindowSet windows = WindowSet.Over(_series, WindowShape.OfLags([6, 5, 2, 1], 6), normalisation);
        double[] window = new double[10];
        Assert.Equal(60 - (12 + 6) + 1, windows.Count);
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            int origin = n + 12;
            double Profile(int t)
            {
                int phase = ((t - origin) % 4 + 4) % 4;
                return (_series[origin + phase - 4] + _series[origin + phase - 8] + _series[origin + phase - 12]) / 3.0;
            }

            // Of the three seasons of a past value's phase, the two others.
            double[] past = [.. new[] { 6, 5, 2, 1 }.Select(lag => _series[origin - lag] - (((3.0 * Profile(origin - lag)) - _series[origin - lag]) / 2.0))];
            double level = centring switch { Centring.Last => past[^1], Centring.Mean => past.Average(), _ => 0.0 };
            double mean = past.Average();
            double scale = scaling == Scaling.None ? 1.0 : Math.Sqrt(past.Average(x => (x - mean) * (x - mean)));
            double[] future = [.. Enumerable.Range(0, 6).Select(h => _series[origin + h] - Profile(origin + h))];
            double[] expected = [.. past.Concat(future).Select(x => (x - level) / scale)];
            Assert.All(expected.Zip(window), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        }
    }

    [Fact]
    public void Read_PeriodicSeries_ProfileLeavesNothing()
    {
        double[] periodic = [.. Enumerable.Range(0, 40).Select(t => 0.1 + (t % 5))];
        WindowSet windows = WindowSet.Over(periodic, new WindowShape(3, 7), new Normalisation(Centring.None) { Season = 5, Seasons = 3 });
        double[] window = new double[10];
        windows.CopyTo(4, window);
        Assert.All(window, value => Assert.Equal(0.0, value));
    }

    [Fact]
    public void MeasureProfile_PhaseNeverObserved_TakesTheMeanOfTheOthers()
    {
        double[] profile = new double[3];
        new Normalisation(Centring.None) { Season = 3, Seasons = 2 }.MeasureProfile([1.0, double.NaN, 5.0, 3.0, double.NaN, double.NaN], 1, profile);
        Assert.Equal([2.0, 3.5, 5.0], profile);
    }
}
