using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The CRPS of a Gaussian mixture, Σ_i w_i A(y − m_i, s_i²) − Σ_i w_i (½ w_i A(0, 2s_i²) + Σ_{j&lt;i} w_j A(m_i − m_j, s_i² + s_j²)), with
/// A(μ, σ²) = E|X| for X ~ N(μ, σ²) (Grimit et al. 2006). Four components j at once.
/// <para>
/// Order of summation: each row i and the first sum have four running sums, of the components j ≡ 0, 1, 2, 3 modulo 4; the four are
/// added in pairs. Rows are added one after the other.
/// </para>
/// </summary>
internal static class MixtureCrps
{
    private const int OnStack = 96;

    public static double Score(ReadOnlySpan<double> weights, ReadOnlySpan<double> means, ReadOnlySpan<double> deviations, double y)
    {
        int count = weights.Length;
        int padded = (count + VectorNormal.Lanes - 1) / VectorNormal.Lanes * VectorNormal.Lanes;

        // Components that are not there, or whose row is still to come, have no weight.
        Span<double> scratch = padded <= OnStack ? stackalloc double[2 * OnStack] : new double[2 * padded];
        Span<double> shares = scratch[..padded], variances = scratch.Slice(padded, padded);
        shares.Clear();
        variances.Clear();
        Vector256<double> distances = default;
        for (int j = 0; j < count; j += VectorNormal.Lanes)
        {
            Vector256<double> deviation = PaddedVector.Load(deviations, j);
            (deviation * deviation).CopyTo(variances[j..]);
            distances += PaddedVector.Load(weights, j) * MeanAbsolute(Vector256.Create(y) - PaddedVector.Load(means, j), deviation);
        }

        double score = SumInPairs(distances);
        for (int i = 0; i < count; i++)
        {
            shares[i] = 0.5 * weights[i];
            Vector256<double> spread = default;
            for (int j = 0; j <= i; j += VectorNormal.Lanes)
            {
                Vector256<double> deviation = Vector256.Sqrt(Vector256.Create(variances[i]) + PaddedVector.Load(variances, j));
                spread += PaddedVector.Load(shares, j) * MeanAbsolute(Vector256.Create(means[i]) - PaddedVector.Load(means, j), deviation);
            }

            score -= weights[i] * SumInPairs(spread);
            shares[i] = weights[i];
        }

        return score;
    }

    /// <summary>A(μ, σ²); |μ| where σ is zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> MeanAbsolute(Vector256<double> mean, Vector256<double> deviation)
    {
        Vector256<double> distance = Vector256.Abs(mean);
        return Vector256.ConditionalSelect(
            Vector256.GreaterThan(deviation, Vector256<double>.Zero),
            deviation * VectorNormal.MeanAbsolute(distance / deviation),
            distance);
    }

    private static double SumInPairs(Vector256<double> v) => (v[0] + v[1]) + (v[2] + v[3]);
}
