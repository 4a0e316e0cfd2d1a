namespace TsForecaster.Model.Windows;

/// <summary>
/// The windows of one or several stretches of history, as a view: window n is a slice of a history, normalised only when it
/// is read. No N×D matrix exists. A plain matrix is the special case where windows do not overlap
/// (<see cref="FromRows"/>). Windows that hold a missing value (NaN) are left out.
/// </summary>
public sealed class WindowSet
{
    /// <summary>All windows of a history, one starting every <paramref name="stride"/> steps.</summary>
    /// <param name="history">Step-major values, <see cref="WindowShape.Channels"/> a step.</param>
    public static WindowSet Over(ReadOnlyMemory<double> history, WindowShape shape, Normalisation normalisation, int stride = 1) =>
        Over([history], shape, normalisation, stride);

    /// <summary>The windows of several histories that share a shape; no window crosses from one into the next.</summary>
    public static WindowSet Over(IReadOnlyList<ReadOnlyMemory<double>> histories, WindowShape shape, Normalisation normalisation, int stride = 1) =>
        throw null!;

    /// <summary>The rows of an N×D row-major matrix, not normalised.</summary>
    public static WindowSet FromRows(ReadOnlyMemory<double> rows, int dimension) => throw null!;

    /// <summary>N, the number of complete windows.</summary>
    public int Count => throw null!;

    /// <summary>D, the numbers in a window.</summary>
    public int Dimension => throw null!;

    /// <summary>Writes window <paramref name="index"/>, normalised, into <paramref name="destination"/> (length D).</summary>
    public void CopyTo(int index, Span<double> destination) => throw null!;

    /// <summary>Window <paramref name="index"/> as it lies in its history, not normalised (length D).</summary>
    public ReadOnlySpan<double> Raw(int index) => throw null!;
}
