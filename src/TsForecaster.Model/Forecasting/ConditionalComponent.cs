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
    private readonly double[]? _reducedFactor;
    private readonly double[] _observedMean;
    private readonly double[] _targetMean;

    /// <summary>Splits component <paramref name="index"/> after its first <paramref name="observed"/> numbers.</summary>
    public ConditionalComponent(GaussianMixture mixture, int index, int observed)
        : this(mixture, index, mixture.Mean(index)[..observed].ToArray(), mixture.Mean(index)[observed..].ToArray(), null)
    {
    }

    /// <summary>The same with another covariance.</summary>
    /// <param name="factor">Its factor, D×D row-major; not copied.</param>
    public ConditionalComponent(GaussianMixture mixture, int index, int observed, double[] factor)
        : this(mixture, index, mixture.Mean(index)[..observed].ToArray(), mixture.Mean(index)[observed..].ToArray(), factor)
    {
    }

    private ConditionalComponent(GaussianMixture mixture, int index, double[] observedMean, double[] targetMean, double[]? reducedFactor)
    {
        (_mixture, _index, _observedMean, _targetMean, _reducedFactor) = (mixture, index, observedMean, targetMean, reducedFactor);
        int observed = observedMean.Length;
        LogPrior = Math.Log(mixture.Weights[index]);
        LogConstant = LogPrior - (0.5 * observed * StandardNormal.LogTwoPi);
        for (int i = 0; i < observed; i++)
        {
            LogConstant -= Math.Log(Row(i)[i]);
        }

        Deviations = new double[targetMean.Length];
        for (int i = 0; i < Deviations.Length; i++)
        {
            ReadOnlySpan<double> row = TargetRow(i);
            Deviations[i] = Math.Sqrt(VectorKernels.Dot(row, row));
        }
    }

    /// <summary>log π.</summary>
    public double LogPrior { get; }

    /// <summary>log(π N(x; μ_O, Σ_OO)) at x = μ_O.</summary>
    public double LogConstant { get; }

    /// <summary>μ_O.</summary>
    public ReadOnlySpan<double> ObservedMean => _observedMean;

    /// <summary>μ_T.</summary>
    public ReadOnlySpan<double> TargetMean => _targetMean;

    /// <summary>√diag S, length t: the same for every query.</summary>
    public double[] Deviations { get; }

    /// <summary>The same component with the observed numbers at these positions (ascending) marginalised out.</summary>
    public ConditionalComponent Without(ReadOnlySpan<int> positions)
    {
        double[] factor = FactorRowDeletion.Delete(Factor, _observedMean.Length + _targetMean.Length, positions);
        double[] mean = new double[_observedMean.Length - positions.Length];
        for (int i = 0, kept = 0, next = 0; i < _observedMean.Length; i++)
        {
            if (next < positions.Length && positions[next] == i)
            {
                next++;
            }
            else
            {
                mean[kept++] = _observedMean[i];
            }
        }

        return new ConditionalComponent(_mixture, _index, mean, _targetMean, factor);
    }

    /// <summary>Writes x − μ_O.</summary>
    public void Offset(ReadOnlySpan<double> observed, Span<double> destination)
    {
        for (int i = 0; i < _observedMean.Length; i++)
        {
            destination[i] = observed[i] - _observedMean[i];
        }
    }

    /// <summary>log(π N(x; μ_O, Σ_OO)), leaving z in <paramref name="whitened"/>; −∞ where it overflows.</summary>
    public double LogWeight(ReadOnlySpan<double> offset, Span<double> whitened)
    {
        double value = LogConstant;
        for (int i = 0; i < _observedMean.Length; i++)
        {
            ReadOnlySpan<double> row = Row(i);
            double z = (offset[i] - VectorKernels.Dot(row[..i], whitened[..i])) / row[i];
            whitened[i] = z;
            value -= 0.5 * z * z;
        }

        return double.IsNaN(value) ? double.NegativeInfinity : value;
    }

    /// <summary>Writes m, from z.</summary>
    public void ConditionalMean(ReadOnlySpan<double> whitened, Span<double> destination)
    {
        int observed = _observedMean.Length;
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = _targetMean[i] + VectorKernels.Dot(Row(observed + i)[..observed], whitened[..observed]);
        }
    }

    /// <summary>The first i + 1 numbers of row i of L_TT.</summary>
    public ReadOnlySpan<double> TargetRow(int i) => Row(_observedMean.Length + i).Slice(_observedMean.Length, i + 1);

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
        Row(_observedMean.Length + i)[.._observedMean.Length].CopyTo(destination);
        SolveFromLeft(destination);
    }

    private ReadOnlySpan<double> Factor => _reducedFactor is null ? _mixture.CholeskyFactor(_index) : _reducedFactor;

    private ReadOnlySpan<double> Row(int i)
    {
        int size = _observedMean.Length + _targetMean.Length;
        return Factor.Slice(i * size, size);
    }

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
