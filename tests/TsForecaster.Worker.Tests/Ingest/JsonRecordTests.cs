using System.Text;
using TsForecaster.Worker.Ingest;
using Xunit;
using static TsForecaster.Worker.Tests.Ingest.Records;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class JsonRecordTests
{
    private static readonly KafkaOptions Json = new() { Format = RecordFormat.Json };

    [Theory]
    [InlineData("""{"series":"pump-7","ts":1709294400000,"value":21.5}""", "pump-7 1709294400000000000=21.5")]
    [InlineData("""{"value":-1e3,"ts":"2024-03-01T12:00:00Z","series":"p"}""", "p 1709294400000000000=-1000")]
    [InlineData("""{"value":1}""", "key-series 1709294400000000000=1")]
    [InlineData("""{"series":null,"ts":null,"value":1}""", "key-series 1709294400000000000=1")]
    [InlineData("""{"series":17,"value":1}""", "17 1709294400000000000=1")]
    [InlineData("""{"series":"p\u00fcmp","value":1}""", "pümp 1709294400000000000=1")]
    [InlineData("""{"series":"p","temp":20,"rpm":900,"unit":"C","on":true,"tags":{"a":[1]},"x":null}""",
        "p/temp 1709294400000000000=20; p/rpm 1709294400000000000=900")]
    public void Decode_Good_GivesItsTicks(string value, string expected) => Assert.Equal(expected, Decode(Json, Record(value)));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("""{"series":"p","value":NaN}""")]
    [InlineData("""{"series":"p","value":"NaN"}""")]
    [InlineData("""{"series":"p","value":"21.5","seq":3}""")]
    [InlineData("""{"series":"p","value":1e999}""")]
    [InlineData("""{"series":"p","value":-1e999}""")]
    [InlineData("""{"series":"p","value":true}""")]
    [InlineData("""{"series":"p","value":{"a":1}}""")]
    [InlineData("""{"series":"p","value":null}""")]
    [InlineData("""{"series":"p"}""")]
    [InlineData("""{}""")]
    [InlineData("""[{"series":"p","value":1}]""")]
    [InlineData("""21.5""")]
    [InlineData("""{"series":"","value":1}""")]
    [InlineData("""{"series":"a\nb","value":1}""")]
    [InlineData("""{"series":["p"],"value":1}""")]
    [InlineData("""{"series":1.5,"value":1}""")]
    [InlineData("""{"series":"\ud800","value":1}""")]
    [InlineData("""{"series":"p","value":1""")]
    [InlineData("""{"series":"p","value":1} {"series":"p","value":2}""")]
    [InlineData("""{"series":"p","ts":true,"value":1}""")]
    [InlineData("""{"series":"p","ts":-1,"value":1}""")]
    [InlineData("""{"series":"p","ts":"2024-03-01T12:00:00","value":1}""")]
    [InlineData("""{"series":"p","ts":99999999999999999999,"value":1}""")]
    public void Decode_Bad_IsRefusedWhole(string value) => Assert.StartsWith("! ", Decode(Json, Record(value)), StringComparison.Ordinal);

    [Fact]
    public void Decode_NamedFields_TakesOnlyThem()
    {
        var options = Json with { SeriesField = "id", TimeField = "at", ValueFields = ["t", "p"], TimeUnit = TimeUnit.S };

        Assert.Equal("a/t 1709294400000000000=1; a/p 1709294400000000000=2", Decode(options, Record("""{"id":"a","at":1709294400,"t":1,"p":2,"q":3}""")));
        Assert.Equal("a/p 1709294400000000000=2", Decode(options, Record("""{"id":"a","at":1709294400,"p":2}""")));
        Assert.Equal("! field 't' is text, not a number", Decode(options, Record("""{"id":"a","at":1709294400,"t":"1","p":2}""")));
        Assert.Equal("! no numeric value", Decode(options, Record("""{"id":"a","at":1709294400,"q":2}""")));
    }

    [Fact]
    public void Decode_OneNamedField_IsTheDefaultChannel() =>
        Assert.Equal("a 1709294400000000000=3", Decode(Json with { ValueFields = ["temp"] }, Record("""{"series":"a","temp":3,"seq":9}""")));

    [Fact]
    public void Decode_NoSeriesAnywhere_IsRefused() =>
        Assert.Equal("! no series: neither the value nor the key names one", Decode(Json, Record("""{"value":1}""", key: "")));

    [Fact]
    public void Decode_BytesThatAreNotUtf8_AreRefused()
    {
        byte[] value = Encoding.Latin1.GetBytes("{\"series\":\"a\u00ff\",\"value\":1}");
        Assert.StartsWith("! ", Decode(Json, Record(value)), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_TooLong_IsRefusedByLengthAlone() =>
        Assert.Equal("! 11 bytes, 10 are allowed", Decode(Json with { MaxRecordBytes = 10 }, Record("""{"value":1}""")));
}
