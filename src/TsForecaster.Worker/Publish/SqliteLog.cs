using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// Keeps the write-ahead log of a SQLite file within bounds. SQLite's own way, copying the log back within a commit once it is long, makes
/// that commit wait for thousands of scattered pages (measured: up to 140 ms, where others take 5). Here a second connection copies while
/// commits go on; each pass leaves what was written during it. The few pages that the last one left are copied between two transactions,
/// and with the next one the log begins again from its start.
/// </summary>
/// <param name="writer">Whose own copying is switched off.</param>
/// <param name="longest">Pages in the log before they are copied.</param>
internal sealed class SqliteLog(SqliteConnection writer, int longest = SqliteLog.LongestPages) : IDisposable
{
    /// <summary>
    /// Of 4 KiB: 128 MiB. Every series writes to pages of its own again and again: the longer the log, the less often each is copied.
    /// </summary>
    private const int LongestPages = 32_768;

    // The first lasts about 100 ms, and each next one as long as the fraction of the log that was written meanwhile.
    private const int Passes = 3;

    private const int PassiveMode = 0; // SQLITE_CHECKPOINT_PASSIVE: waits for nobody, and nobody waits
    private const int PagesWritten = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    private long _pages;
    private Task? _copying;

    /// <summary>The passes under way.</summary>
    internal Task Copying => _copying ?? Task.CompletedTask;

    /// <summary>To be called between transactions.</summary>
    public void Trim()
    {
        raw.sqlite3_db_status(writer.Handle, PagesWritten, out int pages, out _, resetFlg: 1);
        _pages += pages;
        if (_copying is { IsCompleted: true })
        {
            Copy(writer);
            (_copying, _pages) = (null, 0);
        }
        else if (_copying is null && _pages >= longest)
        {
            _copying = Task.Run(CopyBeside);
        }
    }

    /// <summary>Ends what is under way; SQLite copies the rest when the last connection closes.</summary>
    public void Dispose() => _copying?.Wait();

    private void CopyBeside()
    {
        try
        {
            using SqliteConnection reader = new(writer.ConnectionString);
            reader.Open();
            using (SqliteCommand look = reader.CreateCommand())
            {
                // A connection that has read nothing yet knows of no log.
                look.CommandText = "SELECT count(*) FROM sqlite_master";
                look.ExecuteScalar();
            }

            for (int pass = 0; pass < Passes; pass++)
            {
                Copy(reader);
            }
        }
        catch (SqliteException)
        {
            // Then the writer copies it all, and whatever the matter is will stand in the way of a commit too.
        }
    }

    private static void Copy(SqliteConnection connection) => raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", PassiveMode, out _, out _);
}
