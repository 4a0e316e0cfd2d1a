using System.Text;
using Xunit;

namespace TsForecaster.Worker.Tests.Pipeline;

/// <summary>Missing cells filled from both sides.</summary>
public sealed class FillTests
{
    // One cell, and a gap of two; the first before there is a model.
    private static readonly int[] Missing = [20, 70, 100, 101];

    [Fact]
    public async Task Run_MissingCells_AreFilledOnceWhatFollowsIsKnown()
    {
        PipelineDriver driver = new();
        await driver.RunAsync(Log());
        foreach (int second in Missing)
        {
            string fields = Cell(driver, second);
            Assert.StartsWith("missing=1", fields, StringComparison.Ordinal);
            Assert.Equal(second > 44, fields.Contains("filled=", StringComparison.Ordinal));
        }

        foreach (int second in Missing[1..])
        {
            string[] fields = Cell(driver, second).Split(',');
            double filled = double.Parse(fields[^2]["filled=".Length..]), deviation = double.Parse(fields[^1]["filled_sd=".Length..]);
            double actual = 10 + Math.Sin(Math.Tau * second / 12.0) + (0.1 * Math.Cos(3.7 * second));
            Assert.InRange(deviation, 1e-4, 0.3);
            Assert.Equal(actual, filled, 4.0 * deviation);
        }

        Assert.DoesNotContain("filled", Cell(driver, 71), StringComparison.Ordinal);
        Assert.Empty(driver.Sink.Contradictions);
    }

    [Fact]
    public async Task Run_KilledWhileCellsWaitToBeFilled_FillsTheSame()
    {
        PipelineDriver whole = new();
        await whole.RunAsync(Log());
        PipelineDriver broken = new();
        foreach (int record in (int[])[139, 3, 4, 57, 2, 3])
        {
            await broken.RunUntilAsync(3 * record, Log());
        }

        await broken.RunAsync(Log());
        Assert.Empty(broken.Sink.Contradictions);
        Assert.Equal(whole.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal), broken.Sink.Points.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_GapLongerThanTheChosenWindow_IsFilledFromBefore()
    {
        // What is searched for may look back less far than what was assumed before the search.
        SeriesSettings auto = PipelineDriver.Small with
        {
            Model = new ModelSettings { Future = 3 },
            Refit = new RefitSettings { First = 60, Every = 80, Lag = 2, History = 120, Budget = 0.01 },
        };
        PipelineDriver driver = new() { Settings = new PipelineDriver().Settings with { SeriesOf = _ => auto } };
        await driver.RunAsync(Log([.. Enumerable.Range(80, 60)]));
        Assert.Contains("filled=", Cell(driver, 80), StringComparison.Ordinal);

        // Deep within it nothing is in a window's sight.
        Assert.DoesNotContain("filled=", Cell(driver, 100), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FillingSwitchedOff_FillsNothing()
    {
        SeriesSettings off = PipelineDriver.Small with { Model = PipelineDriver.Small.Model with { Fill = false } };
        PipelineDriver driver = new() { Settings = new PipelineDriver().Settings with { SeriesOf = _ => off } };
        await driver.RunAsync(Log());
        Assert.DoesNotContain(driver.Sink.Points.Values, fields => fields.Contains("filled", StringComparison.Ordinal));
    }

    private static string Cell(PipelineDriver driver, int second) =>
        driver.Sink.Points[$"observed,channel=value,series=s00 {(1_700_000_000L + second) * PipelineDriver.Second}"];

    /// <summary>The log without the ticks of one series at some seconds; its neighbour moves the clock on.</summary>
    private static Dictionary<PartitionId, List<SourceRecord>> Log(int[]? missing = null)
    {
        Dictionary<PartitionId, List<SourceRecord>> log = PipelineDriver.Log();
        string[] left = [.. (missing ?? Missing).Select(second => $$"""{"series":"s00","ts":{{(1_700_000_000L + second) * 1000}}""")];
        PartitionId partition = new("ticks", 0);
        log[partition] =
        [
            .. log[partition].Where(record => !left.Any(start => Encoding.UTF8.GetString(record.Value.Span).StartsWith(start, StringComparison.Ordinal)))
                .Select((record, offset) => record with { Offset = offset }),
        ];
        return log;
    }
}
