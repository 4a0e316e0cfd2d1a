using TsForecaster.Model.Evaluation;
using TsForecaster.Model.Forecasting;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>A forecast as a fan of central intervals, with what was before it, what came, and the seasonal naive.</summary>
internal static class FanChart
{
    private const int LeastHistory = 12;

    private static readonly (double Level, string Style)[] Intervals = [(0.95, "fan-95"), (0.8, "fan-80"), (0.5, "fan-50")];

    /// <param name="scored">What is drawn.</param>
    /// <param name="season">m of the seasonal naive.</param>
    /// <param name="unit">What the values are.</param>
    public static string Draw(ScoredForecast scored, int season, string unit)
    {
        ReadOnlySpan<double> history = scored.History.Span, actuals = scored.Actuals.Span;
        int steps = actuals.Length;
        int before = Math.Min(history.Length, Math.Max(steps, LeastHistory));

        // The last observed value is step 0, where the fan opens.
        List<(double X, double Y)> observed = [];
        for (int i = history.Length - before; i < history.Length; i++)
        {
            observed.Add((i - history.Length + 1, history[i]));
        }

        List<(double X, double Y)> came = observed.Count > 0 ? [observed[^1]] : [];
        List<(double X, double Y)> naive = [], mean = [];
        List<List<(double X, double Lower, double Upper)>> bands = [.. Intervals.Select(_ => new List<(double, double, double)>())];
        for (int step = 1; step <= steps; step++)
        {
            UnivariateMixture value = scored.Forecast.Marginal(step, scored.Channel);
            came.Add((step, actuals[step - 1]));
            naive.Add((step, SeasonalNaive.Forecast(history, season, step)));
            mean.Add((step, value.Mean));
            for (int i = 0; i < Intervals.Length; i++)
            {
                double tail = 0.5 * (1.0 - Intervals[i].Level);
                bands[i].Add((step, value.Quantile(tail), value.Quantile(1.0 - tail)));
            }
        }

        Axis y = Axis.Around([.. observed.Select(point => point.Y), .. came.Select(point => point.Y), .. mean.Select(point => point.Y), .. bands[0].SelectMany(end => new[] { end.Lower, end.Upper })]);
        Plot plot = new(
            $"Forecast of {scored.Series} from row {scored.Origin}: {steps} steps with intervals, beside what came",
            new Axis(Math.Min(0, 1 - before), steps == 1 ? 2 : steps, 8, whole: true),
            y,
            "steps from the origin",
            unit,
            [("line observed", "observed"), ("line model", "mean"), ("fan-50", "50 %"), ("fan-80", "80 %"), ("fan-95", "95 %"), ("line seasonal_naive dashed", "seasonal naive")]);
        plot.Inside(() =>
        {
            for (int i = 0; i < Intervals.Length; i++)
            {
                plot.Band(Intervals[i].Style, Wide(bands[i]));
            }

            plot.Upright("now", 0.0);
            plot.Curve("line seasonal_naive dashed", naive);
            plot.Curve("line model", mean);
            plot.Curve("line observed", observed);
            plot.Curve("line observed", came);
            if (steps == 1)
            {
                plot.Dot("dot model", 1, mean[0].Y);
                plot.Dot("dot observed", 1, came[^1].Y);
            }
        });
        return plot.ToString();
    }

    /// <summary>A single step has a width too.</summary>
    private static IReadOnlyList<(double X, double Lower, double Upper)> Wide(IReadOnlyList<(double X, double Lower, double Upper)> ends) =>
        ends.Count > 1 ? ends : [ends[0] with { X = 0.8 }, ends[0] with { X = 1.2 }];
}
