using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// What covariates that are known ahead (calendar, holidays, another forecast) move a series by: y_t = x_tᵀβ + u_t, in transformed units. Windows are cut from
/// u; a forecast of u moves by x_{t+h}ᵀβ. Given the covariates, past and future together stay a Gaussian mixture. Immutable.
/// </summary>
public sealed class CovariateEffects
{
    private readonly double[] _coefficients;

    /// <param name="coefficients">β, one number a covariate, finite; at least one.</param>
    /// <param name="source">What the covariates are, in words of the caller's; kept with the model.</param>
    /// <exception cref="ArgumentException">It is not so.</exception>
    public CovariateEffects(IReadOnlyList<double> coefficients, string source = "")
    {
        if (coefficients.Count == 0 || !coefficients.All(double.IsFinite))
        {
            throw new ArgumentException($"there is a finite coefficient for each covariate, of which there is one at least; they are {string.Join(", ", coefficients)}", nameof(coefficients));
        }

        (_coefficients, Source) = ([.. coefficients], source);
    }

    /// <summary>q.</summary>
    public int Count => _coefficients.Length;

    /// <summary>β.</summary>
    public ReadOnlySpan<double> Coefficients => _coefficients;

    /// <summary>What the covariates are, as the model's maker said.</summary>
    public string Source { get; }

    /// <summary>x_tᵀβ of one step; NaN where a covariate is not known.</summary>
    /// <param name="covariates">q numbers.</param>
    public double Of(ReadOnlySpan<double> covariates) => VectorKernels.Dot(_coefficients, covariates);

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

    /// <summary>Takes effects off values: u_t = y_t − x_tᵀβ.</summary>
    /// <param name="values">T transformed values, NaN where missing.</param>
    /// <param name="effects">T numbers of <see cref="Along"/>.</param>
    /// <param name="destination">Receives T numbers; may be <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException">There are not as many effects as values.</exception>
    public static void TakeOff(ReadOnlySpan<double> values, ReadOnlySpan<double> effects, Span<double> destination)
    {
        if (effects.Length != values.Length)
        {
            throw new ArgumentException($"covariates move each of {values.Length} steps; there are {effects.Length} effects", nameof(effects));
        }

        VectorKernels.ScaledDifference(1.0, values, effects, destination);
    }
}
