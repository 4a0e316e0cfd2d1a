using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>Probabilities whose quantiles are asked for again and again. Immutable.</summary>
public sealed class QuantileLevels
{
    private readonly double[] _probabilities;

    /// <param name="probabilities">At least one, in any order.</param>
    /// <exception cref="ArgumentException">There is none, or one is not within (0, 1).</exception>
    public QuantileLevels(params ReadOnlySpan<double> probabilities)
    {
        if (probabilities.IsEmpty)
        {
            throw new ArgumentException("there must be a level", nameof(probabilities));
        }

        _probabilities = probabilities.ToArray();
        Blocks = new QuantileBlock[(Count + VectorNormal.Lanes - 1) / VectorNormal.Lanes];
        for (int block = 0; block < Blocks.Length; block++)
        {
            ReadOnlySpan<double> levels = probabilities[(block * VectorNormal.Lanes)..];
            Blocks[block] = new QuantileBlock(Level(levels, 0), Level(levels, 1), Level(levels, 2), Level(levels, 3));
        }
    }

    public int Count => _probabilities.Length;

    public ReadOnlySpan<double> Probabilities => _probabilities;

    /// <summary>Four levels at a time; the last one is repeated to the end.</summary>
    internal QuantileBlock[] Blocks { get; }

    private static double Level(ReadOnlySpan<double> levels, int i) => levels[Math.Min(i, levels.Length - 1)];
}

/// <summary>Four levels p, and what the search for their quantiles needs to know of each.</summary>
internal readonly struct QuantileBlock
{
    public QuantileBlock(double p0, double p1, double p2, double p3)
    {
        Z = Vector256.Create(Score(p0), Score(p1), Score(p2), Score(p3));
        Tail = Vector256.Create(Math.Min(p0, 1.0 - p0), Math.Min(p1, 1.0 - p1), Math.Min(p2, 1.0 - p2), Math.Min(p3, 1.0 - p3));
        Side = Vector256.Create(SideOf(p0), SideOf(p1), SideOf(p2), SideOf(p3));
    }

    /// <summary>Φ⁻¹(p).</summary>
    public Vector256<double> Z { get; }

    /// <summary>The smaller tail, min(p, 1 − p): 1 − p is exact where it is the smaller.</summary>
    public Vector256<double> Tail { get; }

    /// <summary>1 where that is the lower tail, −1 where it is the upper.</summary>
    public Vector256<double> Side { get; }

    private static double Score(double p) => p > 0.0 && p < 1.0
        ? StandardNormal.InverseCdf(p)
        : throw new ArgumentOutOfRangeException(nameof(p), p, "a quantile's probability lies between 0 and 1, both excluded");

    private static double SideOf(double p) => p <= 0.5 ? 1.0 : -1.0;
}
