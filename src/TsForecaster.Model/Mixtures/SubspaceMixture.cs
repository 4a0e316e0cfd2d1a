using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// A Gaussian mixture in a dimension far above the number of windows it was fitted to: full covariances without a D×D matrix.
/// <para>
/// The windows less their mean window m span r &lt; N dimensions. Outside that span every window is zero, so EM's means stay in m + span,
/// and with ρ I added to each covariance Σ_k = B C_k Bᵀ + ρ (I − B Bᵀ), where B (D×r, orthonormal) spans the windows and C_k is the
/// covariance of their coordinates Bᵀ(x − m), ridge included. The part outside is the same for all components and cancels from
/// the responsibilities: EM on the coordinates with the ridge ρ is EM on the windows with the ridge ρ, iteration by iteration.
/// </para>
/// </summary>
public sealed class SubspaceMixture
{
    private readonly double[] _centre;
    private readonly double[][] _basis;

    private SubspaceMixture(double[] centre, double[][] basis, GaussianMixture coordinates, double residualVariance)
    {
        (_centre, _basis, Coordinates, ResidualVariance) = (centre, basis, coordinates, residualVariance);
    }

    /// <summary>D.</summary>
    public int Dimension => _centre.Length;

    /// <summary>r, the dimensions that the windows span around their mean.</summary>
    public int Rank => _basis.Length;

    /// <summary>The mixture of the coordinates, in dimension r.</summary>
    public GaussianMixture Coordinates { get; }

    /// <summary>ρ, the variance in every direction outside the span.</summary>
    public double ResidualVariance { get; }

    /// <summary>
    /// Fits the windows. Costs N²D operations once and 2·N·r²·K + K·r³ an iteration; memory for N·D + 2·K·r² numbers.
    /// </summary>
    /// <param name="options">
    /// Full covariances. The ridge is one number for all components: ρ = <see cref="FitOptions.AbsoluteRidge"/> +
    /// <see cref="FitOptions.Ridge"/> · mean variance of a dimension over all windows; it must be positive.
    /// </param>
    /// <returns>The mixture, or null with a report that says why, and the report of the fit in coordinates with log-likelihoods of the windows.</returns>
    /// <exception cref="ArgumentException">An option is out of range, the windows are all the same, or the ridge is zero.</exception>
    public static (SubspaceMixture? Mixture, FitReport Report) Fit(WindowSet windows, FitOptions options, CancellationToken cancellation = default)
    {
        if (options.Shape != CovarianceShape.Full || options.InitialMixture is not null || options.ShiftInvariant || options.HeldOutScore is not null)
        {
            throw new ArgumentException(
                "a subspace mixture has full covariances, not shift-invariant, starts from responsibilities or a seed, and ends with the last iterate", nameof(options));
        }

        if (windows.CompleteCount < windows.Count)
        {
            throw new ArgumentException($"{windows.Count - windows.CompleteCount} windows have missing values; a subspace mixture is fitted to complete ones", nameof(windows));
        }

        SpanBasis span = SpanBasis.Of(windows);
        double ridge = options.AbsoluteRidge + (options.Ridge * span.Variance / windows.Dimension);
        if (!(ridge > 0.0) || span.Vectors.Length == 0)
        {
            throw new ArgumentException($"the windows span {span.Vectors.Length} dimensions and the ridge is {ridge}; both must be positive", nameof(options));
        }

        WindowSet coordinates = WindowSet.FromRows(span.Coordinates, span.Vectors.Length);
        FitResult result = ExpectationMaximization.Fit(coordinates, options with { Ridge = 0.0, AbsoluteRidge = ridge }, cancellation);
        double outside = OutsideLogDensity(windows.Dimension - span.Vectors.Length, 0.0, ridge);
        FitReport report = result.Report with
        {
            Trace = [.. result.Report.Trace.Select(mean => mean + outside)],
            LogLikelihood = result.Report.LogLikelihood + (windows.Count * outside),
        };
        return (result.Mixture is null ? null : new SubspaceMixture(span.Centre, span.Vectors, result.Mixture, ridge), report);
    }

    /// <summary>log p(x), natural logarithm; x has length D.</summary>
    public double LogDensity(ReadOnlySpan<double> x)
    {
        double[] rest = new double[Dimension];
        VectorKernels.ScaledDifference(1.0, x, _centre, rest);
        double[] coordinates = new double[Rank];
        TakeOut(rest, coordinates);
        return Coordinates.LogDensity(coordinates) + OutsideLogDensity(Dimension - Rank, VectorKernels.Dot(rest, rest), ResidualVariance);
    }

    /// <summary>The mean of a component, length D.</summary>
    public double[] Mean(int component) => Place(Coordinates.Mean(component));

    /// <summary>Draws <paramref name="count"/> rows (count×D row-major) and the component each came from; the same seed gives the same rows.</summary>
    public (double[] Rows, int[] Components) Sample(int count, ulong seed)
    {
        (double[] coordinates, int[] components) = Coordinates.Sample(count, seed);

        // A stream of its own, so that the coordinates do not depend on D.
        SeededRandom random = new(~seed);
        double[] rows = new double[count * Dimension];
        double[] noise = new double[Dimension], inside = new double[Rank];
        for (int n = 0; n < count; n++)
        {
            Span<double> row = rows.AsSpan(n * Dimension, Dimension);
            Place(coordinates.AsSpan(n * Rank, Rank)).CopyTo(row);
            random.FillGaussian(noise);
            TakeOut(noise, inside);
            VectorKernels.AddScaled(Math.Sqrt(ResidualVariance), noise, row);
        }

        return (rows, components);
    }

    private static double OutsideLogDensity(int dimensions, double squares, double variance) =>
        -0.5 * ((dimensions * (StandardNormal.LogTwoPi + Math.Log(variance))) + (squares / variance));

    private double[] Place(ReadOnlySpan<double> coordinates)
    {
        double[] x = (double[])_centre.Clone();
        for (int i = 0; i < coordinates.Length; i++)
        {
            VectorKernels.AddScaled(coordinates[i], _basis[i], x);
        }

        return x;
    }

    /// <summary>Coordinates of a vector; what lies outside the span is left of it.</summary>
    private void TakeOut(double[] vector, double[] coordinates)
    {
        for (int i = 0; i < _basis.Length; i++)
        {
            coordinates[i] = VectorKernels.Dot(_basis[i], vector);
            VectorKernels.AddScaled(-coordinates[i], _basis[i], vector);
        }
    }
}
