using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace TsForecaster.Worker.Ingest;

/// <summary>
/// Strings by the bytes they were made from, so that a name that comes a million times is made once. Bounded: when full, new names
/// are made anew each time. Safe from several threads.
/// </summary>
internal sealed class NameCache(int capacity)
{
    private readonly ConcurrentDictionary<byte[], string> _names = new(new Bytes());
    private int _count;

    public bool TryGet(ReadOnlySpan<byte> text, [NotNullWhen(true)] out string? name) =>
        _names.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out name);

    public void Add(ReadOnlySpan<byte> text, string name)
    {
        if (Volatile.Read(ref _count) < capacity && _names.TryAdd(text.ToArray(), name)) Interlocked.Increment(ref _count);
    }

    private sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public int GetHashCode(byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        // Randomised per process against chosen keys; nothing is ever listed in hash order.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }
    }
}
