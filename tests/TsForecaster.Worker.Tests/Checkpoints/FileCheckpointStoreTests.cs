using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using TsForecaster.Worker.Checkpoints;
using TsForecaster.Worker.Series;
using Xunit;

namespace TsForecaster.Worker.Tests.Checkpoints;

public sealed class FileCheckpointStoreTests : IDisposable
{
    private static readonly PartitionId Partition = new("ticks", 3);
    private readonly string _directory = Directory.CreateTempSubdirectory("checkpoints").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Load_Nothing_IsNull() => Assert.Null(Store().Load(Partition));

    [Fact]
    public async Task Load_AfterSave_GivesTheNewestBack()
    {
        await Store().SaveAsync(new PartitionCheckpoint(Partition, 7, new(new byte[] { 1 })), default);
        await Store().SaveAsync(new PartitionCheckpoint(Partition, 42, new(new byte[] { 1, 2, 3 })), default);
        await Store().SaveAsync(new PartitionCheckpoint(new PartitionId("ticks", 4), 9, new(Array.Empty<byte>())), default);
        PartitionCheckpoint loaded = Store().Load(Partition)!;
        Assert.Equal(42, loaded.NextOffset);
        Assert.Equal([1, 2, 3], loaded.State.ToArray());
        Assert.Equal(0, Store().Load(new PartitionId("ticks", 4))!.State.Length);
    }

    [Fact]
    public async Task Load_AStateInManyPieces_GivesItBackWhole()
    {
        using StateWriter writer = new(capacity: 16);
        byte[] kept = [.. Enumerable.Range(0, 700_000).Select(i => (byte)(i * 31))];
        for (int i = 0; i < 5; i++)
        {
            writer.Write(i);
            writer.WriteKept(kept);
        }

        ReadOnlySequence<byte> state = writer.ToSequence();
        await Store().SaveAsync(new PartitionCheckpoint(Partition, 1, state), default);
        Assert.Equal(5 * (sizeof(int) + kept.Length), state.Length);
        Assert.Equal(state.ToArray(), Store().Load(Partition)!.State.ToArray());
    }

    [Fact]
    public async Task Load_EveryDamagedOrTruncatedForm_IsRefusedByName()
    {
        await Store().SaveAsync(new PartitionCheckpoint(Partition, 42, new(new byte[] { 1, 2, 3 })), default);
        string path = Assert.Single(Directory.GetFiles(_directory));
        byte[] whole = File.ReadAllBytes(path);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 0x40;
            File.WriteAllBytes(path, damaged);
            Assert.Contains(path, Assert.Throws<CheckpointException>(() => Store().Load(Partition)).Message, StringComparison.Ordinal);
            File.WriteAllBytes(path, whole[..i]);
            Assert.Throws<CheckpointException>(() => Store().Load(Partition));
        }
    }

    [Fact]
    public async Task Load_NewerVersion_SaysSo()
    {
        await Store().SaveAsync(new PartitionCheckpoint(Partition, 42, new(new byte[] { 1, 2, 3 })), default);
        string path = Assert.Single(Directory.GetFiles(_directory));
        byte[] newer = File.ReadAllBytes(path);
        newer[8]++;
        File.WriteAllBytes(path, newer);
        Assert.Contains("newer", Assert.Throws<CheckpointException>(() => Store().Load(Partition)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Save_DirectoryCannotBe_FailsByNameUntilItCan()
    {
        FileCheckpointStore store = Store();
        PartitionCheckpoint checkpoint = new(Partition, 1, new(new byte[] { 1 }));
        Directory.Delete(_directory);
        File.WriteAllText(_directory, "in the way");
        CheckpointUnavailableException failure = await Assert.ThrowsAsync<CheckpointUnavailableException>(() => store.SaveAsync(checkpoint, default));
        Assert.Contains(_directory, failure.Message, StringComparison.Ordinal);
        Assert.Equal(failure.Message, store.Trouble);
        File.Delete(_directory);
        await store.SaveAsync(checkpoint, default);
        Assert.Null(store.Trouble);
        Assert.Equal(1, store.Load(Partition)!.NextOffset);
    }

    private FileCheckpointStore Store() => new(_directory, NullLogger<FileCheckpointStore>.Instance);
}
