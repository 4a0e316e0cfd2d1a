using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace TsForecaster.Worker.Checkpoints;

/// <summary>
/// One file a partition: magic, version, next offset, length, state, SHA-256 of all before it; little-endian. A new checkpoint is
/// written beside the old one, flushed to the disk, and takes its name in one step.
/// </summary>
public sealed partial class FileCheckpointStore : ICheckpointStore
{
    private const int Version = 1;
    private const int HeaderLength = 8 + sizeof(int) + sizeof(long) + sizeof(long);

    // Little by little: a file behind which the disk has much to write makes all others that wait for it wait long.
    private const int FlushEvery = 1 << 20;

    private static readonly byte[] Magic = "TSFCKPT\n"u8.ToArray();

    private readonly string _directory;
    private readonly ConcurrentDictionary<PartitionId, string> _troubles = new();
    private readonly ILogger _logger;

    /// <param name="directory">Created when it does not exist.</param>
    /// <exception cref="CheckpointException">The directory cannot be created.</exception>
    public FileCheckpointStore(string directory, ILogger<FileCheckpointStore> logger)
    {
        (_directory, _logger) = (Path.GetFullPath(directory), logger);
        LogDirectory(_directory);
        try
        {
            Directory.CreateDirectory(_directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"the checkpoint directory {_directory} cannot be created: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public string? Trouble => _troubles.IsEmpty ? null : _troubles.OrderBy(t => t.Key.ToString(), StringComparer.Ordinal).First().Value;

    /// <inheritdoc/>
    public PartitionCheckpoint? Load(PartitionId partition)
    {
        string path = PathOf(partition);
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] bytes = File.ReadAllBytes(path);
        ReadOnlySpan<byte> file = bytes;
        if (file.Length < HeaderLength + SHA256.HashSizeInBytes || !file.StartsWith(Magic))
        {
            throw Refused(path, "it is not a whole checkpoint");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        if (version > Version)
        {
            throw Refused(path, $"it has version {version}, written by a newer program; this one knows version {Version}");
        }

        long nextOffset = BinaryPrimitives.ReadInt64LittleEndian(file[12..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(file[20..]);
        if (length != file.Length - HeaderLength - SHA256.HashSizeInBytes
            || !SHA256.HashData(file[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(file[^SHA256.HashSizeInBytes..]))
        {
            throw Refused(path, "it is truncated or damaged");
        }

        return new PartitionCheckpoint(partition, nextOffset, new ReadOnlySequence<byte>(bytes, HeaderLength, (int)length));
    }

    /// <inheritdoc/>
    public Task SaveAsync(PartitionCheckpoint checkpoint, CancellationToken cancellation)
    {
        string path = PathOf(checkpoint.Partition);
        try
        {
            Directory.CreateDirectory(_directory);
            Save(path, checkpoint);
            _troubles.TryRemove(checkpoint.Partition, out _);
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string trouble = $"checkpoint {path} cannot be written: {e.Message}";
            _troubles[checkpoint.Partition] = trouble;
            LogCannotWrite(path, e.Message);
            return Task.FromException(new CheckpointUnavailableException(trouble, e));
        }
    }

    private static void Save(string path, PartitionCheckpoint checkpoint)
    {
        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), checkpoint.NextOffset);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(20), checkpoint.State.Length);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);

        string beside = path + ".new";
        using (FileStream stream = new(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(header);
            long unflushed = 0;
            foreach (ReadOnlyMemory<byte> piece in checkpoint.State)
            {
                hash.AppendData(piece.Span);
                stream.Write(piece.Span);
                unflushed += piece.Length;
                if (unflushed >= FlushEvery)
                {
                    stream.Flush(flushToDisk: true);
                    unflushed = 0;
                }
            }

            stream.Write(hash.GetHashAndReset());
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    private static CheckpointException Refused(string path, string reason) =>
        new($"checkpoint {path} is refused: {reason}. Restore it from a backup, or delete it to begin at the group's committed offset.");

    // Topic names hold letters, digits, '.', '_' and '-' only, so they are file names as they are; anything else is escaped all the same.
    private string PathOf(PartitionId partition) =>
        Path.Combine(_directory, $"{Uri.EscapeDataString(partition.Topic)}-{partition.Partition}.checkpoint");

    [LoggerMessage(Level = LogLevel.Information, Message = "Checkpoints are kept in {Directory}")]
    private partial void LogDirectory(string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "Checkpoint {Path} cannot be written: {Reason}")]
    private partial void LogCannotWrite(string path, string reason);
}
