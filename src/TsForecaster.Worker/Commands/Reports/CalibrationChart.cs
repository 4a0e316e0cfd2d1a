using System.Globalization;
using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>Whether the forecasts' probabilities are what they say.</summary>
internal static class CalibrationChart
{
    private const int Bins = 20;

    private static readonly double[] Levels = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

    /// <summary>The histogram of probability integral transforms, one bar as high as all others when they are uniform.</summary>
    public static string Pit(PitHistogram pits)
    {
        double[] heights = [.. pits.Bins(Bins).Select(count => (double)count * Bins / pits.Count)];
        Plot plot = new(
            "Histogram of probability integral transforms",
            new Axis(0.0, 1.0),
            Axis.Around([.. heights, 1.5], fromZero: true),
            "probability that the forecast gave to values below what came",
            "relative to uniform",
            [("bar", "forecasts"), ("line nominal dashed", "calibrated")]);
        for (int i = 0; i < Bins; i++)
        {
            string tip = string.Create(CultureInfo.InvariantCulture, $"{(double)i / Bins:0.##} to {(i + 1.0) / Bins:0.##}: {100.0 * heights[i] / Bins:0.0} % of values, {100.0 / Bins:0.#} % expected");
            plot.Bar("bar", (double)i / Bins, (i + 1.0) / Bins, heights[i], tip);
        }

        plot.Level("line nominal dashed", 1.0);
        return plot.ToString();
    }

    /// <summary>The share of values within central intervals of every nominal level; on the diagonal when calibrated.</summary>
    public static string Coverage(PitHistogram pits)
    {
        Axis percent = new(0.0, 1.0) { Unit = ("", " %"), Worth = 0.01 };
        Plot plot = new(
            "Coverage of central intervals by nominal level",
            percent,
            percent,
            "nominal level of the interval",
            "values within it",
            [("line model", "forecasts"), ("line nominal dashed", "calibrated")]);
        plot.Curve("line nominal dashed", [(0.0, 0.0), (1.0, 1.0)]);
        plot.Curve("line model", [(0.0, 0.0), .. Levels.Select(level => (level, pits.CentralCoverage(level) ?? double.NaN)), (1.0, 1.0)]);
        foreach (double level in Levels)
        {
            double share = pits.CentralCoverage(level) ?? double.NaN;
            plot.Dot("dot model", level, share, string.Create(CultureInfo.InvariantCulture, $"{100.0 * share:0.0} % of values within the {100.0 * level:0.#} % interval"));
        }

        return plot.ToString();
    }
}
