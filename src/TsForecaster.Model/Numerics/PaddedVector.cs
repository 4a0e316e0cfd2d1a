using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>Four numbers of a span at a time, so that the last few take the same way as the others.</summary>
internal static class PaddedVector
{
    /// <summary>The numbers from <paramref name="first"/> on; zeros after the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load(ReadOnlySpan<double> numbers, int first)
    {
        if (first <= numbers.Length - Vector256<double>.Count)
        {
            return Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(numbers), (nuint)first);
        }

        ReadOnlySpan<double> rest = numbers[first..];
        return Vector256.Create(
            rest.Length > 0 ? rest[0] : 0.0,
            rest.Length > 1 ? rest[1] : 0.0,
            rest.Length > 2 ? rest[2] : 0.0,
            0.0);
    }
}
