using Microsoft.Data.Sqlite;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class SqliteLogTests : IDisposable
{
    private const int Page = 4096;

    private readonly string _folder = Directory.CreateTempSubdirectory("tsforecaster-").FullName;

    private string File => Path.Combine(_folder, "points.db");

    [Fact]
    public async Task Trim_BetweenManyTransactions_KeepsTheLogShortAndEveryRow()
    {
        using SqliteConnection connection = Open();
        using SqliteLog log = new(connection, longest: 20);
        for (int i = 0; i < 300; i++)
        {
            log.Trim();
            Run(connection, $"INSERT INTO points VALUES ({i}, zeroblob({2 * Page}))");
            await log.Copying;
        }

        Assert.InRange(new FileInfo(File + "-wal").Length, 1, 40 * Page);
        Assert.Equal(300L, Run(connection, "SELECT count(*) FROM points"));
        Assert.Equal("ok", Run(connection, "PRAGMA integrity_check"));
    }

    [Fact]
    public async Task Trim_WhileAReaderHoldsTheOldPages_WaitsForNobody()
    {
        using SqliteConnection connection = Open();
        using SqliteConnection reader = new($"Data Source={File};Pooling=False");
        reader.Open();
        using SqliteTransaction held = reader.BeginTransaction(deferred: true);
        Assert.Equal(0L, Run(reader, "SELECT count(*) FROM points"));
        using SqliteLog log = new(connection, longest: 20);
        for (int i = 0; i < 100; i++)
        {
            log.Trim();
            Run(connection, $"INSERT INTO points VALUES ({i}, zeroblob({Page}))");
            await log.Copying;
        }

        Assert.Equal(0L, Run(reader, "SELECT count(*) FROM points"));
        Assert.Equal(100L, Run(connection, "SELECT count(*) FROM points"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteConnection Open()
    {
        SqliteConnection connection = new($"Data Source={File};Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE points (id INTEGER PRIMARY KEY, bytes BLOB)");
        return connection;
    }

    private static object? Run(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
