using MathNet.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>How the windows of many series are cut and made comparable.</summary>
/// <param name="Name">A few words.</param>
/// <param name="Shape">One channel.</param>
/// <param name="Normalisation">Its <see cref="Normalisation.Season"/> is m; the floor of its scale is set series by series.</param>
public sealed record WindowRecipe(string Name, WindowShape Shape, Normalisation Normalisation)
{
    /// <summary>The floor as a share of a series' mean absolute change from one season to the next.</summary>
    private const double FloorShare = 0.1;

    /// <summary>More windows of one series than this tell nothing new of it.</summary>
    private const int MostWindows = 4096;

    /// <summary>Steps of history that a past is taken from.</summary>
    public int Reach => Normalisation.ReachOf(Shape);

    /// <summary>
    /// The normalisation of one series' windows: scales are no smaller than a tenth of what the series changes in a season, so that a quiet past
    /// does not make a window of noise large.
    /// </summary>
    public Normalisation For(ReadOnlySpan<double> history)
    {
        int season = Normalisation.Season, pairs = 0, observed = 0;
        double changes = 0.0, magnitudes = 0.0;
        for (int i = 0; i < history.Length; i++)
        {
            double change = i < season ? double.NaN : Math.Abs(history[i] - history[i - season]);
            changes += double.IsNaN(change) ? 0.0 : change;
            pairs += double.IsNaN(change) ? 0 : 1;
            magnitudes += double.IsNaN(history[i]) ? 0.0 : Math.Abs(history[i]);
            observed += double.IsNaN(history[i]) ? 0 : 1;
        }

        double floor = pairs > 0 ? FloorShare * changes / pairs : 0.0;
        return Normalisation with { ScaleFloor = Math.Max(Normalisation.ScaleFloor, Math.Max(floor, observed > 0 ? 1e-9 * magnitudes / observed : 0.0)) };
    }

    /// <summary>The windows of one series; of a very long one a few thousand, as far apart as leaves all phases of the season among them.</summary>
    public WindowSet Windows(ReadOnlyMemory<double> history)
    {
        int stride = Math.Max(1, (history.Length + MostWindows - 1) / MostWindows);
        while (Euclid.GreatestCommonDivisor(stride, Normalisation.Season) > 1)
        {
            stride++;
        }

        return WindowSet.Over(history, Shape, For(history.Span), stride);
    }
}
