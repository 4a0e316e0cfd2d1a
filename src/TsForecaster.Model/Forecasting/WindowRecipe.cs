using MathNet.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>How the windows of many series are cut and made comparable.</summary>
/// <param name="Name">A few words.</param>
/// <param name="Shape">One channel.</param>
/// <param name="Normalisation">Its <see cref="Normalisation.Season"/> is m; the floor of its scale is set series by series.</param>
public sealed record WindowRecipe(string Name, WindowShape Shape, Normalisation Normalisation)
{
    /// <summary>More windows of one series than this tell nothing new of it.</summary>
    private const int MostWindows = 4096;

    /// <summary>Steps of history that a past is taken from.</summary>
    public int Reach => Normalisation.ReachOf(Shape);

    /// <summary>The normalisation of one series' windows.</summary>
    public Normalisation For(ReadOnlySpan<double> history) => Normalisation.MeasuredOn(history);

    /// <summary>The windows of one series, with short gaps bridged; of a very long one a few thousand, as far apart as leaves all phases of the season among them.</summary>
    public WindowSet Windows(ReadOnlyMemory<double> history)
    {
        int stride = Math.Max(1, (history.Length + MostWindows - 1) / MostWindows);
        while (Euclid.GreatestCommonDivisor(stride, Normalisation.Season) > 1)
        {
            stride++;
        }

        if (history.Span.Contains(double.NaN))
        {
            history = FilledHistory.Bridged(history.Span, Shape);
        }

        return WindowSet.Over(history, Shape, For(history.Span), stride);
    }
}
