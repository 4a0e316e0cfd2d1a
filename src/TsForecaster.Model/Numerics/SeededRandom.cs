using System.Numerics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// xoshiro256** (Blackman and Vigna, 2018), its state filled from the seed by SplitMix64: the same seed gives the same numbers
/// on every machine and in every version of the runtime. Not for secrets; not thread-safe.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _s0, _s1, _s2, _s3;

    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>Sixty-four random bits.</summary>
    public ulong NextBits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform on (0, 1), both ends excluded.</summary>
    public double NextUniform() => ((NextBits() >> 12) + 0.5) * (1.0 / (1UL << 52));

    /// <summary>Uniform on 0 … bound − 1.</summary>
    public int NextIndex(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>A draw from N(0, 1), by inversion: one uniform a draw, so streams stay aligned.</summary>
    public double NextGaussian() => StandardNormal.InverseCdf(NextUniform());

    /// <summary>Independent draws from N(0, 1).</summary>
    public void FillGaussian(Span<double> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = NextGaussian();
        }
    }

    /// <summary>The index i with probability proportional to w_i ≥ 0; needs one positive weight.</summary>
    public int NextChoice(ReadOnlySpan<double> weights)
    {
        double total = 0.0;
        foreach (double weight in weights)
        {
            total += weight;
        }

        double remaining = NextUniform() * total;
        int chosen = -1;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0.0)
            {
                continue;
            }

            // The last positive weight catches what rounding leaves over.
            chosen = i;
            remaining -= weights[i];
            if (remaining < 0.0)
            {
                break;
            }
        }

        return chosen;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
