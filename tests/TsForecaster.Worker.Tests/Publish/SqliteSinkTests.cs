using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Publish;
using Xunit;

namespace TsForecaster.Worker.Tests.Publish;

public sealed class SqliteSinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tsforecaster-").FullName;

    private string File => Path.Combine(_folder, "points.db");

    [Fact]
    public async Task Write_EveryMeasurement_ReadsBackWhatWasWritten()
    {
        using (SqliteSink sink = Sink(File))
        {
            await sink.WriteAsync(SamplePoints.OfEveryMeasurement(), CancellationToken.None);
            Assert.Null(sink.Trouble);
        }

        Assert.Equal(SamplePoints.OfEveryMeasurement().Select(SamplePoints.Row).Order(StringComparer.Ordinal), Rows(File));
    }

    [Fact]
    public async Task Write_SamePointsAgain_ChangesNothing()
    {
        Point[] points = SamplePoints.OfEveryMeasurement();
        using (SqliteSink sink = Sink(File))
        {
            await sink.WriteAsync(points, CancellationToken.None);
            await sink.WriteAsync(points[2..], CancellationToken.None);
        }

        using (SqliteSink sink = Sink(File))
        {
            await sink.WriteAsync([.. points.Reverse()], CancellationToken.None);
        }

        Assert.Equal(points.Select(SamplePoints.Row).Order(StringComparer.Ordinal), Rows(File));
    }

    [Fact]
    public async Task Write_FurtherFieldsLater_MergesThem()
    {
        Point missing = new("observed", [new("channel", "value"), new("series", "s")], [new("missing", true)], 5);
        Point filled = missing with { Fields = [new("filled", 2.5), new("filled_sd", 0.5)] };
        using SqliteSink sink = Sink(File);
        await sink.WriteAsync([missing], CancellationToken.None);
        await sink.WriteAsync([filled], CancellationToken.None);
        await sink.WriteAsync([missing], CancellationToken.None);
        Assert.Equal(["observed|channel=value|series=s|5|missing=1|filled=2.5|filled_sd=0.5"], Rows(File));
    }

    [Fact]
    public async Task Write_FromManyAtOnce_KeepsAll()
    {
        using SqliteSink sink = Sink(File);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(() => sink.WriteAsync(
            [.. Enumerable.Range(0, 50).Select(i => SamplePoints.Observed($"s{writer}", i, writer + (i / 64.0)))], CancellationToken.None))));
        Assert.Equal(16 * 50, Rows(File).Count);
    }

    [Fact]
    public async Task Write_WhileTheFileIsLocked_WaitsAndSaysSo()
    {
        using SqliteSink sink = Sink(File);
        await sink.WriteAsync([SamplePoints.Observed("s", 0, 1.0)], CancellationToken.None);
        using var other = new SqliteConnection($"Data Source={File};Pooling=False");
        other.Open();
        using SqliteTransaction held = other.BeginTransaction();

        Task write = sink.WriteAsync([SamplePoints.Observed("s", 1, 2.0)], CancellationToken.None);
        await Eventually.Async(() => sink.Trouble is not null);
        Assert.Contains("locked", sink.Trouble, StringComparison.Ordinal);
        Assert.False(write.IsCompleted);

        held.Rollback();
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(sink.Trouble);
        Assert.Equal(2, Rows(File).Count);
    }

    [Fact]
    public async Task Write_WhereTheFolderCannotBe_WaitsUntilItCan()
    {
        string blocked = Path.Combine(_folder, "blocked");
        await System.IO.File.WriteAllTextAsync(blocked, "a file where the folder should be");
        string file = Path.Combine(blocked, "points.db");
        using SqliteSink sink = Sink(file);
        Task write = sink.WriteAsync([SamplePoints.Observed("s", 1, 2.0)], CancellationToken.None);
        await Eventually.Async(() => sink.Trouble is not null);
        Assert.False(write.IsCompleted);

        System.IO.File.Delete(blocked);
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(sink.Trouble);
        Assert.Single(Rows(file));
    }

    [Fact]
    public async Task Write_DiskFull_WaitsForSpaceAndLosesNothing()
    {
        // A page limit brings SQLite the same error as a full disk, which a test cannot arrange everywhere.
        using SqliteSink sink = Sink(File, maxPages: 60);
        Point[] many = [.. Enumerable.Range(0, 20_000).Select(i => SamplePoints.Observed("s", i, i / 64.0))];
        Task write = sink.WriteAsync(many, CancellationToken.None);
        await Eventually.Async(() => sink.Trouble is not null);
        Assert.Contains("full", sink.Trouble, StringComparison.Ordinal);
        Assert.Empty(Rows(File));

        sink.MaxPages = null;
        await write.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(sink.Trouble);
        Assert.Equal(many.Length, Rows(File).Count);
    }

    [Fact]
    public async Task Write_ToWhatIsNoDatabase_IsRefusedForGood()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 5000));
        using SqliteSink sink = Sink(File);
        var refused = await Assert.ThrowsAsync<SinkRefusedException>(() => sink.WriteAsync([SamplePoints.Observed("s", 1, 2.0)], CancellationToken.None));
        Assert.Contains(File, refused.Message, StringComparison.Ordinal);
        Assert.Contains("not a database", refused.Message, StringComparison.Ordinal);
        Assert.Equal(refused.Message, sink.Trouble);
    }

    [Fact]
    public async Task Write_ToTablesOfAnotherForm_IsRefusedForGood()
    {
        using (var connection = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand create = connection.CreateCommand();
            create.CommandText = "CREATE TABLE observed (series TEXT, value REAL)";
            create.ExecuteNonQuery();
        }

        using SqliteSink sink = Sink(File);
        await Assert.ThrowsAsync<SinkRefusedException>(() => sink.WriteAsync([SamplePoints.Observed("s", 1, 2.0)], CancellationToken.None));
    }

    [Fact]
    public async Task Write_Cancelled_Stops()
    {
        string blocked = Path.Combine(_folder, "blocked");
        await System.IO.File.WriteAllTextAsync(blocked, "a file where the folder should be");
        using SqliteSink sink = Sink(Path.Combine(blocked, "points.db"));
        using var stop = new CancellationTokenSource();
        Task write = sink.WriteAsync([SamplePoints.Observed("s", 1, 2.0)], stop.Token);
        await Eventually.Async(() => sink.Trouble is not null);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [Fact]
    public async Task Write_TogetherWithOneThatIsCancelled_IsStillWritten()
    {
        using SqliteSink sink = Sink(File);
        await sink.WriteAsync([SamplePoints.Observed("s", 0, 1.0)], CancellationToken.None);
        using var other = new SqliteConnection($"Data Source={File};Pooling=False");
        other.Open();
        using SqliteTransaction held = other.BeginTransaction();

        // The second and the third wait for the first, and are then taken together by the second.
        using CancellationTokenSource stopFirst = new(), stopSecond = new();
        Task first = sink.WriteAsync([SamplePoints.Observed("s", 1, 2.0)], stopFirst.Token);
        await Eventually.Async(() => sink.Trouble is not null);
        Task second = sink.WriteAsync([SamplePoints.Observed("s", 2, 3.0)], stopSecond.Token);
        Task third = sink.WriteAsync([SamplePoints.Observed("s", 3, 4.0)], CancellationToken.None);
        await stopFirst.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Eventually.Async(() => sink.Waiting == 0);
        await stopSecond.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);

        held.Rollback();
        await third.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Rows(File).Count);
        Assert.Contains("value=4", Rows(File)[1], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SqliteSink Sink(string file, int? maxPages = null) =>
        new(new PublishOptions { Api = PublishApi.Sqlite, File = file, MaxRetryDelay = TimeSpan.FromSeconds(0.5) }, NullLogger<SqliteSink>.Instance, TimeProvider.System) { MaxPages = maxPages };

    /// <summary>Every row of every table as text, sorted.</summary>
    private static List<string> Rows(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        connection.Open();
        List<string> rows = [];
        foreach (Measurement measurement in Measurements.All)
        {
            using SqliteCommand select = connection.CreateCommand();
            select.CommandText = $"SELECT * FROM {measurement.Name}";
            using SqliteDataReader reader = select.ExecuteReader();
            while (reader.Read())
            {
                IEnumerable<string> columns = Enumerable.Range(0, reader.FieldCount).Where(i => !reader.IsDBNull(i))
                    .Select(i => reader.GetName(i) == "time" ? $"{reader.GetInt64(i)}" : $"{reader.GetName(i)}={reader.GetValue(i)}");
                rows.Add(string.Join('|', [measurement.Name, .. columns]));
            }
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }
}
