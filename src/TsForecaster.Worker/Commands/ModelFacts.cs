using System.Globalization;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;

namespace TsForecaster.Worker.Commands;

/// <summary>What there is to say about a model: one list for the table of <c>fit</c> and <c>inspect</c> and for the latter's JSON.</summary>
internal static class ModelFacts
{
    /// <summary>Key of the JSON form, and the value: text, number or list.</summary>
    public static IReadOnlyList<(string Key, object? Value)> Of(ForecastModel model)
    {
        GaussianMixture mixture = model.Mixture;
        FitReport report = model.Report;
        return
        [
            ("id", model.Id),
            ("past", model.Shape.Past),
            ("future", model.Shape.Future),
            ("channels", model.Shape.Channels),
            ("centring", model.Normalisation.Centring.ToString().ToLowerInvariant()),
            ("scaling", model.Normalisation.Scaling.ToString().ToLowerInvariant()),
            ("covariance", mixture.Shape.ToString().ToLowerInvariant()),
            ("components", mixture.Components),
            ("weights", mixture.Weights.ToArray()),
            ("free_parameters", report.FreeParameters),
            ("windows", report.Windows),
            ("log_likelihood", report.LogLikelihood),
            ("aic", report.Aic),
            ("bic", report.Bic),
            ("iterations", report.Iterations),
            ("stop", report.Stop.ToString().ToLowerInvariant()),
            ("reseeded", report.Reseeded),
            ("dropped", report.Dropped),
            ("ridge_escalations", report.RidgeEscalations),
        ];
    }

    public static IEnumerable<(string Name, string Value)> Readable(ForecastModel model) =>
        Of(model).Select(fact => (fact.Key.Replace('_', ' '), Text(fact.Value)));

    private static string Text(object? value) => value switch
    {
        double number => Tables.Number(number, "G10"),
        double[] numbers => string.Join("  ", numbers.Select(number => Tables.Number(number, "F4"))),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "–",
    };
}
