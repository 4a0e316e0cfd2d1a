namespace TsForecaster.Model.Windows;

/// <summary>
/// The shape of a window: <see cref="Past"/> observed steps followed by <see cref="Future"/> steps to forecast, each step
/// holding <see cref="Channels"/> values side by side (step-major), so that the past is the first
/// <see cref="PastDimension"/> numbers of a window. The past need not be contiguous: blocks of lags around a season ago beside
/// the recent steps give a long memory at a small dimension (<see cref="OfLags"/>).
/// </summary>
public sealed record WindowShape
{
    private readonly int[] _lags;

    /// <summary>A past of the last <paramref name="past"/> steps.</summary>
    public WindowShape(int past, int future, int channels = 1)
        : this(Contiguous(past), future, channels)
    {
    }

    private WindowShape(int[] lags, int future, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(future, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        (_lags, Future, Channels) = (lags, future, channels);
    }

    /// <summary>How many steps before the first future step each past step lies, falling: the last observed step has lag 1.</summary>
    public IReadOnlyList<int> Lags => _lags;

    /// <summary>P, the past steps in a window.</summary>
    public int Past => _lags.Length;

    /// <summary>F.</summary>
    public int Future { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>The steps of history that a past is taken from: P, or more when lags are left out.</summary>
    public int Reach => _lags[0];

    public bool IsContiguous => Reach == Past;

    /// <summary>Steps in a window, P + F.</summary>
    public int Steps => Past + Future;

    /// <summary>Numbers in a window, D = (P + F)·C.</summary>
    public int Dimension => Steps * Channels;

    public int PastDimension => Past * Channels;

    public int FutureDimension => Future * Channels;

    /// <summary>A past of the steps at these lags.</summary>
    /// <param name="lags">In any order, each at least 1, none twice.</param>
    /// <param name="future">F.</param>
    /// <param name="channels">C.</param>
    /// <exception cref="ArgumentException">There is no lag, one is below 1, or one is there twice.</exception>
    public static WindowShape OfLags(IEnumerable<int> lags, int future, int channels = 1)
    {
        int[] falling = [.. lags.OrderDescending()];
        for (int i = 0; i < falling.Length; i++)
        {
            if (falling[i] < 1 || (i > 0 && falling[i] == falling[i - 1]))
            {
                throw new ArgumentException($"the lag {falling[i]} is {(falling[i] < 1 ? "below 1, which is the last observed step" : "there twice")}", nameof(lags));
            }
        }

        return falling.Length == 0
            ? throw new ArgumentException("a past needs at least one lag", nameof(lags))
            : new WindowShape(falling, future, channels);
    }

    public bool Equals(WindowShape? other) =>
        other is not null && Future == other.Future && Channels == other.Channels && _lags.AsSpan().SequenceEqual(other._lags);

    public override int GetHashCode() => HashCode.Combine(Reach, Past, Future, Channels);

    private static int[] Contiguous(int past)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(past, 1);
        return [.. Enumerable.Range(0, past).Select(i => past - i)];
    }
}
