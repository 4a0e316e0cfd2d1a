namespace TsForecaster.Model.Numerics;

/// <summary>
/// Zeroed numbers that start at a cache line, so that a load of eight never straddles two. The array is pinned: the garbage
/// collector does not move it off its line.
/// </summary>
internal sealed class AlignedBuffer
{
    private const int LineBytes = 64;

    private readonly double[] _numbers;
    private readonly int _start;

    public unsafe AlignedBuffer(int length)
    {
        _numbers = GC.AllocateArray<double>(length + (LineBytes / sizeof(double)) - 1, pinned: true);
        fixed (double* address = _numbers)
        {
            long past = (long)address % LineBytes;
            _start = past == 0 ? 0 : (int)((LineBytes - past) / sizeof(double));
        }

        Length = length;
    }

    public int Length { get; }

    public Span<double> Span => _numbers.AsSpan(_start, Length);

    public Span<double> Slice(int start, int length) => Span.Slice(start, length);
}
