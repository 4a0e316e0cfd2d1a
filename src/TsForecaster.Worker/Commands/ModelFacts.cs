using System.Globalization;
using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;

namespace TsForecaster.Worker.Commands;

/// <summary>What there is to say about a model: one list for the table of <c>fit</c> and <c>inspect</c> and for the latter's JSON.</summary>
internal static class ModelFacts
{
    /// <summary>Key of the JSON form, and the value: text, number or list.</summary>
    public static IReadOnlyList<(string Key, object? Value)> Of(ForecastModel model) =>
    [
        ("id", model.Id),
        ("future", model.Future),
        ("channels", model.Channels),
        ("reach", model.Reach),
        .. model.Covariates is { } effects ? [("covariates", $"{effects.Count}: {CovariateSource.Of(model)}")] : Array.Empty<(string, object?)>(),
        .. model.Spread.IsEmpty ? Array.Empty<(string, object?)>() : [("spread", model.Spread.ToArray())],
        .. model.Members.Count == 1 ? Of(model.Members[0]) : [("member_weights", model.Weights.ToArray())],
    ];

    /// <summary>The same of one member.</summary>
    public static IReadOnlyList<(string Key, object? Value)> Of(WindowModel model)
    {
        GaussianMixture mixture = model.Mixture;
        FitReport report = model.Report;
        return
        [
            ("past", model.Shape.Past),
            ("lags", Ranges(model.Shape.Lags)),
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

    /// <summary>The facts as lines of a table; of several members one line each, whose own facts stay out.</summary>
    public static IEnumerable<(string Name, string Value)> Readable(ForecastModel model) =>
        model.Members.Count == 1
            ? Readable(Of(model))
            : Readable(Of(model).Where(fact => fact.Key != "member_weights"))
                .Append(("members", $"{model.Members.Count}, by their weight in the forecast"))
                .Concat(Enumerable.Range(0, model.Members.Count).OrderByDescending(i => model.Weights[i]).Select(i => ($"member {i + 1}", Summary(model.Weights[i], model.Members[i]))));

    /// <summary>The same of one member.</summary>
    public static IEnumerable<(string Name, string Value)> Readable(WindowModel member) => Readable(Of(member));

    private static IEnumerable<(string Name, string Value)> Readable(IEnumerable<(string Key, object? Value)> facts) =>
        facts.Select(fact => (fact.Key.Replace('_', ' '), Text(fact.Value)));

    private static string Summary(double weight, WindowModel member)
    {
        int components = member.Mixture.Components;
        string scaling = member.Normalisation.Scaling == Scaling.None ? "" : $", scaling {Text(member.Normalisation.Scaling)}";
        string shape = member.Mixture.Shape == CovarianceShape.Full ? "" : $"{Text(member.Mixture.Shape)} ";
        return $"{Tables.Percent(weight),7}  lags {Ranges(member.Shape.Lags)}; {components} {shape}component{(components == 1 ? "" : "s")}; centring {Text(member.Normalisation.Centring)}{scaling}; {member.Report.Windows} windows";
    }

    /// <summary>Runs of lags, such as "336-289, 48-1".</summary>
    private static string Ranges(IReadOnlyList<int> lags)
    {
        List<string> ranges = [];
        for (int i = 0, first = 0; i < lags.Count; i++)
        {
            if (i + 1 == lags.Count || lags[i + 1] != lags[i] - 1)
            {
                ranges.Add(first == i ? $"{lags[i]}" : $"{lags[first]}-{lags[i]}");
                first = i + 1;
            }
        }

        return string.Join(", ", ranges);
    }

    private static string Text(object? value) => value switch
    {
        double number => Tables.Number(number, "G10"),
        Enum name => name.ToString().ToLowerInvariant(),
        double[] numbers => string.Join("  ", numbers.Select(number => Tables.Number(number, "F4"))),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "–",
    };
}
