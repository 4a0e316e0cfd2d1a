using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Polly;

namespace TsForecaster.Worker.Publish;

/// <summary>
/// Writes points to a SQLite file, a table a measurement; they are on the disk when a write returns. Several callers may write at once:
/// what waits while one transaction goes to the disk is the next one, whoever it comes from.
/// </summary>
public sealed partial class SqliteSink : IPointSink, IDisposable
{
    // Result codes of https://www.sqlite.org/rescode.html that say nothing against the points nor the file for good.
    private const int Busy = 5, Locked = 6, OutOfMemory = 7, ReadOnly = 8, InputOutput = 10, Full = 13, CannotOpen = 14, Protocol = 15;

    private readonly PublishOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _retry;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentQueue<Batch> _waiting = new();
    private SqliteConnection? _connection;
    private SqliteLog? _log;
    private Dictionary<string, SqliteTable> _tables = [];
    private volatile string? _trouble;

    public SqliteSink(PublishOptions options, ILogger<SqliteSink> logger, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        _retry = WriteResilience.Local(options, time, MayPass, OnRetry);
    }

    public string? Trouble => _trouble;

    /// <summary>For tests: the size at which the disk is full, in pages of the file; looked at when the file is opened.</summary>
    internal int? MaxPages { get; set; }

    /// <summary>Batches that the next transaction will take.</summary>
    internal int Waiting => _waiting.Count;

    public async Task WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellation)
    {
        if (points.Count == 0)
        {
            return;
        }

        Batch own = new(points);
        _waiting.Enqueue(own);
        await _turn.WaitAsync(cancellation);
        try
        {
            if (!own.Written)
            {
                await WriteWaitingAsync(own, cancellation);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        Close();
        _turn.Dispose();
    }

    /// <summary>Writes everything that waits, the caller's batch among it.</summary>
    private async Task WriteWaitingAsync(Batch own, CancellationToken cancellation)
    {
        List<Batch> batches = [];
        while (_waiting.TryDequeue(out Batch? batch))
        {
            batches.Add(batch);
        }

        try
        {
            long began = _time.GetTimestamp();
            await _retry.ExecuteAsync(token => new ValueTask(Task.Run(() => Write(batches), token)), cancellation);
            _trouble = null;
            PublishMetrics.Points.Add(batches.Sum(batch => batch.Points.Count));
            PublishMetrics.Batches.Add(1);
            PublishMetrics.WriteSeconds.Record(_time.GetElapsedTime(began).TotalSeconds);
            batches.ForEach(batch => batch.Written = true);
        }
        catch (SqliteException failure)
        {
            string message = $"{_options} cannot be used ({failure.Message}); move it away, or set another Publish:File";
            _trouble = message;
            throw new SinkRefusedException(message);
        }
        finally
        {
            // The others write for themselves when this caller gives up or is refused.
            batches.Where(batch => batch != own && !batch.Written).ToList().ForEach(_waiting.Enqueue);
        }
    }

    private void Write(List<Batch> batches)
    {
        bool done = false;
        try
        {
            SqliteConnection connection = _connection ?? Open();
            _log!.Trim();
            using SqliteTransaction transaction = connection.BeginTransaction();
            foreach (Batch batch in batches)
            {
                foreach (Point point in batch.Points)
                {
                    _tables[point.Measurement].Write(point);
                }
            }

            transaction.Commit();
            done = true;
        }
        finally
        {
            // After a failure nothing is assumed of the connection: the next attempt opens the file anew.
            if (!done)
            {
                Close();
            }
        }
    }

    private SqliteConnection Open()
    {
        string path = Path.GetFullPath(_options.File);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
        _connection.Open();
        using (SqliteCommand settings = _connection.CreateCommand())
        {
            // FULL: a commit is on the disk when it returns, as an acknowledgement must be; in WAL mode NORMAL syncs at checkpoints only.
            // Each series writes to pages of its own, again and again: kept in memory (KiB). The log is copied back elsewhere.
            settings.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 0;";
            settings.CommandText += MaxPages is { } pages ? $" PRAGMA max_page_count = {pages};" : "";
            settings.ExecuteNonQuery();
        }

        foreach (Measurement measurement in Measurements.All)
        {
            _tables.Add(measurement.Name, new SqliteTable(_connection, measurement));
        }

        _log = new SqliteLog(_connection);
        return _connection;
    }

    private void Close()
    {
        foreach (SqliteTable table in _tables.Values)
        {
            table.Dispose();
        }

        _tables = [];
        _log?.Dispose();
        _log = null;
        _connection?.Dispose();
        _connection = null;
    }

    private static bool MayPass(Exception failure) =>
        failure is IOException or UnauthorizedAccessException
        || failure is SqliteException { SqliteErrorCode: Busy or Locked or OutOfMemory or ReadOnly or InputOutput or Full or CannotOpen or Protocol };

    private void OnRetry(string reason, TimeSpan delay)
    {
        _trouble = $"{_options}: {reason}";
        PublishMetrics.Retries.Add(1);
        LogRetry(_options, reason, delay.TotalSeconds);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sink} does not take points ({Reason}); next attempt in {DelaySeconds:F1} s")]
    private partial void LogRetry(PublishOptions sink, string reason, double delaySeconds);

    /// <summary>The points of one caller.</summary>
    private sealed class Batch(IReadOnlyList<Point> points)
    {
        public IReadOnlyList<Point> Points { get; } = points;

        /// <summary>They are on the disk. Set and read by whoever has the turn.</summary>
        public bool Written { get; set; }
    }
}
