using TsForecaster.Worker.Ingest;
using Xunit;
using static TsForecaster.Worker.Tests.Ingest.Records;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class LineProtocolRecordTests
{
    private static readonly KafkaOptions Influx = new() { Format = RecordFormat.Influx };

    [Theory]
    [InlineData("cpu,host=a usage=21.5 1709294400000000001", "cpu,host=a/usage 1709294400000000001=21.5")]
    [InlineData("cpu value=1", "cpu 1709294400000000000=1")]
    [InlineData("cpu,zone=1,host=a value=1", "cpu,host=a,zone=1 1709294400000000000=1")]
    [InlineData("cpu a=1,b=2i,c=3u,d=\"text, with = and \\\" and\nnew line\",e=true,f=F",
        "cpu/a 1709294400000000000=1; cpu/b 1709294400000000000=2; cpu/c 1709294400000000000=3")]
    [InlineData("# a comment\n\ncpu value=1 1\r\ncpu value=2 2\n", "cpu 1=1; cpu 2=2")]
    [InlineData("my\\ cpu,ho\\=st=a\\,b f\\ 1=1 5", "my\\ cpu,ho\\=st=a\\,b/f 1 5=1")]
    [InlineData("cpu a=\"only text\" 1\ncpu value=2 2", "cpu 2=2")]
    [InlineData("cpu value=-1.5e-3", "cpu 1709294400000000000=-0.0015")]
    public void Decode_Good_GivesItsTicks(string value, string expected) => Assert.Equal(expected, Decode(Influx, Record(value)));

    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu ")]
    [InlineData("cpu value")]
    [InlineData("cpu value=")]
    [InlineData("cpu =1")]
    [InlineData(",host=a value=1")]
    [InlineData("cpu,host value=1")]
    [InlineData("cpu,host= value=1")]
    [InlineData("cpu,=a value=1")]
    [InlineData("cpu,host=a,host=b value=1")]
    [InlineData("cpu value=NaN")]
    [InlineData("cpu value=Infinity")]
    [InlineData("cpu value=1e400")]
    [InlineData("cpu value=abc")]
    [InlineData("cpu value=1x")]
    [InlineData("cpu value=i")]
    [InlineData("cpu value=\"open")]
    [InlineData("cpu value=\"a\"b")]
    [InlineData("cpu value=\"a\"")]
    [InlineData("cpu value=true")]
    [InlineData("cpu value=1 -5")]
    [InlineData("cpu value=1 soon")]
    [InlineData("cpu value=1 1 1")]
    [InlineData("cpu value=1 9223372036854775808")]
    [InlineData("cpu value=1,")]
    [InlineData("cpu value=1 1\ncpu value=x 2")]
    [InlineData("c\tpu value=1")]
    [InlineData("# nothing but a comment")]
    public void Decode_Bad_IsRefusedWhole(string value) => Assert.StartsWith("! ", Decode(Influx, Record(value)), StringComparison.Ordinal);

    [Fact]
    public void Decode_NamedFields_TakesOnlyThem()
    {
        var options = Influx with { ValueFields = ["usage"], TimeUnit = TimeUnit.S };

        Assert.Equal("cpu 1709294400000000000=2", Decode(options, Record("cpu usage=2,idle=98,name=\"x\" 1709294400")));
        Assert.Equal("! field 'usage' is text, not a number", Decode(options, Record("cpu usage=\"2\",idle=98 1709294400")));
    }

    [Fact]
    public void Decode_SameTagsInAnotherOrder_IsTheSameSeries()
    {
        var decoder = new TickDecoder(Influx);
        var ticks = new List<Tick>();
        Assert.Null(decoder.Decode(Record("m,b=2,a=1 value=1"), ticks));
        Assert.Null(decoder.Decode(Record("m,a=1,b=2 value=2"), ticks));
        Assert.Equal(ticks[0].Key, ticks[1].Key);
    }
}
