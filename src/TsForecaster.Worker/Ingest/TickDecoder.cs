namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Turns records into ticks. A record is taken whole or refused whole, by its bytes and its own timestamp alone, so that a replay
/// decides the same. Safe from several threads.
/// </summary>
public sealed class TickDecoder
{
    private readonly Func<SourceRecord, List<Tick>, string?> _decode;
    private readonly int _maxBytes;

    public TickDecoder(KafkaOptions options)
    {
        var fields = new TickFields(options);
        _maxBytes = options.MaxRecordBytes;
        _decode = options.Format switch
        {
            RecordFormat.Influx => new LineProtocolRecord(fields).Decode,
            RecordFormat.Csv => new CsvRecord(fields, options).Decode,
            _ => new JsonRecord(fields).Decode,
        };
    }

    /// <summary>Appends the record's ticks in the order they stand in it; leaves the list as it was when the record is refused.</summary>
    /// <returns>Null, or the reason why the record cannot be taken.</returns>
    public string? Decode(SourceRecord record, List<Tick> ticks)
    {
        if (record.Value.Length > _maxBytes) return $"{record.Value.Length} bytes, {_maxBytes} are allowed";
        if (record.Value.IsEmpty) return "empty";

        int first = ticks.Count;
        string? error = _decode(record, ticks);
        if (error is null && ticks.Count == first) error = "no numeric value";
        if (error is not null) ticks.RemoveRange(first, ticks.Count - first);
        return error;
    }
}
