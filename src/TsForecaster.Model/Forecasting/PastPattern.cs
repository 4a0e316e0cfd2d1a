using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// What of a past is observed and what is not known. Beside missing numbers that is the level of a channel whose level is measured by what is
/// missing (<see cref="OpenLevel"/>).
/// </summary>
internal sealed class PastPattern
{
    private readonly WindowShape _shape;
    private readonly bool[] _open;

    /// <param name="model">Says what fixes a level.</param>
    /// <param name="given">q + P·C numbers, NaN where missing.</param>
    public PastPattern(WindowModel model, ReadOnlySpan<double> given)
    {
        (_shape, _open) = (model.Shape, new bool[model.Shape.Channels]);
        List<int> observed = new(given.Length), unknown = new(given.Length);
        for (int i = 0; i < given.Length; i++)
        {
            (double.IsNaN(given[i]) ? unknown : observed).Add(i);
        }

        Missing = unknown.Count;
        for (int c = 0; c < _open.Length; c++)
        {
            if (!model.Normalisation.FixesLevel(given[_shape.Marks..], _open.Length, c))
            {
                _open[c] = true;
                unknown.Add(given.Length + c);
            }
        }

        (Observed, Unknown) = ([.. observed], [.. unknown]);
    }

    /// <summary>Observed numbers, rising.</summary>
    public int[] Observed { get; }

    /// <summary>Missing numbers, rising, then q + P·C + c for each channel c whose level is open.</summary>
    public int[] Unknown { get; }

    /// <summary>How many of the unknown are missing numbers.</summary>
    public int Missing { get; }

    /// <summary>The channels whose level is open, beside their unknown.</summary>
    public ReadOnlySpan<int> Levels => Unknown.AsSpan(Missing);

    /// <summary>Whether two numbers of a window share an open level.</summary>
    public bool ShareLevel(int i, int j) => _shape.ChannelOf(i) is >= 0 and int channel && channel == _shape.ChannelOf(j) && _open[channel];
}
