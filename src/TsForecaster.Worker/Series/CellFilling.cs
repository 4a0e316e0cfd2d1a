using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Series;

/// <summary>What missing cells are likely to have been, given what came before and after them.</summary>
internal static class CellFilling
{
    /// <param name="due">Steps that are missing and now due.</param>
    /// <param name="start">Of the last cell.</param>
    /// <param name="step">Of the last cell.</param>
    /// <param name="interval">Of cells.</param>
    /// <param name="history">Up to the last cell.</param>
    /// <param name="model">The active one, if any.</param>
    /// <param name="effects">What the calendar moves it by.</param>
    public static IReadOnlyList<FilledCell> Fill(IReadOnlyList<long> due, long start, long step, long interval, SeriesHistory history, ForecastModel? model, StepEffects effects)
    {
        if (due.Count == 0 || model is null)
        {
            return [];
        }

        // The first cell of a long gap may lie before the window that ends here; then one that ended earlier knows it best.
        int[] back = [.. due.Select(missing => (int)(step - missing)).Where(steps => steps < history.Count)];
        int looked = model.Reach + model.Future + back.DefaultIfEmpty().Max();
        looked = Math.Min(history.Count, looked);
        UnivariateMixture?[] values = GapFiller.Economical(model).Fill(history.Joined(model.Channels, looked), back, effects: effects.Before(model, start + interval, looked));
        List<FilledCell> filled = [];
        for (int i = 0; i < back.Length; i++)
        {
            if (values[i] is { } value)
            {
                filled.Add(new FilledCell(start - (back[i] * interval), value.Mean, value.StandardDeviation));
            }
        }

        return filled;
    }
}
