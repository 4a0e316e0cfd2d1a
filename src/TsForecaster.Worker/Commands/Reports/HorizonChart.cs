using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>A score by steps ahead: a line for the model and one for each method that it is compared with.</summary>
internal static class HorizonChart
{
    /// <param name="result">Of the model.</param>
    /// <param name="baselines">Beside it. Those far above the two best are cut off, so that the others can be told apart.</param>
    /// <param name="of">The score; smaller is better.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="unit">Of the score.</param>
    public static string Error(BacktestResult result, IReadOnlyList<BaselineScores> baselines, Func<Scores, double?> of, string name, string unit)
    {
        double[] model = Line(result.PerHorizon, of);
        (BaselineScores Method, double[] Line)[] rivals = [.. baselines.Select(baseline => (baseline, Line(baseline.PerHorizon, of)))];
        IEnumerable<double> inView = rivals.OrderBy(rival => of(rival.Method.Overall) ?? double.MaxValue).Take(2).SelectMany(rival => rival.Line);
        Axis y = Axis.Around([.. model, .. inView], fromZero: true);
        Plot plot = new(
            $"{name} by steps ahead",
            Steps(model.Length),
            y,
            "steps ahead",
            unit,
            [("line model", "model"), .. rivals.Select(rival => ($"line {rival.Method.Name}", Title(rival.Method.Name, rival.Line, y)))]);
        plot.Inside(() =>
        {
            foreach ((BaselineScores method, double[] line) in rivals)
            {
                plot.Curve($"line {method.Name}", Points(line));
            }

            plot.Curve("line model", Points(model));
        });
        return plot.ToString();
    }

    /// <summary>The share of values within the central 80 and 95 % by steps ahead, beside what it should be.</summary>
    public static string Coverage(BacktestResult result)
    {
        (double Level, string Style, double[] Line)[] levels =
        [
            (0.8, "line model", Line(result.PerHorizon, scores => scores.Coverage80)),
            (0.95, "line model faint", Line(result.PerHorizon, scores => scores.Coverage95)),
        ];
        double least = Math.Min(0.6, levels.SelectMany(level => level.Line).Where(double.IsFinite).DefaultIfEmpty(1.0).Min() - 0.02);
        Plot plot = new(
            "Coverage of the 80 and 95 % intervals by steps ahead",
            Steps(result.PerHorizon.Count),
            new Axis(least, 1.0) { Unit = ("", " %"), Worth = 0.01 },
            "steps ahead",
            "values within the interval",
            [("line model", "80 % interval"), ("line model faint", "95 % interval"), ("line nominal dashed", "nominal")]);
        plot.Inside(() =>
        {
            foreach ((double level, string style, double[] line) in levels)
            {
                plot.Level("line nominal dashed", level);
                plot.Curve(style, Points(line));
            }
        });
        return plot.ToString();
    }

    private static string Title(string method, double[] line, Axis y) =>
        line.All(value => !(value < y.Max)) ? $"{ScoreKeys.Title(method)} (above)" : ScoreKeys.Title(method);

    private static Axis Steps(int steps) => new(1.0, steps, 8, whole: true);

    private static double[] Line(IReadOnlyList<Scores> perHorizon, Func<Scores, double?> of) => [.. perHorizon.Select(scores => of(scores) ?? double.NaN)];

    private static IEnumerable<(double X, double Y)> Points(double[] line) => line.Select((value, i) => (i + 1.0, value));
}
