using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class LineProtocolTests
{
    [Theory]
    [InlineData("pump-7", "pump-7")]
    [InlineData("pump 7,left=up", @"pump\ 7\,left\=up")]
    [InlineData(@"C:\data\x", @"C:\data\x")]
    [InlineData(@"C:\", "C:%5C")]
    [InlineData(@"a\ b", @"a%5C\ b")]
    [InlineData("a\nb\r\tc", "a%0Ab%0D%09c")]
    [InlineData("Fühler °C 温度 🌡", @"Fühler\ °C\ 温度\ 🌡")]
    [InlineData("\"quoted\"", "\"quoted\"")]
    public void Tag_WithSpecialCharacters_IsEscaped(string series, string written) =>
        Assert.Equal($"observed,series={written} value=1 5\n", Line(Point(series, new PointField("value", 1.0)), TimePrecision.Nanoseconds));

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.0, "-0")]
    [InlineData(21.0, "21")]
    [InlineData(1e300, "1E+300")]
    [InlineData(1.0 / 3.0, "0.3333333333333333")]
    [InlineData(double.Epsilon, "5E-324")]
    [InlineData(double.MaxValue, "1.7976931348623157E+308")]
    public void Number_IsWritten_ShortestThatReadsBackTheSame(double value, string written) =>
        Assert.Equal($"observed,series=s value={written} 5\n", Line(Point("s", new PointField("value", value)), TimePrecision.Nanoseconds));

    [Fact]
    public void Fields_OfEveryType_AreWrittenInOrder() =>
        Assert.Equal(
            "observed,series=s missing=false,promoted=true,reason=\"said \\\"no\\\" \\\\ a=b, c%0A\",value=2.5 5\n",
            Line(
                Point("s", new("missing", false), new("promoted", true), new("reason", "said \"no\" \\ a=b, c\n"), new("value", 2.5)),
                TimePrecision.Nanoseconds));

    [Fact]
    public void Field_NotFiniteOrEmpty_IsLeftOut() =>
        Assert.Equal(
            "observed,series=s pit=0.5 5\n",
            Line(Point("s", new("value", double.NaN), new("pit", 0.5), new("sd", double.PositiveInfinity), new("id", "")), TimePrecision.Nanoseconds));

    [Fact]
    public void Point_WithoutWritableField_GivesNoLine() =>
        Assert.Equal("", Line(Point("s", new PointField("value", double.NaN)), TimePrecision.Nanoseconds));

    [Theory]
    [InlineData(TimePrecision.Seconds, 1_700_000_000_000_000_000, 1_700_000_060_000_000_000)]
    [InlineData(TimePrecision.Seconds, 0, -1_000_000_000)]
    [InlineData(TimePrecision.Milliseconds, 1_700_000_000_000_000_000, 1_700_000_000_001_000_000)]
    [InlineData(TimePrecision.Microseconds, 1_700_000_000_001_000_000, 1_700_000_000_000_001_000)]
    [InlineData(TimePrecision.Nanoseconds, 1_700_000_000_000_001_000, 1_700_000_000_000_000_001)]
    public void CoarsestPrecision_OfTwoTimes_LosesNothing(TimePrecision expected, long first, long second)
    {
        Point[] points = [Point("s", new PointField("value", 1.0)) with { Time = first }, Point("s", new PointField("value", 1.0)) with { Time = second }];
        Assert.Equal(expected, LineProtocol.CoarsestPrecision(points, 0, 2));
        string[] times = points.Select(point => Line(point, expected).TrimEnd('\n').Split(' ')[^1]).ToArray();
        Assert.Equal([first, second], times.Select(time => long.Parse(time) * LineProtocol.Nanoseconds(expected)));
    }

    [Fact]
    public void Batch_Slices_AreWholeLines()
    {
        Point[] points = [.. Enumerable.Range(0, 10).Select(i => Point($"s{i}", new PointField("value", i == 4 ? double.NaN : i)))];
        LineBatch batch = LineBatch.Encode(points, 1, 8);
        Assert.Equal(7, batch.Count);
        string all = Encoding.UTF8.GetString(batch.Lines(0, 7).Span);
        Assert.Equal(all, string.Concat(Enumerable.Range(0, 7).Select(i => Encoding.UTF8.GetString(batch.Lines(i, i + 1).Span))));
        Assert.Equal("observed,series=s5 value=5 5", batch.Excerpt(3));
    }

    [Fact]
    public void AnyPoint_Written_ParsesBackToItself() => Prop.ForAll(Points().ToArbitrary(), point =>
    {
        string line = Line(point, TimePrecision.Nanoseconds);
        Assert.Equal(point, ParsedLine.Parse(line));
        Assert.Equal(line, Line(point, TimePrecision.Nanoseconds));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void AnyText_InTagAndField_StaysWithinOneLineAndItsPlace() => Prop.ForAll(Texts().Two().ToArbitrary(), pair =>
    {
        (string tag, string text) = pair;
        var point = new Point("model", [new("series", tag), new("z", "end")], [new("reason", text), new("windows", 3.0)], 7);
        string line = Line(point, TimePrecision.Nanoseconds);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        Point read = ParsedLine.Parse(line);
        Assert.Equal(["series", "z"], read.Tags.Select(t => t.Name));
        Assert.Equal("end", read.Tags[1].Value);
        Assert.Equal(new PointField("windows", 3.0), read.Fields[1]);
        Assert.Equal(tag.Replace("\\", "", StringComparison.Ordinal), Uri.UnescapeDataString(read.Tags[0].Value).Replace("\\", "", StringComparison.Ordinal));
        Assert.Equal(text, Uri.UnescapeDataString(read.Fields[0].Text));
    }).QuickCheckThrowOnFailure();

    /// <summary>Text of the characters that matter to line protocol, control characters and backslashes among them, but no percent sign.</summary>
    private static Gen<string> Texts() =>
        Gen.NonEmptyListOf(Gen.Elements("ab \\\\\\,,==\"\"\n\r\t\0\u007füß温".ToCharArray())).Select(chars => new string([.. chars]));

    /// <summary>Points of any text and any finite numbers; control characters and backslashes, which change on the way, have cases of their own.</summary>
    private static Gen<Point> Points()
    {
        Gen<string> word = Gen.NonEmptyListOf(Gen.Elements("a B,=\"'üß温#.%|{}0".ToCharArray())).Select(chars => new string([.. chars]));
        Gen<string> text = Gen.NonEmptyListOf(Gen.Elements("a B,=\"\\'üß温#%".ToCharArray())).Select(chars => new string([.. chars]));
        Gen<double> number = Gen.Choose(int.MinValue, int.MaxValue).Two()
            .Select(pair => BitConverter.Int64BitsToDouble(((long)pair.Item1 << 32) | (uint)pair.Item2))
            .Where(double.IsFinite);
        Gen<PointField> field = Gen.OneOf(
            word.Zip(number, (name, value) => new PointField(name, value)),
            word.Zip(Gen.Elements(true, false), (name, value) => new PointField(name, value)),
            word.Zip(text, (name, value) => new PointField(name, value)));
        Gen<PointTag> tag = word.Zip(word, (name, value) => new PointTag(name, value));
        return from tags in Gen.ListOf(tag)
               from fields in Gen.NonEmptyListOf(field)
               from high in Gen.Choose(int.MinValue, int.MaxValue)
               select new Point("forecast", [.. tags], [.. fields], (high * 1_000_000_007L) + 13);
    }

    private static Point Point(string series, params PointField[] fields) => new("observed", [new("series", series)], [.. fields], 5);

    private static string Line(Point point, TimePrecision precision)
    {
        var output = new ArrayBufferWriter<byte>();
        LineProtocol.TryWrite(output, point, precision);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
