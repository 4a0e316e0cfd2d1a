using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class OpenGapsTests
{
    private const int Future = 3;
    private const int Patience = 6;

    [Fact]
    public void Close_OneMissingCell_IsDueAfterAFuture() =>
        Assert.Equal([(13, 10)], Due("..........x......."));

    [Fact]
    public void Close_Gap_IsDueAFutureAfterItsEnd() =>
        Assert.Equal([(16, 11), (16, 12), (16, 13)], Due("...........xxx.........."));

    [Fact]
    public void Close_LongGap_IsDueCellByCellUntilItsEndIsNear() =>
        Assert.Equal([(8, 2), (9, 3), (10, 4), (11, 5), (11, 6), (11, 7), (11, 8)], Due("..xxxxxxx......"));

    [Fact]
    public void Close_SecondGapSoonAfter_DoesNotPutTheFirstOff() =>
        Assert.Equal([(4, 1), (6, 3)], Due(".x.x........"));

    [Fact]
    public void Close_GapThatDoesNotEnd_IsDueAfterTheLongestWait() =>
        Assert.Equal([(8, 2), (9, 3)], Due("..xxxxxxxx"));

    [Fact]
    public void Close_AnyPattern_GivesEachMissingCellOnceAndInOrder()
    {
        Random random = new(3);
        for (int run = 0; run < 50; run++)
        {
            string cells = string.Concat(Enumerable.Range(0, 80).Select(_ => random.NextDouble() < 0.4 ? 'x' : '.')) + new string('.', 2 * Patience);
            (int At, int Step)[] due = Due(cells);
            Assert.Equal(Enumerable.Range(0, cells.Length).Where(i => cells[i] == 'x'), due.Select(d => d.Step));
            Assert.All(due, d =>
            {
                int end = cells.IndexOf('.', d.Step);
                Assert.Equal(Math.Min(end + Future - 1, d.Step + Patience), d.At);
            });
        }
    }

    /// <summary>At which step each missing one (x) is due; the gaps are saved and read again after every step.</summary>
    private static (int At, int Step)[] Due(string cells)
    {
        OpenGaps gaps = new(Future, Patience);
        List<(int, int)> due = [];
        for (int i = 0; i < cells.Length; i++)
        {
            due.AddRange(gaps.Close(i, cells[i] == 'x').Select(step => (i, (int)step)));
            using MemoryStream stream = new();
            gaps.Write(new BinaryWriter(stream));
            stream.Position = 0;
            gaps = OpenGaps.Read(new BinaryReader(stream), Future, Patience);
        }

        return [.. due];
    }
}
