namespace TsForecaster.Model.Windows;

/// <summary>
/// Which windows with missing values a set keeps. A gap that is too long breaks the windows: none is kept that reaches into it, and
/// the series goes on behind it.
/// </summary>
public sealed record MissingValues
{
    /// <summary>The share of each channel's past, and of its future, that has to be observed, from 0 to 1; at least one value of both is.</summary>
    public double MinimumObserved { get; init; } = 0.5;

    /// <summary>The most values of a channel that may be missing one after another.</summary>
    public int MaxGap { get; init; } = int.MaxValue;

    /// <summary>
    /// Only every so many-th of these windows is kept, to bound the cost of very large sets. Of use as long as many times more windows than
    /// dimensions are left.
    /// </summary>
    public int Stride { get; init; } = 1;

    /// <summary>Whether a window is kept.</summary>
    /// <param name="window">Step-major, NaN where missing.</param>
    internal bool Allow(ReadOnlySpan<double> window, int pastDimension, int channels)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            if (!IsObserved(window[..pastDimension], channel, channels) || !IsObserved(window[pastDimension..], channel, channels) || LongestGap(window, channel, channels) > MaxGap)
            {
                return false;
            }
        }

        return true;
    }

    internal void Check()
    {
        if (!(MinimumObserved >= 0.0 && MinimumObserved <= 1.0))
        {
            throw new ArgumentException($"{nameof(MinimumObserved)} is {MinimumObserved}; it must be from 0 to 1");
        }

        if (MaxGap < 0)
        {
            throw new ArgumentException($"{nameof(MaxGap)} is {MaxGap}; it must not be negative");
        }

        if (Stride < 1)
        {
            throw new ArgumentException($"{nameof(Stride)} is {Stride}; it must be at least 1");
        }
    }

    private bool IsObserved(ReadOnlySpan<double> part, int channel, int channels)
    {
        int observed = 0, all = 0;
        for (int i = channel; i < part.Length; i += channels, all++)
        {
            observed += double.IsNaN(part[i]) ? 0 : 1;
        }

        return all == 0 || (observed > 0 && observed >= MinimumObserved * all);
    }

    private static int LongestGap(ReadOnlySpan<double> window, int channel, int channels)
    {
        int longest = 0, gap = 0;
        for (int i = channel; i < window.Length; i += channels)
        {
            gap = double.IsNaN(window[i]) ? gap + 1 : 0;
            longest = Math.Max(longest, gap);
        }

        return longest;
    }
}
