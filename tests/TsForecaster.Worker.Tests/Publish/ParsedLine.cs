using System.Text;

namespace TsForecaster.Worker.Tests.Publish;

/// <summary>
/// A second reading of line protocol, written from its reference and not from the encoder: a backslash takes the meaning from the next
/// character where that has one, else stands for itself; strings are in quotes.
/// </summary>
internal static class ParsedLine
{
    public static Point Parse(string line)
    {
        int at = 0;
        string measurement = Name(line, ref at);
        List<PointTag> tags = [];
        while (line[at] == ',')
        {
            at++;
            string name = Name(line, ref at);
            Expect(line, ref at, '=');
            tags.Add(new PointTag(name, Name(line, ref at)));
        }

        Expect(line, ref at, ' ');
        List<PointField> fields = [];
        do
        {
            at += fields.Count > 0 ? 1 : 0;
            string name = Name(line, ref at);
            Expect(line, ref at, '=');
            fields.Add(Field(name, line, ref at));
        }
        while (line[at] == ',');
        Expect(line, ref at, ' ');
        return new Point(measurement, [.. tags], [.. fields], long.Parse(line[at..].TrimEnd('\n')));
    }

    private static PointField Field(string name, string line, ref int at)
    {
        if (line[at] == '"')
        {
            at++;
            var text = new StringBuilder();
            for (; line[at] != '"'; at++)
            {
                at += line[at] == '\\' && line[at + 1] is ('"' or '\\') ? 1 : 0;
                text.Append(line[at]);
            }

            at++;
            return new PointField(name, text.ToString());
        }

        int start = at;
        at = line.AsSpan(at).IndexOfAny(", ") + at;
        return line[start..at] switch
        {
            "true" => new PointField(name, true),
            "false" => new PointField(name, false),
            { } number => new PointField(name, double.Parse(number)),
        };
    }

    private static string Name(string line, ref int at)
    {
        var name = new StringBuilder();
        for (; line[at] is not (',' or ' ' or '='); at++)
        {
            at += line[at] == '\\' && line[at + 1] is (',' or ' ' or '=') ? 1 : 0;
            name.Append(line[at]);
        }

        return name.ToString();
    }

    private static void Expect(string line, ref int at, char expected)
    {
        if (line[at++] != expected)
        {
            throw new FormatException($"expected '{expected}' at {at - 1}: {line}");
        }
    }
}
