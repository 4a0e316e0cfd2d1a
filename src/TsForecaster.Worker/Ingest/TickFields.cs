using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace TsForecaster.Worker.Ingest;

/// <summary>Which fields of a record mean what, and the rules every tick must keep, whatever the format.</summary>
internal sealed class TickFields
{
    private readonly NameCache _names = new(capacity: 100_000);
    private readonly (byte[] Field, string Channel)[] _values;
    private readonly long _maxLeadNs;

    public TickFields(KafkaOptions options)
    {
        Series = Encoding.UTF8.GetBytes(options.SeriesField);
        Time = Encoding.UTF8.GetBytes(options.TimeField);
        Unit = options.TimeUnit ?? (options.Format == RecordFormat.Influx ? TimeUnit.Ns : TimeUnit.Ms);
        bool single = options.ValueFields.Count == 1;
        _values = [.. options.ValueFields.Select(field => (Encoding.UTF8.GetBytes(field), single ? SeriesKey.DefaultChannel : field))];
        _maxLeadNs = options.MaxLead.Ticks > long.MaxValue / 100 ? long.MaxValue : options.MaxLead.Ticks * 100;
    }

    public byte[] Series { get; }

    public byte[] Time { get; }

    public TimeUnit Unit { get; }

    /// <summary>Whether the values are named in the settings, so that one of another type is an error.</summary>
    public bool Named => _values.Length > 0;

    /// <summary>The channel of a field; null when its values are not to be read.</summary>
    public string? Channel(ReadOnlySpan<byte> field)
    {
        if (!Named) return Name(field);
        foreach (var (name, channel) in _values)
            if (field.SequenceEqual(name)) return channel;
        return null;
    }

    /// <summary>
    /// A series' or channel's name as a string, made once; null when it is empty, not UTF-8, or holds a control character, which no
    /// sink could write.
    /// </summary>
    public string? Name(ReadOnlySpan<byte> text)
    {
        if (_names.TryGet(text, out string? name)) return name;
        if (text.IsEmpty || !Utf8.IsValid(text) || text.ContainsAnyInRange((byte)0, (byte)31) || text.Contains((byte)127)) return null;
        name = Encoding.UTF8.GetString(text);
        _names.Add(text, name);
        return name;
    }

    /// <summary>Completes the ticks from <paramref name="first"/> on, which have channel and value, with their series and time.</summary>
    /// <param name="series">Null when the record's value names none: its key does.</param>
    /// <param name="time">Null when the record's value has none: the record's timestamp is it.</param>
    /// <returns>Null, or what is wrong.</returns>
    public string? Complete(List<Tick> ticks, int first, SourceRecord record, string? series, long? time)
    {
        if (series is null)
        {
            if (record.Key.IsEmpty) return "no series: neither the value nor the key names one";
            series = Name(record.Key.Span);
            if (series is null) return $"series {RecordText.Quote(record.Key.Span)}, from the key, is not printable UTF-8";
        }

        long at = time ?? record.TimestampNs;
        if (at < 0) return time is null ? "no time: neither the value nor the record has one" : "time is before 1970";
        if (time is not null && record.TimestampNs >= 0 && at - record.TimestampNs > _maxLeadNs)
            return $"time is {TimeSpan.FromTicks((at - record.TimestampNs) / 100)} ahead of the record's timestamp, {TimeSpan.FromTicks(_maxLeadNs / 100)} is allowed";

        foreach (ref var tick in CollectionsMarshal.AsSpan(ticks)[first..])
        {
            if (Math.Abs(tick.Value) > Tick.LargestValue) return $"value {tick.Value:R} is beyond ±{Tick.LargestValue:R}; no sensor measures that";
            tick = new Tick(new SeriesKey(series, tick.Key.Channel), at, tick.Value);
        }

        return null;
    }

    /// <summary>A tick still without series and time.</summary>
    public static Tick Draft(string channel, double value) => new(new SeriesKey("", channel), 0, value);
}
