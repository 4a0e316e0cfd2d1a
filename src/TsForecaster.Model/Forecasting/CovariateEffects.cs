using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// What covariates that are known ahead (calendar, holidays, another forecast) move a series by: y_t = x_tᵀβ + u_t, in transformed units. Windows are cut from
/// u; a forecast of u moves by x_{t+h}ᵀβ. Given the covariates, past and future together stay a Gaussian mixture. Immutable.
/// </summary>
public sealed class CovariateEffects
{
    private readonly double[] _effects;

    /// <param name="effects">β, one number a covariate, finite; at least one.</param>
    /// <param name="source">What the covariates are, in words of the caller's; kept with the model.</param>
    /// <exception cref="ArgumentException">It is not so.</exception>
    public CovariateEffects(IReadOnlyList<double> effects, string source = "")
    {
        if (effects.Count == 0 || !effects.All(double.IsFinite))
        {
            throw new ArgumentException($"there is a finite effect for each covariate, of which there is one at least; they are {string.Join(", ", effects)}", nameof(effects));
        }

        (_effects, Source) = ([.. effects], source);
    }

    /// <summary>q.</summary>
    public int Count => _effects.Length;

    /// <summary>β.</summary>
    public ReadOnlySpan<double> Effects => _effects;

    /// <summary>What the covariates are, as the model's maker said.</summary>
    public string Source { get; }

    /// <summary>x_tᵀβ of one step; NaN where a covariate is not known.</summary>
    /// <param name="covariates">q numbers.</param>
    public double Of(ReadOnlySpan<double> covariates) => VectorKernels.Dot(_effects, covariates);

    /// <summary>x_tᵀβ of every step.</summary>
    /// <param name="covariates">T×q row-major.</param>
    /// <returns>T numbers, NaN where a covariate is not known.</returns>
    public double[] Along(ReadOnlySpan<double> covariates)
    {
        double[] effects = new double[covariates.Length / Count];
        for (int t = 0; t < effects.Length; t++)
        {
            effects[t] = Of(covariates.Slice(t * Count, Count));
        }

        return effects;
    }
}
