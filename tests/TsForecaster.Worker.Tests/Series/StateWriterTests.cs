using System.Buffers;
using System.Text;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Series;

public sealed class StateWriterTests
{
    [Fact]
    public void ToSequence_CopiedAndKept_IsInTheOrderOfWriting()
    {
        byte[] large = [.. Enumerable.Range(0, 5000).Select(i => (byte)i)], small = [7, 8, 9];
        using StateWriter writer = new(capacity: 8);
        int reserved = writer.Reserve();
        writer.WriteKept(large);
        writer.Write("name");
        writer.WriteKept(small);
        writer.WriteKept(large);
        writer.Fill(reserved, writer.Length);
        writer.Write(1.5);

        using MemoryStream expected = new();
        using (BinaryWriter plain = new(expected, Encoding.UTF8, leaveOpen: true))
        {
            plain.Write((long)(sizeof(long) + large.Length + 5 + small.Length + large.Length));
            plain.Write(large);
            plain.Write("name");
            plain.Write(small);
            plain.Write(large);
            plain.Write(1.5);
        }

        Assert.Equal(expected.ToArray(), writer.ToSequence().ToArray());
        Assert.Equal(expected.Length, writer.Length);
        Assert.Equal(expected.Length - (2 * large.Length), writer.Copied);
    }

    [Fact]
    public void ToSequence_LargeArrays_AreNotCopied()
    {
        byte[] large = new byte[5000];
        using StateWriter writer = new(capacity: 8);
        writer.WriteKept(large);
        ReadOnlySequence<byte> written = writer.ToSequence();
        large[4999] = 3;
        Assert.Equal(3, written.ToArray()[4999]);
    }

    [Fact]
    public void ToSequence_Nothing_IsEmpty()
    {
        using StateWriter writer = new(capacity: 0);
        Assert.True(writer.ToSequence().IsEmpty);
    }
}
