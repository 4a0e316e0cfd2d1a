namespace TsForecaster.Model.Windows;

/// <summary>The end of a history that may be shorter than what is asked for.</summary>
public static class PaddedHistory
{
    /// <summary>The last <paramref name="count"/> numbers; what lies before the history is missing (NaN), as it is for a service that has just begun.</summary>
    /// <returns>A part of the history where it is long enough, else a copy.</returns>
    public static ReadOnlySpan<double> Last(ReadOnlySpan<double> history, int count)
    {
        if (history.Length >= count)
        {
            return history[^count..];
        }

        double[] padded = new double[count];
        padded.AsSpan(0, count - history.Length).Fill(double.NaN);
        history.CopyTo(padded.AsSpan(count - history.Length));
        return padded;
    }
}
