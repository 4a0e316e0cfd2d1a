using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TsForecaster.Model.Numerics;

namespace TsForecaster.Model.Forecasting;

/// <summary>
/// The roots of Cdf(y) − p for four levels p side by side: Halley's method kept inside a bracket by bisection. The bracket is exact: with
/// z = Φ⁻¹(p), every component's own p-quantile m_i + s_i z lies between the smallest and the largest of them, and so does the mixture's.
/// A lane's numbers do not depend on the other lanes: a level has the same quantile alone and in company.
/// </summary>
internal static class QuantileSearch
{
    // Bisection alone halves the bracket; from any finite bracket a few hundred halvings reach neighbouring doubles.
    private const int MaxSteps = 400;

    // Two units in the last place of the probability: the cdf has no digits beyond.
    private const double Noise = 4.4e-16;

    // Of the smallest deviation s. A step of d·s leaves an error of less than (1 + z²)d³·s, z being how far out the components are
    // that matter: for ordinary levels, after a step of 1e-6 s, 1e-17 s.
    private const double LastStep = 1e-6;

    public static void Find(UnivariateMixture mixture, QuantileLevels levels, Span<double> quantiles)
    {
        Terms terms = new(mixture);
        for (int block = 0, level = 0; block < levels.Blocks.Length; block++)
        {
            Vector256<double> found = Find(terms, levels.Blocks[block]);
            for (int lane = 0; lane < VectorNormal.Lanes && level < quantiles.Length; lane++)
            {
                quantiles[level++] = found[lane];
            }
        }
    }

    public static double Find(UnivariateMixture mixture, double probability) =>
        Find(new Terms(mixture), new QuantileBlock(probability, probability, probability, probability)).ToScalar();

    private static Vector256<double> Find(in Terms terms, in QuantileBlock levels)
    {
        Vector256<double> low = Vector256.Create(double.PositiveInfinity), high = -low;
        for (int i = 0; i < terms.Weights.Length; i++)
        {
            Vector256<double> quantile = Vector256.Create(terms.Means[i]) + (Vector256.Create(terms.Deviations[i]) * levels.Z);
            (low, high) = (Vector256.Min(low, quantile), Vector256.Max(high, quantile));
        }

        return Vector256.LessThanAny(low, high) ? Within(low, high, terms, levels) : low;
    }

    private static Vector256<double> Within(Vector256<double> low, Vector256<double> high, in Terms terms, in QuantileBlock levels)
    {
        Vector256<double> found = low;
        Vector256<double> open = Vector256.LessThan(low, high);
        Vector256<double> y = terms.Mean + (terms.Deviation * levels.Z);
        y = Vector256.ConditionalSelect(Vector256.GreaterThan(y, low) & Vector256.LessThan(y, high), y, Middle(low, high));
        Vector256<double> noise = Vector256.Create(Noise) * levels.Tail;
        Vector256<double> before = high - low;
        for (int step = 0; step < MaxSteps; step++)
        {
            // Cdf(y) − p, taken on the smaller tail, where p and the cdf have their digits.
            Vector256<double> tail = terms.Tail(y, levels.Side, out Vector256<double> slope, out Vector256<double> curve);
            Vector256<double> excess = levels.Side * (tail - levels.Tail);
            Vector256<double> exact = Vector256.LessThanOrEqual(Vector256.Abs(excess), noise);
            found = Vector256.ConditionalSelect(open & exact, y, found);
            open = Vector256.AndNot(open, exact);
            if (open == Vector256<double>.Zero)
            {
                break;
            }

            Vector256<double> below = Vector256.LessThan(excess, Vector256<double>.Zero);
            (low, high) = (Vector256.ConditionalSelect(below, y, low), Vector256.ConditionalSelect(below, high, y));
            Vector256<double> halley = y - Step(excess / slope, curve / slope);
            Vector256<double> converges = Vector256.GreaterThanOrEqual(halley, low) & Vector256.LessThanOrEqual(halley, high)
                & Vector256.LessThanOrEqual(Vector256.Abs(halley - y), Vector256.Create(0.5) * before);
            Vector256<double> next = Vector256.ConditionalSelect(converges, halley, Middle(low, high));
            before = Vector256.Abs(next - y);

            // No double is left between the ends: the cdf reaches p at the upper one.
            Vector256<double> exhausted = Vector256.AndNot(Vector256.LessThanOrEqual(next, low) | Vector256.GreaterThanOrEqual(next, high), converges);
            Vector256<double> last = converges & Vector256.LessThanOrEqual(before, terms.LastStep);
            found = Vector256.ConditionalSelect(open & exhausted, high, Vector256.ConditionalSelect(open & last, next, found));
            open = Vector256.AndNot(open, exhausted | last);
            y = next;
        }

        return Vector256.ConditionalSelect(open, y, found);
    }

    /// <summary>
    /// Halley's step u/(1 − u f″/2f′) from Newton's u = f/f′, the denominator kept between ½ and 2. Where the slope is zero it is not finite,
    /// and bisection takes over.
    /// </summary>
    private static Vector256<double> Step(Vector256<double> newton, Vector256<double> bend)
    {
        Vector256<double> denominator = Vector256<double>.One - (Vector256.Create(0.5) * newton * bend);
        return newton / Vector256.Min(Vector256.Max(denominator, Vector256.Create(0.5)), Vector256.Create(2.0));
    }

    private static Vector256<double> Middle(Vector256<double> low, Vector256<double> high) => low + (Vector256.Create(0.5) * (high - low));

    /// <summary>The components, and what the search needs to know of all of them.</summary>
    private readonly ref struct Terms
    {
        public Terms(UnivariateMixture mixture)
        {
            Weights = mixture.Weights;
            Means = mixture.Means;
            Deviations = mixture.StandardDeviations;
            (Mean, Deviation) = (Vector256.Create(mixture.Mean), Vector256.Create(mixture.StandardDeviation));
            double smallest = double.PositiveInfinity;
            foreach (double deviation in Deviations)
            {
                smallest = Math.Min(smallest, deviation);
            }

            LastStep = Vector256.Create(QuantileSearch.LastStep * smallest);
        }

        public ReadOnlySpan<double> Weights { get; }

        public ReadOnlySpan<double> Means { get; }

        public ReadOnlySpan<double> Deviations { get; }

        public Vector256<double> Mean { get; }

        public Vector256<double> Deviation { get; }

        public Vector256<double> LastStep { get; }

        /// <summary>Σ w_i Φ(±(y − m_i)/s_i), as <see cref="UnivariateMixture.Cdf"/> adds it.</summary>
        /// <param name="slope">The density of the components that have one.</param>
        /// <param name="curve">Its derivative.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<double> Tail(Vector256<double> y, Vector256<double> side, out Vector256<double> slope, out Vector256<double> curve)
        {
            Vector256<double> tail = default;
            (slope, curve) = (default, default);
            for (int i = 0; i < Weights.Length; i++)
            {
                Vector256<double> weight = Vector256.Create(Weights[i]), offset = y - Vector256.Create(Means[i]);
                if (Deviations[i] > 0.0)
                {
                    Vector256<double> z = offset / Vector256.Create(Deviations[i]);
                    tail += weight * VectorNormal.Cdf(side * z, out Vector256<double> exponential);
                    Vector256<double> precision = Vector256.Create(1.0 / Deviations[i]);
                    Vector256<double> density = weight * precision * exponential;
                    slope += density;
                    curve -= density * precision * z;
                }
                else
                {
                    Vector256<double> passed = Vector256.GreaterThanOrEqual(offset, Vector256<double>.Zero);
                    Vector256<double> lower = Vector256.GreaterThan(side, Vector256<double>.Zero);
                    tail += weight & ~(passed ^ lower);
                }
            }

            slope *= Vector256.Create(StandardNormal.InverseRootTwoPi);
            curve *= Vector256.Create(StandardNormal.InverseRootTwoPi);
            return tail;
        }
    }
}
