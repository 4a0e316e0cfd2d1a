using System.Text;
using TsForecaster.Worker.Ingest;
using Xunit;
using static TsForecaster.Worker.Tests.Ingest.Records;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class EventTimeTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("2024-03-01T12:00:00Z", Noon)]
    [InlineData("2024-03-01t12:00:00z", Noon)]
    [InlineData("2024-03-01 12:00Z", Noon)]
    [InlineData("2024-03-01T13:30:00+01:30", Noon)]
    [InlineData("2024-03-01T11:00:00-0100", Noon)]
    [InlineData("2024-03-02T00:00:00+12", Noon)]
    [InlineData("2024-02-29T12:00:00.123456789Z", Noon - 86_400_000_000_000 + 123_456_789)]
    [InlineData("2024-03-01T12:00:00.5Z", Noon + 500_000_000)]
    [InlineData("2024-03-01T12:00:00,0000000019999Z", Noon + 1)]
    [InlineData("2262-04-11T23:47:15Z", 9_223_372_035_000_000_000)]
    public void FromIso_Good_IsThatInstant(string text, long expected)
    {
        Assert.Null(EventTime.FromIso(Encoding.UTF8.GetBytes(text), out long ns));
        Assert.Equal(expected, ns);
    }

    [Theory]
    [InlineData("", "is not ISO-8601")]
    [InlineData("today", "is not ISO-8601")]
    [InlineData("1709294400000", "is not ISO-8601")]
    [InlineData("2024-03-01", "is not ISO-8601")]
    [InlineData("2024-03-01T12:00:00", "has no zone")]
    [InlineData("2024-03-01T12:00", "has no zone")]
    [InlineData("2024-03-01T12:00:00.Z", "is not ISO-8601")]
    [InlineData("2024-03-01T12:00:00Zulu", "is not ISO-8601")]
    [InlineData("2024-03-01T12:00:00+1", "is not ISO-8601")]
    [InlineData("2024-03-01T12:00:00+01:", "is not ISO-8601")]
    [InlineData("2024-03-01T12:00:00+24:00", "is not ISO-8601")]
    [InlineData("2023-02-29T12:00:00Z", "is no date and time of the calendar")]
    [InlineData("2024-13-01T12:00:00Z", "is no date and time of the calendar")]
    [InlineData("0000-01-01T12:00:00Z", "is no date and time of the calendar")]
    [InlineData("2024-03-01T24:00:00Z", "is no date and time of the calendar")]
    [InlineData("2024-03-01T12:60:00Z", "is no date and time of the calendar")]
    [InlineData("1969-12-31T23:59:59.9Z", "is before 1970")]
    [InlineData("1970-01-01T00:30:00+01:00", "is before 1970")]
    [InlineData("9999-12-31T23:59:59Z", "is past the year 2262")]
    public void FromIso_Bad_SaysWhy(string text, string reason) =>
        Assert.EndsWith(reason, EventTime.FromIso(Encoding.UTF8.GetBytes(text), out _), StringComparison.Ordinal);

    [Theory]
    [InlineData("1709294400", TimeUnit.S, Noon)]
    [InlineData("1709294400.000000001", TimeUnit.S, Noon + 1)]
    [InlineData("1.7092944e9", TimeUnit.S, Noon)]
    [InlineData("1709294400000", TimeUnit.Ms, Noon)]
    [InlineData("1709294400000.5", TimeUnit.Ms, Noon + 500_000)]
    [InlineData("1709294400000000", TimeUnit.Us, Noon)]
    [InlineData("1709294400000000000", TimeUnit.Ns, Noon)]
    [InlineData("9223372036854775807", TimeUnit.Ns, long.MaxValue)]
    [InlineData("9223372036", TimeUnit.S, 9_223_372_036_000_000_000)]
    [InlineData("0", TimeUnit.S, 0)]
    public void FromNumber_Good_IsThatInstant(string text, TimeUnit unit, long expected)
    {
        Assert.Null(EventTime.FromNumber(Encoding.UTF8.GetBytes(text), unit, out long ns));
        Assert.Equal(expected, ns);
    }

    [Theory]
    [InlineData("-1", TimeUnit.Ms, "is before 1970")]
    [InlineData("-0.1", TimeUnit.S, "is before 1970")]
    [InlineData("9223372037", TimeUnit.S, "is past the year 2262 when it counts S")]
    [InlineData("9223372036.9", TimeUnit.S, "is past the year 2262 when it counts S")]
    [InlineData("9223372036854775808", TimeUnit.Ns, "is past the year 2262 when it counts Ns")]
    [InlineData("1709294400000000000", TimeUnit.Ms, "is past the year 2262 when it counts Ms")]
    [InlineData("1e300", TimeUnit.S, "is not a number")]
    [InlineData("12:00", TimeUnit.S, "is not a number")]
    [InlineData("", TimeUnit.S, "is not a number")]
    [InlineData("1709294400", TimeUnit.Iso, "is not ISO-8601")]
    public void FromNumber_Bad_SaysWhy(string text, TimeUnit unit, string reason) =>
        Assert.EndsWith(reason, EventTime.FromNumber(Encoding.UTF8.GetBytes(text), unit, out _), StringComparison.Ordinal);

    [Fact]
    public void Decode_TimeAheadOfTheRecordsOwn_IsRefusedPastTheLead()
    {
        var options = new KafkaOptions { TimeUnit = TimeUnit.Ns, MaxLead = TimeSpan.FromSeconds(1) };

        Assert.Equal($"a {Noon + 1_000_000_000}=1", Decode(options, Record($$"""{"series":"a","ts":{{Noon + 1_000_000_000}},"value":1}""")));
        Assert.StartsWith("! time is 00:00:01", Decode(options, Record($$"""{"series":"a","ts":{{Noon + 1_000_000_001}},"value":1}""")), StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_RecordWithoutTimestamp_NeedsATimeOfItsOwn()
    {
        var options = new KafkaOptions();

        Assert.Equal("a 5000000=1", Decode(options, Record("""{"series":"a","ts":5,"value":1}""", timestampNs: -1)));
        Assert.Equal("! no time: neither the value nor the record has one", Decode(options, Record("""{"series":"a","value":1}""", timestampNs: -1)));
    }
}
