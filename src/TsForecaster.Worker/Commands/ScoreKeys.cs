using TsForecaster.Model.Evaluation;

namespace TsForecaster.Worker.Commands;

/// <summary>The scores by the names that reports give them, in their order; the names are a contract.</summary>
internal static class ScoreKeys
{
    public static IReadOnlyList<(string Key, Func<Scores, double?> Of)> All { get; } =
    [
        ("mse", scores => scores.Mse),
        ("mae", scores => scores.Mae),
        ("rmse", scores => scores.Rmse),
        ("smape", scores => scores.Smape),
        ("mase", scores => scores.Mase),
        ("crps", scores => scores.Crps),
        ("wql", scores => scores.Wql),
        ("msis", scores => scores.Msis),
        ("coverage80", scores => scores.Coverage80),
        ("coverage95", scores => scores.Coverage95),
    ];

    /// <summary>What a method of comparison is called in a sentence.</summary>
    public static string Title(string method) => method == "holt_winters" ? "Holt-Winters" : method.Replace('_', ' ');

    /// <summary>A score for a reader.</summary>
    public static string Text(string key, double? score) =>
        key.StartsWith("coverage", StringComparison.Ordinal) ? Tables.Percent(score) : Tables.Number(score, "G4");
}
