using System.Text;

namespace TsForecaster.Worker.Observability;

/// <summary>The names of instruments and tags, as Prometheus takes them: OpenTelemetry's rules for the translation.</summary>
internal static class MetricNames
{
    /// <summary>"tsforecaster.refit.duration" in "s" becomes tsforecaster_refit_duration_seconds; a counter ends in _total.</summary>
    public static string Metric(string instrument, string? unit, MetricKind kind)
    {
        string name = Sanitise(instrument, colons: true);
        string? suffix = unit switch
        {
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "1" when kind == MetricKind.Gauge => "ratio",
            _ => null,
        };
        name = kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal) ? name[..^"_total".Length] : name;
        name = suffix is null || name.EndsWith("_" + suffix, StringComparison.Ordinal) ? name : $"{name}_{suffix}";
        return kind == MetricKind.Counter ? name + "_total" : name;
    }

    /// <summary>The tags as they stand between braces: sorted by name, escaped. Tags of one name after translation are joined by ';'.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
        {
            return "";
        }

        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach ((string key, object? value) in tags)
        {
            string name = Sanitise(key, colons: false);
            string text = value switch
            {
                bool flag => flag ? "true" : "false",
                _ => value?.ToString() ?? "",
            };
            labels[name] = labels.TryGetValue(name, out string? earlier) ? $"{earlier};{text}" : text;
        }

        return string.Join(',', labels.Select(static label => $"{label.Key}=\"{PrometheusText.EscapeLabelValue(label.Value)}\""));
    }

    private static string Sanitise(string name, bool colons)
    {
        StringBuilder text = new(name.Length + 1);
        foreach (char c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || (c == ':' && colons) ? c : '_');
        }

        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
        {
            text.Insert(0, '_');
        }

        return text.ToString();
    }
}
