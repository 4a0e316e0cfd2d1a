using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// One component of a mixture, split into o observed numbers followed by t target numbers. With Σ = LLᵀ split the same way,
///
///     L = | L_OO      |     z = L_OO⁻¹(x − μ_O)            log N(x; μ_O, Σ_OO) = −½‖z‖² − Σ log L_ii − o·log √2π
///         | L_TO L_TT |     m = μ_T + L_TO z               the same as μ_T + Σ_TO Σ_OO⁻¹ (x − μ_O)
///                           S = L_TT L_TTᵀ                 the same as Σ_TT − Σ_TO Σ_OO⁻¹ Σ_OT
///
/// so that the mixture's own factor is all that conditioning needs: nothing is factorised or inverted again.
/// </summary>
internal sealed class ConditionalComponent
{
    private readonly GaussianMixture _mixture;
    private readonly int _index;
    private readonly int _observed;

    /// <summary>Splits component <paramref name="index"/> after its first <paramref name="observed"/> numbers.</summary>
    public ConditionalComponent(GaussianMixture mixture, int index, int observed)
    {
        (_mixture, _index, _observed) = (mixture, index, observed);
        LogPrior = Math.Log(mixture.Weights[index]);
        LogConstant = LogPrior - (0.5 * observed * StandardNormal.LogTwoPi);
        for (int i = 0; i < observed; i++)
        {
            LogConstant -= Math.Log(Row(i)[i]);
        }

        int size = mixture.Dimension;
        Future = new FutureCovariance(mixture.Matrices(index).Factor.AsMemory((observed * size) + observed), size - observed, size);
    }

    /// <summary>log π.</summary>
    public double LogPrior { get; }

    /// <summary>log(π N(x; μ_O, Σ_OO)) at x = μ_O.</summary>
    public double LogConstant { get; }

    /// <summary>μ_O.</summary>
    public ReadOnlySpan<double> ObservedMean => _mixture.Mean(_index)[.._observed];

    /// <summary>μ_T.</summary>
    public ReadOnlySpan<double> TargetMean => _mixture.Mean(_index)[_observed..];

    /// <summary>Σ, (o + t)×(o + t) row-major.</summary>
    public ReadOnlySpan<double> Covariance => _mixture.Covariance(_index);

    /// <summary>S: the same for every query.</summary>
    public FutureCovariance Future { get; }

    /// <summary>A copy of L_OO, o×o row-major.</summary>
    public double[] ObservedFactor()
    {
        double[] factor = new double[_observed * _observed];
        for (int i = 0; i < _observed; i++)
        {
            Row(i)[..(i + 1)].CopyTo(factor.AsSpan(i * _observed));
        }

        return factor;
    }

    /// <summary>Writes row i of L_OO⁻¹, o numbers.</summary>
    public void InverseRow(int i, Span<double> destination)
    {
        destination.Clear();
        destination[i] = 1.0;
        SolveFromLeft(destination[..(i + 1)]);
    }

    /// <summary>Writes row i of the gain Σ_TO Σ_OO⁻¹ = L_TO L_OO⁻¹, o numbers.</summary>
    public void GainRow(int i, Span<double> destination)
    {
        Row(_observed + i)[.._observed].CopyTo(destination);
        SolveFromLeft(destination);
    }

    private ReadOnlySpan<double> Row(int i) => _mixture.CholeskyFactor(_index).Slice(i * _mixture.Dimension, _mixture.Dimension);

    /// <summary>Solves g L_OO = g in place, last entry first.</summary>
    private void SolveFromLeft(Span<double> g)
    {
        for (int j = g.Length - 1; j >= 0; j--)
        {
            ReadOnlySpan<double> row = Row(j);
            g[j] /= row[j];
            VectorKernels.AddScaled(-g[j], row[..j], g[..j]);
        }
    }
}
