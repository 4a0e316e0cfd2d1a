using System.Buffers;

namespace TsForecaster.Worker.Series;

/// <summary>
/// Writes a state as bytes. Large arrays that are never changed, models above all, are not copied but become pieces of the result: most of
/// a state is such arrays, and a lane stands still while its state is written.
/// </summary>
internal sealed class StateWriter : BinaryWriter
{
    private const int WorthAPiece = 4096;

    private readonly MemoryStream _own;
    private readonly List<(int At, byte[] Bytes)> _kept = [];
    private long _keptLength;

    /// <param name="capacity">What is expected to be copied.</param>
    public StateWriter(int capacity)
        : this(new MemoryStream(capacity))
    {
    }

    private StateWriter(MemoryStream own)
        : base(own) => _own = own;

    /// <summary>Bytes so far.</summary>
    public long Length => _own.Length + _keptLength;

    /// <summary>Those of them that were copied.</summary>
    public int Copied => (int)_own.Length;

    /// <summary>Writes an array that its owner changes no more.</summary>
    public void WriteKept(byte[] bytes)
    {
        if (bytes.Length < WorthAPiece)
        {
            Write(bytes);
            return;
        }

        _kept.Add(((int)_own.Length, bytes));
        _keptLength += bytes.Length;
    }

    /// <summary>Leaves room for a number that is known later.</summary>
    /// <returns>What <see cref="Fill"/> finds it by.</returns>
    public int Reserve()
    {
        Write(0L);
        return (int)_own.Length - sizeof(long);
    }

    public void Fill(int reserved, long number)
    {
        _own.Position = reserved;
        Write(number);
        _own.Position = _own.Length;
    }

    /// <summary>Everything written. The writer is done with.</summary>
    public ReadOnlySequence<byte> ToSequence()
    {
        Piece first = new(ReadOnlyMemory<byte>.Empty, null), last = first;
        ReadOnlyMemory<byte> own = _own.GetBuffer().AsMemory(0, (int)_own.Length);
        int from = 0;
        foreach ((int at, byte[] bytes) in _kept)
        {
            last = new Piece(bytes, new Piece(own[from..at], last));
            from = at;
        }

        last = new Piece(own[from..], last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
