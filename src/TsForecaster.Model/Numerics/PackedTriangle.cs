namespace TsForecaster.Model.Numerics;

/// <summary>The lower triangle of a symmetric n×n matrix, row after row: n(n + 1)/2 numbers.</summary>
internal static class PackedTriangle
{
    public static int Size(int n) => n * (n + 1) / 2;

    /// <summary>Where row i begins; it has i + 1 numbers.</summary>
    public static int Row(int i) => i * (i + 1) / 2;

    /// <summary>Writes the whole n×n matrix, row-major.</summary>
    public static void Unpack(ReadOnlySpan<double> packed, int n, Span<double> matrix)
    {
        for (int i = 0, at = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++, at++)
            {
                matrix[(i * n) + j] = matrix[(j * n) + i] = packed[at];
            }
        }
    }
}
