using System.Globalization;
using Xunit;
using static TsForecaster.Worker.Tests.Commands.SineFile;

namespace TsForecaster.Worker.Tests.Commands;

/// <summary>fill on a sine with gaps whose values are known.</summary>
public sealed class FillCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fill_GapsOfAllKinds_AreFilledFromBothSides()
    {
        // One alone, some together, one with the file's end behind it.
        int[] missing = [40, 71, 72, 73, 74, 75, 76, 118];
        string rows = string.Concat(Enumerable.Range(0, 120).Select(t => string.Create(CultureInfo.InvariantCulture, $"{60 * t},{(missing.Contains(t) ? "" : Sine(t).ToString(CultureInfo.InvariantCulture))}\n")));
        string data = _folder.Write("gaps.csv", "t,y\n" + rows);
        string[] lines = (await CommandResult.Of("fill", await FitSine(_folder), "--data", data, "--values", "y", "--time", "t", "--time-unit", "s"))
            .Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("series,row,time,mean,sd,p10,p50,p90", lines[0]);
        Assert.Equal(missing.Length, lines.Length - 1);
        for (int i = 0; i < missing.Length; i++)
        {
            string[] cells = lines[i + 1].Split(',');
            double[] numbers = [.. cells[3..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
            Assert.Equal(("y", $"{missing[i] + 1}"), (cells[0], cells[1]));
            Assert.Equal(TimeSpan.FromMinutes(missing[i]), DateTimeOffset.Parse(cells[2], CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch);
            Assert.Equal(Sine(missing[i]), numbers[0], 0.05);
            Assert.InRange(numbers[1], 1e-6, 0.1);
            Assert.True(numbers[2] < numbers[3] && numbers[3] < numbers[4]);
        }
    }

    [Fact]
    public async Task Fill_NothingObservedNear_LeavesTheCellsAndSaysSo()
    {
        string rows = string.Concat(Enumerable.Range(0, 300).Select(t => string.Create(CultureInfo.InvariantCulture, $"{60 * t},{(t is > 50 and < 250 ? "" : Sine(t).ToString(CultureInfo.InvariantCulture))}\n")));
        CommandResult result = await CommandResult.Of("fill", await FitSine(_folder), "--data", _folder.Write("gap.csv", "t,y\n" + rows), "--values", "y");
        int filled = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1;
        Assert.Equal(0, result.ExitCode);
        Assert.InRange(filled, 1, 198);
        Assert.Contains($"{199 - filled} of 199 empty cells have nothing observed near them", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fill_NothingMissing_WritesTheHeaderAlone() =>
        Assert.Equal("series,row,mean,sd,p10,p50,p90", (await CommandResult.Of("fill", await FitSine(_folder), "--data", _folder["sine.csv"], "--values", "y")).Succeeded().Trim());
}
