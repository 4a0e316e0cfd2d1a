using System.Globalization;
using System.Text;

namespace TsForecaster.Worker.Tests.Observability;

/// <summary>A reader of Prometheus' text format 0.0.4, strict where the format is: it shares nothing with the writer.</summary>
internal sealed class ExpositionParser
{
    private string _text = "";
    private int _at;

    public Dictionary<string, string> Types { get; } = [];

    public Dictionary<string, string> Help { get; } = [];

    /// <summary>Name and labels, sorted, as name{a=b,c=d}, to value.</summary>
    public Dictionary<string, double> Samples { get; } = [];

    public static ExpositionParser Parse(string text)
    {
        ExpositionParser parser = new();
        Require(text.EndsWith('\n'), "the last line ends in a line feed");
        Require(!text.Contains('\r'), "lines end in a line feed alone");
        foreach (string line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ', 4);
                Require(parts.Length == 4 && parts[1] is "HELP" or "TYPE", line);
                Require((parts[1] == "HELP" ? parser.Help : parser.Types).TryAdd(parts[2], parts[3]), $"twice: {line}");
            }
            else
            {
                parser.ReadSample(line);
            }
        }

        return parser;
    }

    private void ReadSample(string line)
    {
        (_text, _at) = (line, 0);
        string name = ReadName(colons: true);
        string family = Types.ContainsKey(name) ? name : name[..name.LastIndexOf('_')];
        Require(Types.ContainsKey(family) && Help.ContainsKey(family), $"{name} comes after its HELP and TYPE");
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        if (_text[_at] == '{')
        {
            do
            {
                _at++;
                string label = ReadName(colons: false);
                Require(_text[_at++] == '=' && _text[_at++] == '"', line);
                Require(labels.TryAdd(label, ReadQuoted()), $"label twice: {line}");
            }
            while (_text[_at] == ',');
            Require(_text[_at++] == '}', line);
        }

        Require(_text[_at++] == ' ', line);
        string number = _text[_at..];
        double value = number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Require(Samples.TryAdd($"{name}{{{string.Join(',', labels.Select(pair => $"{pair.Key}={pair.Value}"))}}}", value), $"twice: {line}");
    }

    private string ReadName(bool colons)
    {
        int start = _at;
        while (_at < _text.Length && (char.IsAsciiLetter(_text[_at]) || _text[_at] == '_' || (_at > start && char.IsAsciiDigit(_text[_at])) || (colons && _text[_at] == ':')))
        {
            _at++;
        }

        Require(_at > start, $"a name at {start} of {_text}");
        return _text[start.._at];
    }

    private string ReadQuoted()
    {
        StringBuilder value = new();
        for (; _text[_at] != '"'; _at++)
        {
            value.Append(_text[_at] != '\\' ? _text[_at] : _text[++_at] switch { 'n' => '\n', '\\' => '\\', '"' => '"', _ => throw new FormatException(_text) });
        }

        _at++;
        return value.ToString();
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new FormatException(what);
        }
    }
}
