using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A mixture with full or tied covariances made ready for E-steps: factors are inverted once (K·D³/3 operations, K·D²/2 numbers) and
/// serve any number of window sets, on several threads at a time.
/// </summary>
internal sealed class WhitenedMixture
{
    private readonly GaussianMixture _mixture;
    private readonly PanelLayout _layout;
    private readonly WhitenedComponent[] _components;

    public WhitenedMixture(GaussianMixture mixture)
    {
        _mixture = mixture;
        _layout = PanelLayout.Natural(mixture.Dimension);
        _components = new WhitenedComponent[mixture.Components];
        InverseFactor factor = new(mixture.Dimension);
        for (int k = 0; k < _components.Length; k++)
        {
            factor.TakeFactor(mixture.CholeskyFactor(k));
            factor.Invert();
            _components[k] = new WhitenedComponent(_layout);
            _components[k].Set(mixture.Weights[k], mixture.Mean(k), factor);
        }
    }

    /// <summary>One E-step, filling what is given: responsibilities (K arrays of N) and log p(x_n) (N). Returns Σ_n log p(x_n).</summary>
    /// <param name="precisions">Of these components for an M-step to come; null when there is none.</param>
    public double Expect(WindowRows rows, ForkJoin threads, IReadOnlyList<double[]>? responsibilities, double[]? logDensities, ComponentPrecisions? precisions = null)
    {
        double[] mean = new double[_mixture.Dimension];
        WhitenedComponent[] components = new WhitenedComponent[_components.Length];
        for (int k = 0; k < components.Length; k++)
        {
            VectorKernels.ScaledDifference(1.0, _mixture.Mean(k), rows.Origin.AsSpan(0, mean.Length), mean);
            components[k] = _components[k].WithMean(mean);
        }

        precisions ??= ComponentPrecisions.For(rows, components.Length, threads);
        return new FullExpectation(rows, _layout, components.Length, threads, precisions).Run(components, responsibilities, logDensities);
    }
}
