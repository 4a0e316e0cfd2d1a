namespace TsForecaster.Model.Windows;

/// <summary>Several signals of one series as the channels of one history: step-major, the signals of a step side by side.</summary>
public static class JoinedHistory
{
    /// <param name="signals">C of them, T values each.</param>
    /// <returns>T·C numbers; with one signal, its own.</returns>
    /// <exception cref="ArgumentException">There is none, or their lengths differ.</exception>
    public static ReadOnlyMemory<double> Of(IReadOnlyList<ReadOnlyMemory<double>> signals)
    {
        if (signals.Count == 0 || signals.Any(signal => signal.Length != signals[0].Length))
        {
            throw new ArgumentException($"signals of one series have one length; there are {string.Join(", ", signals.Select(signal => signal.Length))}", nameof(signals));
        }

        if (signals.Count == 1)
        {
            return signals[0];
        }

        double[] joined = new double[signals[0].Length * signals.Count];
        for (int c = 0; c < signals.Count; c++)
        {
            ReadOnlySpan<double> signal = signals[c].Span;
            for (int t = 0; t < signal.Length; t++)
            {
                joined[(t * signals.Count) + c] = signal[t];
            }
        }

        return joined;
    }

    /// <summary>The first channels of a history of more.</summary>
    /// <param name="history">Step-major.</param>
    /// <param name="channels">It has.</param>
    /// <param name="kept">How many are wanted.</param>
    /// <returns>The history itself when that is all of them, else a copy.</returns>
    public static ReadOnlyMemory<double> First(ReadOnlyMemory<double> history, int channels, int kept)
    {
        if (kept == channels)
        {
            return history;
        }

        double[] first = new double[history.Length / channels * kept];
        for (int t = 0; t * channels < history.Length; t++)
        {
            history.Span.Slice(t * channels, kept).CopyTo(first.AsSpan(t * kept));
        }

        return first;
    }
}
