using System.Text;
using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.Worker.Tests.Ingest;

public sealed class TickDecoderTests
{
    private static readonly string[] Good =
    [
        """{"series":"pump-7","ts":"2024-03-01T12:00:00.5+01:00","value":21.5,"x":{"y":[1,"\u00e4"]}}""",
        "cpu,host=a,zone=b\\ c usage=21.5,cores=8i,name=\"x\\\"y\" 1709294400000000000\ncpu value=1\n",
        "\"pump \"\"7\"\"\",1709294400000,21.5\nb,,2\n",
    ];

    [Theory]
    [InlineData(RecordFormat.Json)]
    [InlineData(RecordFormat.Influx)]
    [InlineData(RecordFormat.Csv)]
    public void Decode_AnyBytes_NeverThrowsAndKeepsTheRules(RecordFormat format)
    {
        var decoder = new TickDecoder(new KafkaOptions { Format = format });
        var random = new Random(1);
        var ticks = new List<Tick>();
        int taken = 0;
        for (int round = 0; round < 30_000; round++)
        {
            byte[] value = round % 3 == 0 ? Noise(random) : Mutated(Encoding.UTF8.GetBytes(Good[(int)format]), random);
            ticks.Clear();
            string? error = decoder.Decode(Records.Record(value), ticks);

            Assert.Equal(error is null, ticks.Count > 0);
            taken += error is null ? 1 : 0;
            Assert.All(ticks, tick =>
            {
                Assert.True(double.IsFinite(tick.Value));
                Assert.InRange(tick.Time, 0, Records.Noon + 3_600_000_000_000);
                Assert.NotEmpty(tick.Key.Series);
                Assert.NotEmpty(tick.Key.Channel);
                Assert.DoesNotContain(tick.Key.ToString(), char.IsControl);
            });
        }

        Assert.InRange(taken, 100, 29_900);
    }

    [Fact]
    public void Decode_Refused_LeavesWhatTheListHeld()
    {
        var ticks = new List<Tick> { new(new SeriesKey("kept", "value"), 1, 1) };
        Assert.NotNull(new TickDecoder(new KafkaOptions()).Decode(Records.Record("""{"series":"a","b":1,"value":"x"}"""), ticks));
        Assert.Equal("kept", Assert.Single(ticks).Key.Series);
    }

    [Fact]
    public void Decode_SameSeriesAgain_AllocatesNothing()
    {
        var decoder = new TickDecoder(new KafkaOptions());
        var record = Records.Record("""{"series":"pump-7","ts":1709294400000,"value":21.5}""");
        var ticks = new List<Tick>(4);
        for (int i = 0; i < 100; i++) Again();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Again();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Again()
        {
            ticks.Clear();
            decoder.Decode(record, ticks);
        }
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(1, 40)];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>A few bytes changed, dropped or doubled.</summary>
    private static byte[] Mutated(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (int i = random.Next(0, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            int kind = random.Next(3);
            if (kind == 0) bytes[at] = (byte)random.Next(256);
            else if (kind == 1) bytes.RemoveAt(at);
            else bytes.Insert(at, "\",\\= \n0e-{}"u8[random.Next(11)]);
        }

        return [.. bytes];
    }
}
