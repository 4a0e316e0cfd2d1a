using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Windows;

public sealed class MarkRowsTests
{
    private const int Steps = 40;

    [Theory]
    [InlineData(1, Centring.None, 0)]
    [InlineData(2, Centring.None, 0)]
    [InlineData(1, Centring.Last, 0)]
    [InlineData(1, Centring.Last, 2)]
    [InlineData(3, Centring.Mean, 0)]
    public void Over_Marks_StandBeforeTheWindowWithoutThem(int channels, Centring centring, int seasons)
    {
        double[] history = [.. Enumerable.Range(0, Steps * channels).Select(i => Math.Sin(i * i) + i)];
        MarkRows marks = Marks();
        foreach (WindowShape shape in new[] { new WindowShape(4, 3, channels), WindowShape.OfLags([7, 2, 1], 3, channels) })
        {
            Normalisation normalisation = new(centring) { Season = 5, Seasons = seasons, MarkScale = 0.25 };
            WindowSet plain = WindowSet.Over(history, shape, normalisation);
            WindowSet marked = WindowSet.Over([history], shape with { Marks = 2 }, normalisation, marks: [marks]);
            double[] expected = new double[shape.Dimension], window = new double[shape.Dimension + 2];

            Assert.Equal(plain.Count, marked.Count);
            Assert.False(marked.IsPlain || marked.IsShifted || marked.IsOverlapping);
            for (int n = 0; n < plain.Count; n++)
            {
                plain.CopyTo(n, expected);
                marked.CopyTo(n, window);
                int first = n + normalisation.ReachOf(shape);
                Assert.Equal([0.25 * first, -0.25 * first, .. expected], window);
            }
        }
    }

    [Fact]
    public void Over_MarkNotKnown_IsAMissingNumberOfItsWindow()
    {
        double[] rows = Marks().Row(0).ToArray();
        double[] all = [.. Enumerable.Range(0, Steps).SelectMany(t => new[] { t == 20 ? double.NaN : t, rows[0] })];
        WindowShape shape = new(4, 3) { Marks = 2 };
        double[] history = [.. Enumerable.Range(0, Steps).Select(i => Math.Sin(i * i))];

        Assert.Equal(Steps - 7, WindowSet.Over([history], shape, Normalisation.None, marks: [new MarkRows(2, all)]).Count);
        WindowSet kept = WindowSet.Over([history], shape, Normalisation.None, missing: new MissingValues(), marks: [new MarkRows(2, all)]);
        double[] window = new double[9];
        kept.CopyTo(kept.Count - 1, window);
        Assert.Equal((Steps - 6, Steps - 7), (kept.Count, kept.CompleteCount));
        Assert.Equal([double.NaN, rows[0], .. history[16..23]], window);
        kept.Filled.CopyTo(kept.Count - 1, window);
        Assert.Equal([20.0, rows[0], .. history[16..23]], window);
    }

    [Fact]
    public void WithMarkScale_AnySize_BringsMarksToTheSizeOfValuesToAPowerOfTwo()
    {
        double[] history = [.. Enumerable.Range(0, Steps).Select(t => 1000.0 * Math.Sin(t * t))];
        WindowSet windows = WindowSet.Over([history], new WindowShape(4, 3) { Marks = 2 }, Normalisation.None, marks: [Marks()]);
        (WindowSet scaled, Normalisation normalisation) = windows.WithMarkScale(Normalisation.None);
        double[] window = new double[9];
        scaled.CopyTo(3, window);

        // A sine has a standard deviation of its amplitude over √2.
        Assert.Equal(512.0, normalisation.MarkScale);
        Assert.Equal(512.0 * 7.0, window[0]);
        Assert.Equal(history[3..10], window[2..]);
    }

    [Fact]
    public void Over_MarksThatDoNotFit_SaysWhatItNeeds()
    {
        WindowShape shape = new(4, 3) { Marks = 2 };
        foreach (MarkRows[]? wrong in new MarkRows[]?[] { null, [], [new MarkRows(1, new double[Steps])], [new MarkRows(2, new double[(2 * Steps) - 2])] })
        {
            Assert.Contains("history 0 has 40 steps", Assert.Throws<ArgumentException>(() => WindowSet.Over([new double[Steps]], shape, Normalisation.None, marks: wrong)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => new MarkRows(2, new double[3]));
        Assert.Contains("mark 1 of row 0", Assert.Throws<ArgumentException>(() => new MarkRows(2, new[] { 0.0, double.PositiveInfinity })).Message, StringComparison.Ordinal);
    }

    /// <summary>t and −t for the window whose first future step is t.</summary>
    private static MarkRows Marks() => new(2, Enumerable.Range(0, Steps).SelectMany(t => new double[] { t, -t }).ToArray());
}
