using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// From log densities to responsibilities, four windows at a time: t_k = exp(l_k − max) / Σ_j exp(l_j − max). The sum runs over
/// the components in their order; a lane is a window and none sees its neighbours, so neither the vector width nor what lies beside a
/// window changes a bit. A window whose log densities are all −∞ has equal shares, one with a NaN only NaN. Equals
/// <see cref="LogSumExp.Normalise"/> on each window up to the rounding of exp.
/// </summary>
internal static unsafe class ResponsibilityShares
{
    private const int Lanes = 4;

    /// <param name="logs">K rows of <paramref name="width"/> log densities; replaced by responsibilities.</param>
    /// <param name="width">Windows, a multiple of four.</param>
    /// <param name="best">The largest log density of each window; replaced by its log Σ_k exp(l_k).</param>
    /// <param name="owners">Filled with the component of the largest log density, the first of equals.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(double[] logs, int width, int components, double[] best, int[] owners)
    {
        Vector256<double> equal = Vector256.Create(1.0 / components);
        fixed (double* l = logs, b = best)
        {
            for (int n = 0; n < width; n += Lanes)
            {
                Vector256<double> max = Vector256.Load(b + n);
                Vector256<double> shift = Vector256.ConditionalSelect(Vector256.Equals(max, Vector256.Create(double.NegativeInfinity)), Vector256<double>.Zero, max);
                Vector256<double> sum = default, owner = default;
                for (int k = components - 1; k >= 0; k--)
                {
                    Vector256<double> log = Vector256.Load(l + ((nint)k * width) + n);
                    owner = Vector256.ConditionalSelect(Vector256.Equals(log, max), Vector256.Create((double)k), owner);
                }

                for (int k = 0; k < components; k++)
                {
                    double* row = l + ((nint)k * width) + n;
                    Vector256<double> difference = Vector256.Load(row) - shift;
                    if (Vector256.LessThanAll(difference, Vector256.Create(VectorExp.Smallest)))
                    {
                        Vector256<double>.Zero.Store(row);
                        continue;
                    }

                    Vector256<double> share = VectorExp.Exp(difference);
                    share.Store(row);
                    sum += share;
                }

                // Only where every log density is −∞ nothing was added.
                Vector256<double> isEmpty = Vector256.Equals(sum, Vector256<double>.Zero);
                bool isUsual = Vector256.GreaterThanOrEqualAll(sum, Vector256<double>.One);
                for (int k = 0; k < components && !Vector256.EqualsAll(sum, Vector256<double>.One); k++)
                {
                    double* row = l + ((nint)k * width) + n;
                    Vector256<double> share = Vector256.Load(row);
                    if (!isUsual || !Vector256.EqualsAll(share, Vector256<double>.Zero))
                    {
                        Vector256.ConditionalSelect(isEmpty, equal, share / sum).Store(row);
                    }
                }

                for (int lane = 0; lane < Lanes; lane++)
                {
                    owners[n + lane] = (int)owner[lane];
                    best[n + lane] += sum[lane] == 1.0 ? 0.0 : Math.Log(sum[lane]);
                }
            }
        }
    }
}
