using System.Buffers;
using System.Globalization;
using System.Text;

namespace TsForecaster.Worker.Publish;

/// <summary>The unit of a batch's timestamps.</summary>
public enum TimePrecision
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// <summary>
/// A point as one line of InfluxDB's line protocol, UTF-8: <c>measurement,tag=value field=value,field="text" time\n</c>.
/// Doubles are written in the shortest form that reads back to the same bits, so equal points give equal bytes.
/// </summary>
/// <remarks>
/// Line protocol has no way to write a line break in a tag, nor a backslash just before a character that a backslash would escape,
/// and servers differ on both in strings. Those characters are written as their percent code (<c>%0A</c>, <c>%5C</c>), everywhere.
/// </remarks>
public static class LineProtocol
{
    private const string Controls =
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
        + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f";

    // Equals signs need no escape in a measurement's name, but take one on every server.
    private static readonly SearchValues<char> s_nameSpecials = SearchValues.Create(", =\\" + Controls);
    private static readonly SearchValues<char> s_textSpecials = SearchValues.Create("\"\\" + Controls);

    /// <summary>Nanoseconds in a unit.</summary>
    public static long Nanoseconds(TimePrecision precision) => precision switch
    {
        TimePrecision.Seconds => 1_000_000_000,
        TimePrecision.Milliseconds => 1_000_000,
        TimePrecision.Microseconds => 1000,
        _ => 1,
    };

    /// <summary>The coarsest unit that loses nothing of the given times.</summary>
    public static TimePrecision CoarsestPrecision(IReadOnlyList<Point> points, int start, int count)
    {
        TimePrecision precision = TimePrecision.Seconds;
        for (int i = start; i < start + count && precision < TimePrecision.Nanoseconds; i++)
        {
            while (points[i].Time % Nanoseconds(precision) != 0)
            {
                precision++;
            }
        }

        return precision;
    }

    /// <summary>Appends a line.</summary>
    /// <returns>False, with nothing appended, when the point has no field that can be written.</returns>
    public static bool TryWrite(IBufferWriter<byte> output, Point point, TimePrecision precision)
    {
        if (!HasWritableField(point))
        {
            return false;
        }

        WriteName(output, point.Measurement);
        foreach (PointTag tag in point.Tags)
        {
            // An empty tag value is a syntax error; no tag means the same.
            if (tag.Value.Length > 0)
            {
                WriteByte(output, (byte)',');
                WriteName(output, tag.Name);
                WriteByte(output, (byte)'=');
                WriteName(output, tag.Value);
            }
        }

        byte separator = (byte)' ';
        foreach (PointField field in point.Fields)
        {
            if (field.Writable)
            {
                WriteByte(output, separator);
                WriteName(output, field.Name);
                WriteByte(output, (byte)'=');
                WriteValue(output, field);
                separator = (byte)',';
            }
        }

        WriteByte(output, (byte)' ');
        WriteNumber(output, point.Time / Nanoseconds(precision));
        WriteByte(output, (byte)'\n');
        return true;
    }

    private static bool HasWritableField(Point point)
    {
        foreach (PointField field in point.Fields)
        {
            if (field.Writable)
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteValue(IBufferWriter<byte> output, PointField field)
    {
        switch (field.Type)
        {
            case FieldType.Number:
                WriteNumber(output, field.Number);
                break;
            case FieldType.Boolean:
                output.Write(field.Boolean ? "true"u8 : "false"u8);
                break;
            default:
                WriteByte(output, (byte)'"');
                WriteText(output, field.Text);
                WriteByte(output, (byte)'"');
                break;
        }
    }

    private static void WriteNumber<T>(IBufferWriter<byte> output, T value)
        where T : IUtf8SpanFormattable
    {
        const int Longest = 32;
        value.TryFormat(output.GetSpan(Longest), out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static void WriteName(IBufferWriter<byte> output, ReadOnlySpan<char> name)
    {
        int special;
        while ((special = name.IndexOfAny(s_nameSpecials)) >= 0)
        {
            Encoding.UTF8.GetBytes(name[..special], output);
            char c = name[special];
            name = name[(special + 1)..];
            if (char.IsControl(c) || (c == '\\' && (name.IsEmpty || s_nameSpecials.Contains(name[0]))))
            {
                WritePercentCode(output, c);
            }
            else if (c == '\\')
            {
                WriteByte(output, (byte)'\\');
            }
            else
            {
                WriteEscaped(output, c);
            }
        }

        Encoding.UTF8.GetBytes(name, output);
    }

    private static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        int special;
        while ((special = text.IndexOfAny(s_textSpecials)) >= 0)
        {
            Encoding.UTF8.GetBytes(text[..special], output);
            char c = text[special];
            text = text[(special + 1)..];
            if (char.IsControl(c))
            {
                WritePercentCode(output, c);
            }
            else
            {
                WriteEscaped(output, c);
            }
        }

        Encoding.UTF8.GetBytes(text, output);
    }

    private static void WriteEscaped(IBufferWriter<byte> output, char ascii)
    {
        WriteByte(output, (byte)'\\');
        WriteByte(output, (byte)ascii);
    }

    private static void WritePercentCode(IBufferWriter<byte> output, char ascii)
    {
        Span<byte> bytes = output.GetSpan(3);
        bytes[0] = (byte)'%';
        bytes[1] = "0123456789ABCDEF"u8[ascii >> 4];
        bytes[2] = "0123456789ABCDEF"u8[ascii & 15];
        output.Advance(3);
    }

    private static void WriteByte(IBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
