using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// One measurement as a table: its tags, <c>time</c> (nanoseconds since 1970) and its fields as columns; tags and time are the primary
/// key. Writing a point again, or further fields of it later, merges by field, as InfluxDB does.
/// </summary>
internal sealed class SqliteTable : IDisposable
{
    private readonly Measurement _measurement;
    private readonly SqliteCommand _upsert;
    private readonly SqliteParameter _time;
    private readonly Dictionary<string, SqliteParameter> _fields;

    /// <summary>Makes the table where it is not there, and prepares the write.</summary>
    public SqliteTable(SqliteConnection connection, Measurement measurement)
    {
        _measurement = measurement;
        using (SqliteCommand create = connection.CreateCommand())
        {
            create.CommandText = CreateTable(measurement);
            create.ExecuteNonQuery();
        }

        _upsert = connection.CreateCommand();
        _upsert.CommandText = Upsert(measurement);
        foreach (MeasurementTag tag in measurement.Tags)
        {
            _upsert.Parameters.Add("$" + tag.Name, tag.Whole ? SqliteType.Integer : SqliteType.Text);
        }

        _time = _upsert.Parameters.Add("$time", SqliteType.Integer);
        _fields = measurement.Fields.ToDictionary(field => field.Name, field => _upsert.Parameters.Add("$" + field.Name, ColumnType(field.Type)), StringComparer.Ordinal);

        _upsert.Prepare();
    }

    public void Write(Point point, SqliteTransaction transaction)
    {
        _upsert.Transaction = transaction;
        for (int i = 0; i < _measurement.Tags.Length; i++)
        {
            // Tags are sorted in a point and in the table of measurements alike.
            PointTag tag = point.Tags[i];
            _upsert.Parameters[i].Value = _measurement.Tags[i].Whole ? long.Parse(tag.Value, CultureInfo.InvariantCulture) : tag.Value;
        }

        _time.Value = point.Time;
        foreach (MeasurementField field in _measurement.Fields)
        {
            _fields[field.Name].Value = DBNull.Value;
        }

        foreach (PointField field in point.Fields)
        {
            if (field.Writable)
            {
                _fields[field.Name].Value = field.Type switch
                {
                    FieldType.Number => field.Number,
                    FieldType.Boolean => field.Boolean ? 1L : 0L,
                    _ => field.Text,
                };
            }
        }

        _upsert.ExecuteNonQuery();
    }

    public void Dispose() => _upsert.Dispose();

    private static string CreateTable(Measurement measurement)
    {
        IEnumerable<string> tags = measurement.Tags.Select(tag => $"{tag.Name} {(tag.Whole ? "INTEGER" : "TEXT")} NOT NULL");
        IEnumerable<string> fields = measurement.Fields.Select(field => $"{field.Name} {ColumnType(field.Type).ToString().ToUpperInvariant()}");
        return $"""
            CREATE TABLE IF NOT EXISTS {measurement.Name} (
              {string.Join(",\n  ", [.. tags, "time INTEGER NOT NULL", .. fields])},
              PRIMARY KEY ({Key(measurement)})
            ) WITHOUT ROWID, STRICT
            """;
    }

    private static string Upsert(Measurement measurement)
    {
        string[] columns = [.. measurement.Tags.Select(tag => tag.Name), "time", .. measurement.Fields.Select(field => field.Name)];
        IEnumerable<string> merged = measurement.Fields.Select(field => $"{field.Name} = coalesce(excluded.{field.Name}, {field.Name})");
        return $"""
            INSERT INTO {measurement.Name} ({string.Join(", ", columns)})
            VALUES ({string.Join(", ", columns.Select(column => "$" + column))})
            ON CONFLICT ({Key(measurement)}) DO UPDATE SET {string.Join(", ", merged)}
            """;
    }

    /// <summary>By series first: a reader asks for one series over a span of time.</summary>
    private static string Key(Measurement measurement) =>
        string.Join(", ", [.. measurement.Tags.Select(tag => tag.Name).OrderByDescending(name => name == Measurements.Series), "time"]);

    private static SqliteType ColumnType(FieldType type) => type switch
    {
        FieldType.Number => SqliteType.Real,
        FieldType.Boolean => SqliteType.Integer,
        _ => SqliteType.Text,
    };
}
