using System.Globalization;
using System.Text;

namespace TsForecaster.Worker.Observability;

/// <summary>
/// Prometheus' text exposition format 0.0.4: families sorted by name, each with HELP and TYPE; samples sorted by labels; histograms
/// with cumulative buckets up to le="+Inf", a sum and a count.
/// </summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        StringBuilder text = new();
        foreach (MetricFamily family in families.OrderBy(static family => family.Name, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(EscapeHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeName(family.Kind)).Append('\n');
            foreach (MetricSample sample in family.Samples.OrderBy(static sample => sample.Labels, StringComparer.Ordinal))
            {
                if (sample is { Buckets: { } buckets, Bounds: { } bounds })
                {
                    AppendHistogram(text, family.Name, sample, buckets, bounds);
                }
                else
                {
                    AppendLine(text, family.Name, sample.Labels, Number(sample.Value));
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The shortest digits that read back as the same number.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Backslash, quote and line feed are escaped; the quotes around the value are the caller's.</summary>
    public static string EscapeLabelValue(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0 ? value : value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");

    private static string EscapeHelp(string help) => help.Replace("\\", "\\\\").Replace("\n", "\\n");

    private static void AppendHistogram(StringBuilder text, string name, MetricSample sample, IReadOnlyList<long> buckets, IReadOnlyList<double> bounds)
    {
        string separator = sample.Labels.Length == 0 ? "" : ",";
        long cumulative = 0;
        for (int i = 0; i < buckets.Count; i++)
        {
            cumulative += buckets[i];
            string bound = i < bounds.Count ? Number(bounds[i]) : "+Inf";
            AppendLine(text, name + "_bucket", $"{sample.Labels}{separator}le=\"{bound}\"", cumulative.ToString(CultureInfo.InvariantCulture));
        }

        AppendLine(text, name + "_sum", sample.Labels, Number(sample.Value));
        AppendLine(text, name + "_count", sample.Labels, cumulative.ToString(CultureInfo.InvariantCulture));
    }

    private static void AppendLine(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value).Append('\n');
    }

    private static string TypeName(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };
}
