using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using TsForecaster.Worker.Ingest;
using Xunit;

namespace TsForecaster.EndToEnd.Tests;

/// <summary>The worker as a real process between a real broker and a real InfluxDB, with everything that can be taken away taken away.</summary>
public sealed class WorkerTests : IDisposable
{
    private const string Database = "forecasts";
    private static readonly string[] Measurements = ["observed", "forecast", "score", "model"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tsforecaster-worker-").FullName;
    private readonly KafkaBroker _broker = KafkaBroker.Start();

    public void Dispose()
    {
        _broker.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Run_WorkerStoppedAndKilledAndInfluxDbRestarted_EveryPointIsThereOnceAndExact()
    {
        (KafkaOptions options, TickLog log, SortedDictionary<string, string> expected) = await PrepareAsync(steps: 330);
        await using InfluxServer influx = await InfluxServer.LaunchAsync(Database);
        (string, string)[] settings = [.. TickLog.Arguments(options, Checkpoints()), .. InfluxV1(influx)];

        log.Produce(options.BootstrapServers, 0, 150);
        WorkerProcess first = WorkerProcess.Start(settings);
        await using (first)
        {
            await UntilPointsAsync(influx, 800, first);
            log.Produce(options.BootstrapServers, 150, 250);
            Assert.True(await first.TerminateAsync() == 0, first.Output);
        }

        log.Produce(options.BootstrapServers, 250, 400);
        await using (WorkerProcess second = WorkerProcess.Start(settings))
        {
            await UntilPointsAsync(influx, 2500, second);
            await influx.KillAsync();
            log.Produce(options.BootstrapServers, 400, 500);
            await Until.TrueAsync(async () => await second.ReadyAsync() == HttpStatusCode.ServiceUnavailable);
            await influx.StartAsync();
            await second.UntilReadyAsync();
            await second.KillAsync();
        }

        await using WorkerProcess third = WorkerProcess.Start(settings);
        log.Produce(options.BootstrapServers, 500, int.MaxValue);
        await UntilPointsAsync(influx, expected.Count, third);
        AssertSame(expected, await ReadAsync(influx));
        Assert.True(await third.TerminateAsync() == 0, third.Output);
        Assert.Equal(log.Poison, DistinctDeadLetters(options));
    }

    [Fact]
    public async Task Run_TwoWorkersInAGroup_ShareAndHandOver()
    {
        (KafkaOptions options, TickLog log, SortedDictionary<string, string> expected) = await PrepareAsync(steps: 250);
        await using InfluxServer influx = await InfluxServer.LaunchAsync(Database);
        (string, string)[] settings = [.. TickLog.Arguments(options, Checkpoints()), .. InfluxV1(influx)];

        await using WorkerProcess a = WorkerProcess.Start(settings);
        await a.UntilReadyAsync();
        await using WorkerProcess b = WorkerProcess.Start(settings);
        await b.UntilReadyAsync();

        // Records come while the group moves half of the partitions over.
        int produced = 0;
        await Until.TrueAsync(
            async () =>
            {
                log.Produce(options.BootstrapServers, produced, produced += 5);
                return await SeriesAsync(a) > 0 && await SeriesAsync(b) > 0;
            },
            TimeSpan.FromSeconds(60));
        log.Produce(options.BootstrapServers, produced, 250);
        await UntilPointsAsync(influx, 1500, a);
        Assert.True(await a.TerminateAsync() == 0, a.Output);

        // The one that stays goes on with the other's partitions from its checkpoints.
        log.Produce(options.BootstrapServers, Math.Max(250, produced), int.MaxValue);
        await UntilPointsAsync(influx, expected.Count, b);
        AssertSame(expected, await ReadAsync(influx));
        Assert.True(await b.TerminateAsync() == 0, b.Output);
    }

    [Fact]
    public async Task Run_InfluxDbAwayForTwentySeconds_StaysBoundedSaysSoAndLosesNothing()
    {
        (KafkaOptions options, TickLog log, SortedDictionary<string, string> expected) = await PrepareAsync(steps: 1500);
        await using InfluxServer influx = await InfluxServer.LaunchAsync(Database);
        await using WorkerProcess worker = WorkerProcess.Start([.. TickLog.Arguments(options, Checkpoints()), .. InfluxV1(influx), ("Publish:BatchLines", "500")]);
        log.Produce(options.BootstrapServers, 0, 200);
        await UntilPointsAsync(influx, 800, worker);
        long before = worker.WorkingSet;

        await influx.KillAsync();
        log.Produce(options.BootstrapServers, 200, int.MaxValue);
        await Task.Delay(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await worker.ReadyAsync());
        long grown = worker.WorkingSet - before;
        Assert.True(grown < 128L << 20, $"memory grew by {grown >> 20} MB while InfluxDB was away");

        await influx.StartAsync();
        await UntilPointsAsync(influx, expected.Count, worker);
        AssertSame(expected, await ReadAsync(influx));
        await worker.UntilReadyAsync();
    }

    [Fact]
    public async Task Run_VictoriaMetricsByTheV2Api_HoldsEveryPoint()
    {
        (KafkaOptions options, TickLog log, SortedDictionary<string, string> expected) = await PrepareAsync(steps: 120);
        await using VictoriaServer victoria = await VictoriaServer.LaunchAsync();
        await using WorkerProcess worker = WorkerProcess.Start(
            [.. TickLog.Arguments(options, Checkpoints()), ("Publish:Api", "V2"), ("Publish:Url", victoria.Url), ("Publish:Organisation", "o"), ("Publish:Bucket", "b"), ("Publish:Token", "t")]);
        log.Produce(options.BootstrapServers, 0, int.MaxValue);
        (string Key, double Mean)[] means = [.. expected.Where(p => p.Key.StartsWith("forecast,", StringComparison.Ordinal)).Select(p => (p.Key, Number(p.Value, "mean")))];
        Dictionary<string, double> found = [];
        await Until.TrueAsync(
            async () =>
            {
                found = (await victoria.ExportAsync("{__name__=\"forecast_mean\"}"))
                    .SelectMany(s => s.Values.Select(v => ($"forecast,channel={s.Labels["channel"]},horizon={s.Labels["horizon"]},series={s.Labels["series"]} {v.Key}", v.Value)))
                    .ToDictionary(v => v.Item1, v => v.Value);
                return found.Count >= means.Length;
            },
            TimeSpan.FromSeconds(60));
        Assert.Equal(means.Length, found.Count);
        Assert.All(means, mean => Assert.Equal(mean.Mean, found[mean.Key], Math.Abs(mean.Mean) * 1e-11));
    }

    [Fact]
    public async Task Run_NoSuchDatabase_StopsWithOneClearLineAndCommitsNothing()
    {
        (KafkaOptions options, TickLog log, _) = await PrepareAsync(steps: 80);
        await using InfluxServer influx = await InfluxServer.LaunchAsync();
        await using WorkerProcess worker = WorkerProcess.Start([.. TickLog.Arguments(options, Checkpoints()), .. InfluxV1(influx)]);
        log.Produce(options.BootstrapServers, 0, int.MaxValue);
        Assert.Equal(1, await worker.ExitAsync());
        Assert.Contains(Database, worker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(Checkpoints()), file => new FileInfo(file).Length > 2000);
    }

    private async Task<(KafkaOptions Options, TickLog Log, SortedDictionary<string, string> Expected)> PrepareAsync(int steps)
    {
        string topic = await _broker.CreateTopicAsync(TickLog.Partitions);
        TickLog log = TickLog.Make(topic, steps);
        return (_broker.Options(topic), log, await log.ExpectedAsync());
    }

    private string Checkpoints() => Path.Combine(_folder, "checkpoints");

    private static (string, string)[] InfluxV1(InfluxServer influx) =>
        [("Publish:Api", "V1"), ("Publish:Url", influx.Url), ("Publish:Database", Database), ("Publish:MaxRetryDelay", "1s")];

    private static async Task UntilPointsAsync(InfluxServer influx, int count, WorkerProcess worker)
    {
        int found = 0;
        try
        {
            await Until.TrueAsync(async () => (found = (await ReadAsync(influx)).Count) >= count, TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{found} of {count} points; the worker said:{Environment.NewLine}{worker.Output}");
        }
    }

    private static async Task<int> SeriesAsync(WorkerProcess worker)
    {
        using JsonDocument answer = JsonDocument.Parse(await worker.GetAsync("/api/series"));
        JsonElement root = answer.RootElement;
        return (root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("series")).GetArrayLength();
    }

    /// <summary>All points of the database in the form of the expected ones.</summary>
    private static async Task<SortedDictionary<string, string>> ReadAsync(InfluxServer influx)
    {
        SortedDictionary<string, string> points = new(StringComparer.Ordinal);
        foreach (string measurement in Measurements)
        {
            string[] tags = measurement is "forecast" or "score" ? ["channel", "horizon", "series"] : ["channel", "series"];
            foreach (Dictionary<string, JsonElement> row in await influx.QueryAsync(Database, $"SELECT * FROM \"{measurement}\""))
            {
                string key = $"{measurement},{string.Join(',', tags.Select(t => $"{t}={row[t].GetString()}"))} {row["time"].GetInt64()}";
                points.Add(key, string.Join(',', Fields(measurement)
                    .Where(f => row.TryGetValue(f, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
                    .Select(f => $"{f}={Text(row[f])}")));
            }
        }

        return points;
    }

    private static IEnumerable<string> Fields(string measurement) =>
        Worker.Publish.Measurements.All.Single(m => m.Name == measurement).Fields.Select(f => f.Name);

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble().ToString("R"),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => value.GetString()!,
    };

    private static void AssertSame(SortedDictionary<string, string> expected, SortedDictionary<string, string> actual)
    {
        string[] differences = [.. expected.Keys.Union(actual.Keys)
            .Select(key => (Key: key, Expected: expected.GetValueOrDefault(key), Actual: actual.GetValueOrDefault(key)))
            .Where(p => p.Expected != p.Actual)
            .Select(p => $"{p.Key}{Environment.NewLine}  expected {p.Expected ?? "nothing"}{Environment.NewLine}  found    {p.Actual ?? "nothing"}")];
        Assert.True(differences.Length == 0, $"{differences.Length} of {expected.Count} points differ:{Environment.NewLine}{string.Join(Environment.NewLine, differences.Take(5))}");
    }

    private static double Number(string fields, string name) =>
        double.Parse(fields.Split(',').Single(f => f.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..]);

    private int DistinctDeadLetters(KafkaOptions options)
    {
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = options.BootstrapServers, GroupId = KafkaBroker.Unused("dead"), EnablePartitionEof = true, AutoOffsetReset = Confluent.Kafka.AutoOffsetReset.Earliest }).Build();
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        int partitions = admin.GetMetadata(options.DeadLetterTopic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(options.DeadLetterTopic, p, Offset.Beginning)));
        HashSet<string> letters = [];
        for (int ends = 0; ends < partitions;)
        {
            ConsumeResult<byte[], byte[]> result = consumer.Consume(TimeSpan.FromSeconds(10)) ?? throw new TimeoutException("the dead-letter topic does not end");
            if (result.IsPartitionEOF)
            {
                ends++;
                continue;
            }

            string Header(string name) => System.Text.Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes(name));
            Assert.NotEmpty(Header("error"));
            letters.Add($"{Header("source-topic")}-{Header("source-partition")}-{Header("source-offset")}");
        }

        return letters.Count;
    }
}
