using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A component as series are judged by it. Of a series with N windows, mean x̄ and scatter C,
/// Σ_n log N(x_n; μ, Σ) = −½ (N (D ln 2π + ln det Σ) + tr(Σ⁻¹ C) + N |W(x̄ − μ)|²), W = L⁻¹ and Σ = L Lᵀ. The trace is a dot product with
/// the precision, made once for all series, where the factor alone would cost D³ a series.
/// </summary>
internal sealed unsafe class SeriesComponent
{
    // Σ⁻¹ with what lies below the diagonal counted twice, as the trace of a product of symmetric matrices does.
    private readonly double[] _precision;
    private readonly double[] _inverse;
    private readonly int _width;
    private readonly double _logScale;

    /// <summary>Takes the arrays over.</summary>
    /// <param name="weight">π.</param>
    /// <param name="mean">μ.</param>
    /// <param name="covariance">Σ, D×D.</param>
    /// <param name="factor">Of Σ, inverted.</param>
    public SeriesComponent(double weight, double[] mean, double[] covariance, InverseFactor factor)
    {
        (Weight, Mean, Covariance, _width) = (weight, mean, covariance, factor.Width);
        _inverse = factor.Inverse.ToArray();
        _logScale = -0.5 * ((mean.Length * StandardNormal.LogTwoPi) + factor.LogDeterminant);
        double[] products = new double[_width * _width];
        fixed (double* w = _inverse, p = products)
        {
            OuterProductKernel.AddGram(w, mean.Length, _width, p);
        }

        _precision = new double[PackedTriangle.Size(mean.Length)];
        for (int i = 0, at = 0; i < mean.Length; i++)
        {
            for (int j = 0; j <= i; j++, at++)
            {
                _precision[at] = (i == j ? 1.0 : 2.0) * products[(i * _width) + j];
            }
        }
    }

    public double Weight { get; }

    public double[] Mean { get; }

    public double[] Covariance { get; }

    /// <summary>A component of a fitted mixture.</summary>
    public static SeriesComponent Of(GaussianMixture mixture, int component)
    {
        InverseFactor factor = new(mixture.Dimension);
        factor.TakeFactor(mixture.CholeskyFactor(component));
        factor.Invert();
        return new SeriesComponent(mixture.Weights[component], mixture.Mean(component).ToArray(), mixture.Matrices(component).Covariance, factor);
    }

    /// <summary>Σ_n log N(x_n; μ, Σ).</summary>
    public double LogLikelihood(SeriesMoments series)
    {
        Span<double> offset = series.Dimension <= 512 ? stackalloc double[512] : new double[series.Dimension];
        offset = offset[..series.Dimension];
        VectorKernels.ScaledDifference(1.0, series.Mean, Mean, offset);
        double distance = SquaredNorm(offset);
        return (series.Count * (_logScale - (0.5 * distance))) - (0.5 * VectorKernels.Dot(_precision, series.Scatter));
    }

    /// <summary>log N of the first numbers of a window, the others unknown: the factor's leading block is that of their covariance.</summary>
    public double LogDensityOfLeading(ReadOnlySpan<double> x)
    {
        Span<double> offset = x.Length <= 512 ? stackalloc double[512] : new double[x.Length];
        offset = offset[..x.Length];
        VectorKernels.ScaledDifference(1.0, x, Mean.AsSpan(0, x.Length), offset);
        double log = -0.5 * ((x.Length * StandardNormal.LogTwoPi) + SquaredNorm(offset));
        for (int i = 0; i < x.Length; i++)
        {
            log += Math.Log(_inverse[(i * _width) + i]);
        }

        return log;
    }

    /// <summary>|W v|² over the leading numbers of v.</summary>
    private double SquaredNorm(ReadOnlySpan<double> v)
    {
        double sum = 0.0;
        for (int i = 0; i < v.Length; i++)
        {
            double z = VectorKernels.Dot(_inverse.AsSpan(i * _width, i + 1), v[..(i + 1)]);
            sum += z * z;
        }

        return sum;
    }
}
