using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// S = LLᵀ of one component's future window, in normalised units: its diagonal at once, L when joint draws or covariances ask for it. Immutable.
/// </summary>
internal sealed class FutureCovariance
{
    private readonly Lazy<ReadOnlyMemory<double>> _factor;
    private readonly int _stride;

    /// <param name="factor">L, row-major; not copied.</param>
    /// <param name="size">F·C.</param>
    /// <param name="stride">Numbers from one row of L to the next.</param>
    public FutureCovariance(ReadOnlyMemory<double> factor, int size, int stride)
    {
        (_factor, _stride) = (new Lazy<ReadOnlyMemory<double>>(factor), stride);
        Deviations = new double[size];
        for (int i = 0; i < size; i++)
        {
            Deviations[i] = Math.Sqrt(VectorKernels.Dot(FactorRow(i), FactorRow(i)));
        }
    }

    /// <param name="deviations">√diag S; taken over.</param>
    /// <param name="factor">Makes L, of as many rows and columns, row-major; called at most once.</param>
    public FutureCovariance(double[] deviations, Func<double[]> factor) =>
        (Deviations, _stride, _factor) = (deviations, deviations.Length, new Lazy<ReadOnlyMemory<double>>(() => factor()));

    /// <summary>√diag S, F·C numbers.</summary>
    public double[] Deviations { get; }

    /// <summary>The first i + 1 numbers of row i of L.</summary>
    public ReadOnlySpan<double> FactorRow(int i) => _factor.Value.Span.Slice(i * _stride, i + 1);
}
