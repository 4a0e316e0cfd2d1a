using TsForecaster.Worker.Ingest;
using Xunit;
using static TsForecaster.Worker.Tests.Ingest.Records;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class CsvRecordTests
{
    private static readonly KafkaOptions Csv = new() { Format = RecordFormat.Csv };

    [Theory]
    [InlineData("pump-7,1709294400000,21.5", "pump-7 1709294400000000000=21.5")]
    [InlineData("pump-7,2024-03-01T13:00:00+01:00, 21.5 \r\n", "pump-7 1709294400000000000=21.5")]
    [InlineData("a,1,1\nb,2,2\n", "a 1000000=1; b 2000000=2")]
    [InlineData(",,3", "key-series 1709294400000000000=3")]
    [InlineData("\"a,\"\"b\"\"\n\",1,\"4\"", "! series 'a,\"b\"\uFFFD' is not printable UTF-8")]
    [InlineData("\"a,\"\"b\"\"\",1,\"4\"", "a,\"b\" 1000000=4")]
    public void Decode_Record_GivesItsTicksOrTheReason(string value, string expected) => Assert.Equal(expected, Decode(Csv, Record(value)));

    [Theory]
    [InlineData("a,1")]
    [InlineData("a,1,2,3")]
    [InlineData("a,1,x")]
    [InlineData("a,1,NaN")]
    [InlineData("a,1,-Infinity")]
    [InlineData("a,1,")]
    [InlineData("a,soon,1")]
    [InlineData("a,2024-03-01,1")]
    [InlineData("a,2024-03-01T12:00:00,1")]
    [InlineData("\"a,1,1")]
    [InlineData("\"a\"b,1,1")]
    [InlineData("a,1,1\nb,2,x")]
    [InlineData("series,ts,value")]
    [InlineData("\n\n")]
    public void Decode_Bad_IsRefusedWhole(string value) => Assert.StartsWith("! ", Decode(Csv, Record(value)), StringComparison.Ordinal);

    [Fact]
    public void Decode_ColumnsOfTheSettings_AreReadByPosition()
    {
        var options = Csv with { CsvColumns = ["ts", "", "bid", "ask"], TimeUnit = TimeUnit.Ns };

        Assert.Equal("EURUSD/bid 7=1.1; EURUSD/ask 7=1.2", Decode(options, Record("7,ignored,1.1,1.2", key: "EURUSD")));
        Assert.Equal("EURUSD/ask 7=1.2", Decode(options, Record("7,ignored,,1.2", key: "EURUSD")));
    }

    [Fact]
    public void Decode_ValueFields_ChooseAmongTheColumns() =>
        Assert.Equal("k 7000000=1.2", Decode(Csv with { CsvColumns = ["ts", "bid", "ask"], ValueFields = ["ask"] }, Record("7,1.1,1.2", key: "k")));
}
