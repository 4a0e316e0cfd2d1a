namespace TsForecaster.Model.Windows;

/// <summary>
/// What is known ahead of a series, such as the calendar: row t holds the marks of the window whose first future step is step t, which may tell of any step of that
/// window. They should be near zero on an ordinary day and of size one: how large they are decides how much a ridge holds them back.
/// </summary>
public sealed class MarkRows
{
    private readonly ReadOnlyMemory<double> _rows;

    /// <param name="count">q, the marks of a window.</param>
    /// <param name="rows">Row-major, NaN where not known; not copied.</param>
    /// <exception cref="ArgumentException">These are no whole rows, or a mark is infinite.</exception>
    public MarkRows(int count, ReadOnlyMemory<double> rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (rows.Length % count != 0)
        {
            throw new ArgumentException($"{rows.Length} numbers are not whole rows of {count} marks", nameof(rows));
        }

        for (int i = 0; i < rows.Length; i++)
        {
            if (double.IsInfinity(rows.Span[i]))
            {
                throw new ArgumentException($"mark {i % count} of row {i / count} (counted from 0) is {rows.Span[i]}; one that is not known is NaN", nameof(rows));
            }
        }

        (Count, _rows) = (count, rows);
    }

    /// <summary>q.</summary>
    public int Count { get; }

    /// <summary>Steps that there are marks for.</summary>
    public int Rows => _rows.Length / Count;

    /// <summary>The marks of the window whose first future step is <paramref name="step"/>, q numbers.</summary>
    public ReadOnlySpan<double> Row(int step) => _rows.Span.Slice(step * Count, Count);

    /// <summary>The same with unknown marks on a line between known ones.</summary>
    internal MarkRows Filled() => new(Count, FilledHistory.Between(_rows.Span, Count));
}
