using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// One measurement as a table: its tags, <c>time</c> (nanoseconds since 1970) and its fields as columns; tags and time are the primary
/// key. Writing a point again, or further fields of it later, merges by field, as InfluxDB does.
/// </summary>
/// <remarks>
/// Values are bound by column number straight to SQLite's statement; by name, through commands and boxed parameters, it took most of the
/// time of a write.
/// </remarks>
internal sealed class SqliteTable : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Measurement _measurement;
    private readonly sqlite3_stmt _upsert;

    /// <summary>Makes the table where it is not there, and prepares the write.</summary>
    public SqliteTable(SqliteConnection connection, Measurement measurement)
    {
        (_connection, _measurement) = (connection, measurement);
        using (SqliteCommand create = connection.CreateCommand())
        {
            create.CommandText = CreateTable(measurement);
            create.ExecuteNonQuery();
        }

        Check(raw.sqlite3_prepare_v2(connection.Handle, Upsert(measurement), out _upsert));
    }

    /// <summary>Writes within the connection's transaction.</summary>
    /// <exception cref="SqliteException">It did not take it; the transaction is to be given up.</exception>
    public void Write(Point point)
    {
        Check(raw.sqlite3_clear_bindings(_upsert));
        int column = 1;
        foreach (MeasurementTag tag in _measurement.Tags)
        {
            // Tags are sorted in a point and in the table of measurements alike.
            string value = point.Tags[column - 1].Value;
            Check(tag.Whole
                ? raw.sqlite3_bind_int64(_upsert, column, long.Parse(value, CultureInfo.InvariantCulture))
                : raw.sqlite3_bind_text(_upsert, column, value));
            column++;
        }

        Check(raw.sqlite3_bind_int64(_upsert, column, point.Time));
        foreach (PointField field in point.Fields)
        {
            if (field.Writable)
            {
                Bind(column + 1 + IndexOf(field.Name), field);
            }
        }

        int result = raw.sqlite3_step(_upsert);
        raw.sqlite3_reset(_upsert);
        if (result != raw.SQLITE_DONE)
        {
            Check(result);
        }
    }

    public void Dispose() => _upsert.Dispose();

    private void Bind(int column, PointField field) => Check(field.Type switch
    {
        FieldType.Number => raw.sqlite3_bind_double(_upsert, column, field.Number),
        FieldType.Boolean => raw.sqlite3_bind_int64(_upsert, column, field.Boolean ? 1 : 0),
        _ => raw.sqlite3_bind_text(_upsert, column, field.Text),
    });

    private int IndexOf(string field)
    {
        for (int i = 0; i < _measurement.Fields.Length; i++)
        {
            if (_measurement.Fields[i].Name == field)
            {
                return i;
            }
        }

        throw new ArgumentException($"found field {field}, which {_measurement.Name} does not have", nameof(field));
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection.Handle);

    private static string CreateTable(Measurement measurement)
    {
        IEnumerable<string> tags = measurement.Tags.Select(tag => $"{tag.Name} {(tag.Whole ? "INTEGER" : "TEXT")} NOT NULL");
        IEnumerable<string> fields = measurement.Fields.Select(field => $"{field.Name} {ColumnType(field.Type)}");
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
            VALUES ({string.Join(", ", columns.Select(_ => "?"))})
            ON CONFLICT ({Key(measurement)}) DO UPDATE SET {string.Join(", ", merged)}
            """;
    }

    /// <summary>
    /// By series first: a reader asks for one series over a span of time. The horizon last: what a step writes then lies side by side,
    /// on a page or two instead of one a horizon.
    /// </summary>
    private static string Key(Measurement measurement)
    {
        IEnumerable<string> names = measurement.Tags.Where(tag => !tag.Whole).Select(tag => tag.Name).OrderByDescending(name => name == Measurements.Series);
        return string.Join(", ", [.. names, "time", .. measurement.Tags.Where(tag => tag.Whole).Select(tag => tag.Name)]);
    }

    private static string ColumnType(FieldType type) => type switch
    {
        FieldType.Number => "REAL",
        FieldType.Boolean => "INTEGER",
        _ => "TEXT",
    };
}
