using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Moments of mixtures, one a lane: m̄ = Σ_k w_k m_k and √ Σ_k w_k (s_k² + (m_k − m̄)²). A lane's number is one running sum over the
/// components in their order, each step one fused multiply-add, whatever the vector width. Spans hold whole panels
/// (<see cref="PanelKernels.Padded"/>), so that there is no tail.
/// </summary>
internal static class MomentKernels
{
    /// <summary>
    /// Mean and standard deviation of a mixture in every lane. Naive loop, all sums from zero:
    /// <c>for i: { for k: mean[i] = fma(w[k], o[k,i] + c[k,i], mean[i]); for k: { d = (o[k,i] + c[k,i]) − mean[i];
    /// v = fma(w[k], fma(d, d, s[k,i]), v) }; deviation[i] = √v }</c>.
    /// </summary>
    /// <param name="components">The k that count, in their order.</param>
    /// <param name="weights">w, one for each of them.</param>
    /// <param name="offsets">o: component k's numbers start at k·<paramref name="offsetStride"/>.</param>
    /// <param name="centers">c: component k's numbers start at k·<paramref name="stride"/>.</param>
    /// <param name="variances">s, laid out like c.</param>
    /// <param name="mean">Whole panels.</param>
    /// <param name="deviation">As many.</param>
    public static void Combine(
        ReadOnlySpan<int> components,
        ReadOnlySpan<double> weights,
        ReadOnlySpan<double> offsets,
        int offsetStride,
        ReadOnlySpan<double> centers,
        ReadOnlySpan<double> variances,
        int stride,
        Span<double> mean,
        Span<double> deviation)
    {
        Require(weights.Length == components.Length && mean.Length == deviation.Length && mean.Length % PanelKernels.Lanes == 0);
        foreach (int k in components)
        {
            long end = ((long)k * stride) + mean.Length;
            Require(k >= 0 && ((long)k * offsetStride) + mean.Length <= offsets.Length && end <= centers.Length && end <= variances.Length);
        }

        ref double o = ref MemoryMarshal.GetReference(offsets);
        ref double c = ref MemoryMarshal.GetReference(centers);
        ref double s = ref MemoryMarshal.GetReference(variances);
        for (int i = 0; i < mean.Length; i += PanelKernels.Lanes)
        {
            Vector512<double> m = Vector512<double>.Zero, v = Vector512<double>.Zero;
            for (int n = 0; n < components.Length; n++)
            {
                nuint at = (nuint)((components[n] * offsetStride) + i), center = (nuint)((components[n] * stride) + i);
                m = Vector512.FusedMultiplyAdd(Vector512.Create(weights[n]), Vector512.LoadUnsafe(ref o, at) + Vector512.LoadUnsafe(ref c, center), m);
            }

            for (int n = 0; n < components.Length; n++)
            {
                nuint at = (nuint)((components[n] * offsetStride) + i), center = (nuint)((components[n] * stride) + i);
                Vector512<double> d = (Vector512.LoadUnsafe(ref o, at) + Vector512.LoadUnsafe(ref c, center)) - m;
                v = Vector512.FusedMultiplyAdd(Vector512.Create(weights[n]), Vector512.FusedMultiplyAdd(d, d, Vector512.LoadUnsafe(ref s, center)), v);
            }

            m.CopyTo(mean[i..]);
            Vector512.Sqrt(v).CopyTo(deviation[i..]);
        }
    }

    /// <summary>d_i ← x_i − m_i.</summary>
    public static void Subtract(ReadOnlySpan<double> x, ReadOnlySpan<double> m, Span<double> difference)
    {
        Require(x.Length == difference.Length && m.Length == difference.Length && difference.Length % PanelKernels.Lanes == 0);
        ref double a = ref MemoryMarshal.GetReference(x);
        ref double b = ref MemoryMarshal.GetReference(m);
        ref double d = ref MemoryMarshal.GetReference(difference);
        for (nuint i = 0; i < (nuint)difference.Length; i += PanelKernels.Lanes)
        {
            (Vector512.LoadUnsafe(ref a, i) - Vector512.LoadUnsafe(ref b, i)).StoreUnsafe(ref d, i);
        }
    }

    /// <summary>Takes a vector from many. Naive loop: <c>for j: for n: d[j,n] = x[j,n] − m[j]</c>.</summary>
    /// <param name="columns">x, a vector a column, row-major.</param>
    /// <param name="m">One number a row.</param>
    /// <param name="width">Vectors, a multiple of eight.</param>
    /// <param name="difference">d.</param>
    public static void SubtractFromMany(ReadOnlySpan<double> columns, ReadOnlySpan<double> m, int width, Span<double> difference)
    {
        Require(width % PanelKernels.Lanes == 0 && columns.Length == m.Length * width && difference.Length == columns.Length);
        ref double x = ref MemoryMarshal.GetReference(columns);
        ref double d = ref MemoryMarshal.GetReference(difference);
        nuint at = 0;
        foreach (double center in m)
        {
            Vector512<double> c = Vector512.Create(center);
            for (int n = 0; n < width; n += PanelKernels.Lanes, at += PanelKernels.Lanes)
            {
                (Vector512.LoadUnsafe(ref x, at) - c).StoreUnsafe(ref d, at);
            }
        }
    }

    private static void Require(bool sizesAgree)
    {
        if (!sizesAgree)
        {
            throw new ArgumentException("the sizes of the spans do not agree");
        }
    }
}
