namespace TsForecaster.Model.Forecasting;

/// <summary>
/// What of a past is observed and what is not known. Beside missing numbers that is the level of a channel whose level is measured by what is
/// missing (<see cref="OpenLevel"/>).
/// </summary>
internal sealed class PastPattern
{
    private readonly int _past;
    private readonly bool[] _open;

    /// <param name="model">Says what fixes a level.</param>
    /// <param name="past">P·C numbers, NaN where missing.</param>
    public PastPattern(WindowModel model, ReadOnlySpan<double> past)
    {
        (_past, _open) = (past.Length, new bool[model.Shape.Channels]);
        List<int> observed = new(past.Length), unknown = new(past.Length);
        for (int i = 0; i < past.Length; i++)
        {
            (double.IsNaN(past[i]) ? unknown : observed).Add(i);
        }

        Missing = unknown.Count;
        for (int c = 0; c < _open.Length; c++)
        {
            if (!model.Normalisation.FixesLevel(past, _open.Length, c))
            {
                _open[c] = true;
                unknown.Add(past.Length + c);
            }
        }

        (Observed, Unknown) = ([.. observed], [.. unknown]);
    }

    /// <summary>Observed numbers, rising.</summary>
    public int[] Observed { get; }

    /// <summary>Missing numbers, rising, then P·C + c for each channel c whose level is open.</summary>
    public int[] Unknown { get; }

    /// <summary>How many of the unknown are missing numbers.</summary>
    public int Missing { get; }

    /// <summary>The channels whose level is open, beside their unknown.</summary>
    public ReadOnlySpan<int> Levels => Unknown.AsSpan(Missing);

    /// <summary>Whether two numbers of a window share an open level.</summary>
    public bool ShareLevel(int i, int j) => i % _open.Length == j % _open.Length && _open[i % _open.Length];
}
