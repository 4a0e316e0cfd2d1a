using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TsForecaster.Model.Forecasting;

/// <summary>A model file cannot be used: truncated, damaged, of another kind, or written by a newer version.</summary>
public sealed class ModelFileException(string message) : Exception(message);

/// <summary>
/// The versioned binary form of a model, little-endian: magic (8 bytes), version (4), content length (8), content
/// (<see cref="ModelContent"/>), SHA-256 of all that precedes (32). A loaded model is the saved one bit for bit.
/// </summary>
public static class ModelFile
{
    /// <summary>The version that is written; 3 and 4 are read too.</summary>
    public const int Version = 5;

    private const int HeaderBytes = 8 + sizeof(int) + sizeof(long);

    private static ReadOnlySpan<byte> Magic => "TSFMODEL"u8;

    public static void Save(Stream stream, ForecastModel model)
    {
        var content = new ArrayBufferWriter<byte>();
        ModelContent.Write(content, model);

        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[12..], content.WrittenCount);
        stream.Write(header);
        stream.Write(content.WrittenSpan);
        stream.Write(Hash(header, content.WrittenSpan));
    }

    /// <exception cref="ModelFileException">The stream is not a whole model of a version this program knows; nothing is half-read.</exception>
    public static ForecastModel Load(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        int got = stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (!header[..Math.Min(got, Magic.Length)].SequenceEqual(Magic[..Math.Min(got, Magic.Length)]))
        {
            throw new ModelFileException("this is not a model file: it does not begin with TSFMODEL");
        }

        if (got < HeaderBytes)
        {
            throw Truncated(got, HeaderBytes);
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version > Version)
        {
            throw new ModelFileException($"the model file has version {version}; this program reads versions up to {Version}: use a newer program");
        }

        if (version is 1 or 2)
        {
            throw new ModelFileException($"the model file has version {version}, {(version == 1 ? "which knew no ensembles" : "whose seasonal profiles were others")}; fit the model again");
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(header[12..]);
        if (version < 1 || length < 0 || length > Array.MaxLength)
        {
            throw new ModelFileException($"the model file is damaged: its header says version {version} and {length} bytes of content");
        }

        byte[] content = ReadExactly(stream, length, HeaderBytes + length + SHA256.HashSizeInBytes, HeaderBytes);
        byte[] hash = ReadExactly(stream, SHA256.HashSizeInBytes, HeaderBytes + length + SHA256.HashSizeInBytes, HeaderBytes + length);
        if (!hash.AsSpan().SequenceEqual(Hash(header, content)))
        {
            throw new ModelFileException("the model file is damaged: its checksum does not match its content");
        }

        if (stream.ReadByte() >= 0)
        {
            throw new ModelFileException($"the model file is damaged: it goes on after its end at byte {HeaderBytes + length + SHA256.HashSizeInBytes}");
        }

        return ModelContent.Read(content, version);
    }

    private static byte[] Hash(ReadOnlySpan<byte> header, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    /// <summary>Reads in pieces, so that a damaged length cannot ask for more memory than the stream has bytes.</summary>
    private static byte[] ReadExactly(Stream stream, long count, long whole, long before)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (bytes.WrittenCount < count)
        {
            int piece = (int)Math.Min(count - bytes.WrittenCount, 1 << 20);
            int got = stream.ReadAtLeast(bytes.GetSpan(piece)[..piece], piece, throwOnEndOfStream: false);
            bytes.Advance(got);
            if (got < piece)
            {
                throw Truncated(before + bytes.WrittenCount, whole);
            }
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static ModelFileException Truncated(long found, long expected) =>
        new($"the model file is truncated: it has {found} bytes of at least {expected}; copy or save it again");
}
