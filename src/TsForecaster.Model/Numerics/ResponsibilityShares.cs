using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// From log densities to responsibilities, eight windows at a time: t_k = exp(l_k − max) / Σ_j exp(l_j − max). The sum runs over
/// the components in their order; a lane is a window and none sees its neighbours, so neither the vector width nor what lies beside a
/// window changes a bit. A window whose log densities are all −∞ has equal shares, one with a NaN only NaN. Equals
/// <see cref="LogSumExp.Normalise"/> on each window up to the rounding of exp.
/// </summary>
internal static unsafe class ResponsibilityShares
{
    private const int Lanes = 8;

    /// <param name="logs">K rows of log densities; replaced by responsibilities.</param>
    /// <param name="width">Numbers from one row to the next.</param>
    /// <param name="count">How many windows; up to the next multiple of eight the arrays are read and written too.</param>
    /// <param name="best">The largest log density of each window; replaced by its log Σ_k exp(l_k).</param>
    /// <param name="owners">Filled with the component of the largest log density, the first of equals.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(double[] logs, int width, int count, int components, double[] best, int[] owners)
    {
        int* alive = stackalloc int[components];
        double* sums = stackalloc double[Lanes];
        fixed (double* l = logs, b = best)
        {
            fixed (int* o = owners)
            {
                for (int n = 0; n < count; n += Lanes)
                {
                    Vector512<double> sum = Exponentials(l + n, width, components, Vector512.Load(b + n), alive, out int living, o + n);
                    if (!Vector512.EqualsAll(sum, Vector512<double>.One))
                    {
                        Divide(l + n, width, components, sum, alive, living);
                        sum.Store(sums);
                        for (int lane = 0; lane < Lanes; lane++)
                        {
                            b[n + lane] += sums[lane] == 1.0 ? 0.0 : Math.Log(sums[lane]);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Replaces l_k by exp(l_k − max) and returns their sum.</summary>
    /// <param name="alive">Filled with the components that have an exponential other than zero in any lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Exponentials(double* logs, int width, int components, Vector512<double> max, int* alive, out int living, int* owners)
    {
        Vector512<double> isEmpty = Vector512.Equals(max, Vector512.Create(double.NegativeInfinity)), shift = Vector512.AndNot(max, isEmpty);
        Vector512<double> sum = default, isOwned = default;
        Vector512<long> owner = default;
        living = 0;
        for (int k = 0; k < components; k++, logs += width)
        {
            Vector512<double> log = Vector512.Load(logs), difference = log - shift;
            if (Vector512.LessThanAll(difference, Vector512.Create(VectorExp.Smallest)))
            {
                Vector512<double>.Zero.Store(logs);
                continue;
            }

            Vector512<double> isLargest = Vector512.Equals(log, max);
            owner = Vector512.ConditionalSelect(Vector512.AndNot(isLargest, isOwned).AsInt64(), Vector512.Create((long)k), owner);
            isOwned |= isLargest;
            Vector512<double> share = Vector512.Create(VectorExp.Exp(difference.GetLower()), VectorExp.Exp(difference.GetUpper()));
            share.Store(logs);
            sum += share;
            alive[living++] = k;
        }

        Vector256.Narrow(owner.GetLower(), owner.GetUpper()).Store(owners);
        return sum;
    }

    private static void Divide(double* shares, int width, int components, Vector512<double> sum, int* alive, int living)
    {
        if (Vector512.GreaterThanOrEqualAll(sum, Vector512<double>.One))
        {
            for (int m = 0; m < living; m++)
            {
                double* row = shares + ((nint)alive[m] * width);
                (Vector512.Load(row) / sum).Store(row);
            }

            return;
        }

        // Where every log density is −∞ nothing was added, and with a NaN the sum is none.
        Vector512<double> isEmpty = Vector512.Equals(sum, Vector512<double>.Zero), equal = Vector512.Create(1.0 / components);
        for (int k = 0; k < components; k++, shares += width)
        {
            Vector512.ConditionalSelect(isEmpty, equal, Vector512.Load(shares) / sum).Store(shares);
        }
    }
}
