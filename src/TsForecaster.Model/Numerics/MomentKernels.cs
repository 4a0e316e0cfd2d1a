using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// Moments of mixtures, one a lane: Σ_k w_k m_k and Σ_k w_k (v_k + (m_k − m̄)²). A lane's number is one running sum over the
/// components in their order, each step one fused multiply-add, whatever the vector width. Spans hold whole panels
/// (<see cref="PanelKernels.Padded"/>), so that there is no tail.
/// </summary>
internal static class MomentKernels
{
    /// <summary>Completes a component's mean and adds it. Naive loop: <c>for i: { m[i] += center[i]; sum[i] = fma(w, m[i], sum[i]) }</c>.</summary>
    public static void AddMean(double weight, ReadOnlySpan<double> center, Span<double> means, Span<double> sum)
    {
        Require(center.Length == sum.Length && means.Length == sum.Length && sum.Length % PanelKernels.Lanes == 0);
        ref double m = ref MemoryMarshal.GetReference(means);
        ref double c = ref MemoryMarshal.GetReference(center);
        ref double s = ref MemoryMarshal.GetReference(sum);
        Vector512<double> w = Vector512.Create(weight);
        for (nuint i = 0; i < (nuint)sum.Length; i += PanelKernels.Lanes)
        {
            Vector512<double> mean = Vector512.LoadUnsafe(ref m, i) + Vector512.LoadUnsafe(ref c, i);
            mean.StoreUnsafe(ref m, i);
            Vector512.FusedMultiplyAdd(w, mean, Vector512.LoadUnsafe(ref s, i)).StoreUnsafe(ref s, i);
        }
    }

    /// <summary>Naive loop: <c>for i: { d = m[i] − mean[i]; sum[i] = fma(w, fma(d, d, v[i]), sum[i]) }</c>.</summary>
    public static void AddVariance(double weight, ReadOnlySpan<double> means, ReadOnlySpan<double> variances, ReadOnlySpan<double> mean, Span<double> sum)
    {
        Require(means.Length == sum.Length && variances.Length == sum.Length && mean.Length == sum.Length && sum.Length % PanelKernels.Lanes == 0);
        ref double m = ref MemoryMarshal.GetReference(means);
        ref double v = ref MemoryMarshal.GetReference(variances);
        ref double c = ref MemoryMarshal.GetReference(mean);
        ref double s = ref MemoryMarshal.GetReference(sum);
        Vector512<double> w = Vector512.Create(weight);
        for (nuint i = 0; i < (nuint)sum.Length; i += PanelKernels.Lanes)
        {
            Vector512<double> d = Vector512.LoadUnsafe(ref m, i) - Vector512.LoadUnsafe(ref c, i);
            Vector512<double> square = Vector512.FusedMultiplyAdd(d, d, Vector512.LoadUnsafe(ref v, i));
            Vector512.FusedMultiplyAdd(w, square, Vector512.LoadUnsafe(ref s, i)).StoreUnsafe(ref s, i);
        }
    }

    /// <summary>v_i ← √v_i.</summary>
    public static void SquareRoot(Span<double> values)
    {
        Require(values.Length % PanelKernels.Lanes == 0);
        ref double v = ref MemoryMarshal.GetReference(values);
        for (nuint i = 0; i < (nuint)values.Length; i += PanelKernels.Lanes)
        {
            Vector512.Sqrt(Vector512.LoadUnsafe(ref v, i)).StoreUnsafe(ref v, i);
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
