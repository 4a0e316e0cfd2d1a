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
        int reach = Steps + (4 * seasons);
        Assert.Equal(60 - (reach + 6) + 1, windows.Count);
        double[] window = new double[9];
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            int origin = n + reach;
            double At(int step) => _series[origin + step] - (seasons == 0 ? 0.0 : Profile(origin + step, origin, 4, seasons, 1.0));
            double[] measured = [.. Enumerable.Range(-Steps, Steps).Select(At)];
            double mean = measured.Average(), scale = Math.Sqrt(measured.Average(x => (x - mean) * (x - mean)));
            double level = centring == Centring.Last ? measured[^1] : levelSteps > 0 ? measured[^levelSteps..].Average() : mean;
            double[] expected = [.. new[] { -6, -5, -2, 0, 1, 2, 3, 4, 5 }.Select(step => (At(step) - level) / scale)];
            Assert.All(expected.Zip(window), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        }
    }

    [Theory]
    [InlineData(Centring.None, Scaling.None, 1.0)]
    [InlineData(Centring.Last, Scaling.StandardDeviation, 0.5)]
    [InlineData(Centring.Mean, Scaling.None, 0.8)]
    public void Read_Profile_EqualsTheDefinition(Centring centring, Scaling scaling, double decay)
    {
        Normalisation normalisation = new(centring, scaling) { Season = 4, Seasons = 3, Decay = decay };
        WindowSet windows = WindowSet.Over(_series, WindowShape.OfLags([6, 5, 2, 1], 6), normalisation);
        double[] window = new double[10];
        Assert.Equal(60 - (6 + 12 + 6) + 1, windows.Count);
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            int origin = n + 18;
            double At(int step) => _series[origin + step] - Profile(origin + step, origin, 4, 3, decay);
            double[] past = [.. new[] { -6, -5, -2, -1 }.Select(At)];
            double level = centring switch { Centring.Last => past[^1], Centring.Mean => past.Average(), _ => 0.0 };
            double mean = past.Average();
            double scale = scaling == Scaling.None ? 1.0 : Math.Sqrt(past.Average(x => (x - mean) * (x - mean)));
            double[] expected = [.. past.Concat(Enumerable.Range(0, 6).Select(At)).Select(x => (x - level) / scale)];
            Assert.All(expected.Zip(window), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
        }
    }

    [Fact]
    public void LevelOf_AnyNumberOfAWindow_TakesItBackToItsValue()
    {
        WindowReader reader = new(WindowShape.OfLags([5, 2, 1], 3, 2), new(Centring.Last, Scaling.StandardDeviation) { Season = 4, Seasons = 2, Decay = 0.7 });
        double[] stretch = [.. _series[..((reader.Reach + 3) * 2)]];
        double[] window = new double[12], raw = new double[12], levels = new double[reader.Levels], scales = new double[2];
        reader.Read(stretch, window, levels, scales);
        reader.Pick(stretch, raw);
        for (int i = 0; i < window.Length; i++)
        {
            Assert.Equal(raw[i], reader.LevelOf(i, stretch, levels) + (scales[i % 2] * window[i]), 1e-10);
        }
    }

    [Fact]
    public void Read_LevelOfDeparturesGoesOn_FromPastToFuture()
    {
        // A pattern that stays, on a line: every step departs by as much, whichever seasons its profile averages.
        double[] rising = [.. Enumerable.Range(0, 60).Select(t => (7.0 * (t % 5)) + (0.5 * t))];
        WindowSet windows = WindowSet.Over(rising, new WindowShape(4, 5), new Normalisation(Centring.Last) { Season = 5, Seasons = 4, Decay = 0.8 });
        double[] window = new double[9];
        windows.CopyTo(3, window);
        Assert.All(window, departure => Assert.Equal(0.0, departure, 1e-12));
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
    public void Read_PhaseNeverObserved_LiesBetweenItsNeighbours()
    {
        // The next three steps have the profiles 2, none and 5; the last step's own seasons were all missing, and the step after it has 2.
        WindowReader reader = new(new WindowShape(1, 3), new(Centring.None) { Season = 3, Seasons = 2 });
        double[] past = new double[1], levels = new double[3];
        reader.ReadPast([double.NaN, 1.0, double.NaN, double.NaN, 3.0, double.NaN, 5.0], past, levels, new double[1]);
        Assert.Equal([2.0, 3.5, 5.0], levels);
        Assert.Equal([5.0 - 2.0], past);
    }

    [Fact]
    public void Read_PatternWithAHole_DepartsByLittleInsideIt()
    {
        // A smooth day, of which hours went missing yesterday: today's values there depart by what a line misses of it, not by the height of the day.
        double[] day = [.. Enumerable.Range(0, 24 * 4).Select(t => 100.0 + (10.0 * Math.Sin(t * Math.Tau / 24.0)))];
        day.AsSpan(49, 4).Fill(double.NaN);
        WindowReader reader = new(new WindowShape(24, 24), new(Centring.None) { Season = 24, Seasons = 1 });
        double[] past = new double[24], levels = new double[24];
        reader.ReadPast(day.AsSpan(24, 48), past, levels, new double[1]);
        Assert.All(levels.Index(), level => Assert.Equal(100.0 + (10.0 * Math.Sin(level.Index * Math.Tau / 24.0)), level.Item, level.Index is >= 1 and <= 4 ? 1.5 : 1e-9));
        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, 24).Where(i => double.IsNaN(past[i])));
        reader.ReadPast(day.AsSpan(48, 48), past, levels, new double[1]);
        Assert.All(past, departure => Assert.InRange(departure, -1.5, 1.5));
    }

    /// <summary>The weighted mean of a value's own earlier seasons; steps to come share those of their phase.</summary>
    private static double Profile(int step, int origin, int season, int seasons, double decay)
    {
        int known = step < origin ? step : origin + ((step - origin) % season);
        double sum = 0.0, weights = 0.0;
        for (int i = 1; i <= seasons; i++)
        {
            sum += Math.Pow(decay, i) * _series[known - (i * season)];
            weights += Math.Pow(decay, i);
        }

        return sum / weights;
    }
}
