using TsForecaster.Model.Forecasting;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Evaluation.Selection;

/// <summary>A series less the effects of its covariates, as they are found in the rows before those held out.</summary>
/// <param name="Regression">By which they were found.</param>
/// <param name="Left">What is left of the series, in its own units.</param>
/// <param name="Units">What a unit of <paramref name="Left"/> is worth at each row: of logarithms, e to the effect; none where all are worth one.</param>
internal sealed record TakenOff(CovariateRegression Regression, double[] Left, double[] Units)
{
    /// <summary>Null where no effect is found.</summary>
    /// <param name="held">Rows held out, the last ones.</param>
    public static TakenOff? Of(CovariateRegression regression, ReadOnlyMemory<double> series, ReadOnlyMemory<double> covariates, int held, ValueTransform transform)
    {
        double[] values = new double[series.Length];
        transform.Apply(series.Span, values);
        int rows = values.Length - held;
        CovariateEffects effects = regression.Fit(values.AsSpan(0, rows), covariates.Span[..(rows * regression.Count)]);
        if (!effects.Coefficients.ContainsAnyExcept(0.0))
        {
            return null;
        }

        double[] along = effects.Along(covariates.Span);
        CovariateEffects.TakeOff(values, along, values);
        return transform == ValueTransform.Log
            ? new TakenOff(regression, Array.ConvertAll(values, Math.Exp), Array.ConvertAll(along, Math.Exp))
            : new TakenOff(regression, values, []);
    }
}
