using System.Text;
using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class PinRecordTests
{
    [Theory]
    [InlineData("!pin 0123456789ab", "0123456789ab")]
    [InlineData("!pin  0123456789ab \r\n", "0123456789ab")]
    [InlineData("!unpin", null)]
    [InlineData("!unpin\n", null)]
    public void Decode_Request_NamesSeriesAndModel(string text, string? model)
    {
        SourceRecord record = Record("pump-7", text);
        Assert.True(PinRecord.Is(record));
        Assert.Null(PinRecord.Decode(record, out string series, out PinRequest request));
        Assert.Equal(("pump-7", new PinRequest(model)), (series, request));
    }

    [Theory]
    [InlineData("pump-7", "!pin ")]
    [InlineData("pump-7", "!pin yesterday")]
    [InlineData("pump-7", "!pin 0123456789AB")]
    [InlineData("pump-7", "!pin 01 23")]
    [InlineData("pump-7", "!unpinned")]
    [InlineData("pump-7", "!unpin 0123456789ab")]
    [InlineData("", "!unpin")]
    public void Decode_BadRequest_SaysWhatIsWrong(string key, string text)
    {
        SourceRecord record = Record(key, text);
        Assert.True(PinRecord.Is(record));
        Assert.Contains(key.Length == 0 ? "key" : "\"!pin MODEL\"", PinRecord.Decode(record, out _, out _), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Influx)]
    [InlineData(RecordFormat.Csv)]
    public void Is_Request_NoFormatWouldTakeItForTicks(RecordFormat format)
    {
        TickDecoder decoder = new(new KafkaOptions { Format = format });
        List<Tick> ticks = [];
        Assert.NotNull(decoder.Decode(Record("pump-7", "!pin 0123456789ab"), ticks));
        Assert.NotNull(decoder.Decode(Record("pump-7", "!unpin"), ticks));
        Assert.Empty(ticks);
    }

    [Theory]
    [InlineData("""{"series":"s","value":1}""")]
    [InlineData("s value=1 1700000000000000000")]
    [InlineData("!pinned value=1")]
    [InlineData("")]
    public void Is_Ticks_AreNone(string text) => Assert.False(PinRecord.Is(Record("s", text)));

    private static SourceRecord Record(string key, string text) =>
        new(new PartitionId("ticks", 0), 7, 1_700_000_000_000_000_000, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text));
}
