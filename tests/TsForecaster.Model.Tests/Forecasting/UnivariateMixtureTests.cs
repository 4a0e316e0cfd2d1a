using TsForecaster.Model.Forecasting;
using Xunit;

namespace TsForecaster.Model.Tests.Forecasting;

public sealed class UnivariateMixtureTests
{
    private static readonly double[] _probabilities = [1e-300, 1e-20, 1e-6, 0.01, 0.05, 0.25, 0.5, 0.7, 0.95, 0.999, 1.0 - 1e-12];

    public static TheoryData<int> Shapes => [.. Enumerable.Range(0, Mixtures.Length)];

    /// <summary>One component, overlapping ones, far apart ones, very different widths, a far offset, tiny weights.</summary>
    private static UnivariateMixture[] Mixtures { get; } =
    [
        new([1.0], [3.0], [2.0]),
        new([0.5, 0.5], [-1.0, 1.0], [1.0, 1.0]),
        new([0.2, 0.5, 0.3], [-50.0, 0.0, 80.0], [1.0, 2.0, 0.5]),
        new([0.4, 0.6], [0.0, 1e-3], [1e-6, 1e3]),
        new([0.3, 0.7], [1e9, 1e9 + 3.0], [0.5, 1e-2]),
        new([1e-12, 1.0 - 1e-12], [1e4, -1.0], [1.0, 1.0]),
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Quantile_ThenCdf_IsTheProbability(int shape)
    {
        UnivariateMixture mixture = Mixtures[shape];
        Assert.All(_probabilities, p => AssertQuantile(mixture, p));
    }

    [Fact]
    public void LiesBetween_AnyMixture_IsBetweenTheQuantilesEndsIncluded()
    {
        UnivariateMixture jumps = new([0.3, 0.4, 0.3], [1.0, 2.0, 2.0], [0.5, 0.0, 0.0]), smooth = new([0.5, 0.5], [0.0, 1.0], [1.0, 2.0]), point = new([1.0], [7.3], [0.0]);
        foreach (UnivariateMixture mixture in (UnivariateMixture[])[jumps, smooth, point])
        {
            double low = mixture.Quantile(0.1), high = mixture.Quantile(0.9);
            foreach (double y in (double[])[-9.0, low - 1e-9, low + 1e-9, 1.0, 1.5, 2.0, high - 1e-9, high + 1e-9, 7.3, 99.0])
            {
                Assert.Equal(low <= y && y <= high, mixture.LiesBetween(y, 0.1, 0.9));
            }
        }

        Assert.True(point.LiesBetween(7.3, 0.1, 0.9));
        Assert.False(smooth.LiesBetween(double.NaN, 0.1, 0.9));
    }

    [Fact]
    public void Quantile_MixturesOfEveryScale_IsTheProbability()
    {
        var random = new Random(12);
        for (int sample = 0; sample < 2000; sample++)
        {
            // Widths over twelve decades, means over ten, weights down to 1e-15: nothing that a collapsed component cannot produce.
            int components = random.Next(2, 7);
            double[] shares = [.. Enumerable.Range(0, components).Select(_ => Math.Pow(10.0, -15.0 * random.NextDouble()))];
            UnivariateMixture mixture = new(
                [.. shares.Select(share => share / shares.Sum())],
                [.. Enumerable.Range(0, components).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10.0, (10.0 * random.NextDouble()) - 4.0))],
                [.. Enumerable.Range(0, components).Select(_ => Math.Pow(10.0, (12.0 * random.NextDouble()) - 8.0))]);
            AssertQuantile(mixture, Math.Pow(10.0, -12.0 * random.NextDouble()) * 0.999);
            AssertQuantile(mixture, 1.0 - (0.5 * Math.Pow(10.0, -8.0 * random.NextDouble())));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Quantile_Probabilities_Rises(int shape)
    {
        double[] quantiles = Array.ConvertAll(_probabilities, Mixtures[shape].Quantile);
        Assert.Equal(quantiles.Order(), quantiles);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Quantile_NotAProbability_Throws(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Mixtures[0].Quantile(probability));

    [Fact]
    public void Quantile_StandardNormal_IsTheTabulatedValue()
    {
        UnivariateMixture normal = new([1.0], [0.0], [1.0]);
        Close.To(1.959963984540054, normal.Quantile(0.975), 1e-14);
        Close.To(-1.281551565544600, normal.Quantile(0.1), 1e-14);
        Close.To(-9.262340089798408, normal.Quantile(1e-20), 1e-14);
    }

    [Fact]
    public void Tails_FarOut_KeepTheirDigits()
    {
        // Φ(−20) = 2.753624118606234e-89; a difference from one would be zero.
        UnivariateMixture mixture = new([0.5, 0.5], [0.0, 0.0], [1.0, 1.0]);
        Assert.InRange(mixture.Cdf(-20.0) / 2.753624118606234e-89, 1.0 - 1e-12, 1.0 + 1e-12);
        Assert.InRange(mixture.ProbabilityAbove(20.0) / 2.753624118606234e-89, 1.0 - 1e-12, 1.0 + 1e-12);
        Close.To(-(0.5 * 1e8) - (0.5 * Math.Log(Math.Tau)), mixture.LogDensity(1e4), 1e-14);
        Close.To(-(0.5 * 1e16) - (0.5 * Math.Log(Math.Tau)) + Math.Log(1e150), new UnivariateMixture([1.0], [0.0], [1e-150]).LogDensity(1e-142), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LogDensity_Integrated_GivesTheCdf(int shape)
    {
        UnivariateMixture mixture = Mixtures[shape];
        (double a, double b) = (mixture.Quantile(0.3), mixture.Quantile(0.45));
        double integral = Integral(y => Math.Exp(mixture.LogDensity(y)), a, b, 20_000);
        Assert.InRange(integral, 0.15 - 1e-4, 0.15 + 1e-4);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Crps_ClosedForm_IsTheIntegral(int shape)
    {
        UnivariateMixture mixture = Mixtures[shape];
        foreach (double y in new[] { mixture.Quantile(0.02), mixture.Mean, mixture.Quantile(0.8) })
        {
            // ∫ (F(x) − 1{x ≥ y})² dx, cut at the jump and around every component, however narrow.
            List<double> cuts = [y];
            for (int i = 0; i < mixture.Weights.Length; i++)
            {
                cuts.AddRange([mixture.Means[i] - (9.0 * mixture.StandardDeviations[i]), mixture.Means[i] + (9.0 * mixture.StandardDeviations[i])]);
            }

            double expected = 0.0;
            double[] sorted = [.. cuts.Order()];
            for (int i = 1; i < sorted.Length; i++)
            {
                Func<double, double> integrand = sorted[i] <= y ? x => Math.Pow(mixture.Cdf(x), 2) : x => Math.Pow(mixture.ProbabilityAbove(x), 2);
                expected += Integral(integrand, sorted[i - 1], sorted[i], 4_000);
            }

            Assert.InRange(mixture.Crps(y), expected * (1.0 - 1e-6), expected * (1.0 + 1e-6));
        }
    }

    [Fact]
    public void CdfAndCrps_AnyNumberOfComponents_AreThoseOfNaiveLoops()
    {
        for (int components = 1; components <= 13; components++)
        {
            UnivariateMixture mixture = MixtureReference.Random(components, (ulong)components);
            foreach (double y in new[] { -40.0, -2.0, 0.1, mixture.Means[0], mixture.Mean, 5.0, 1e6 })
            {
                double cdf = MixtureReference.Cdf(mixture, y), crps = MixtureReference.Crps(mixture, y);
                Assert.InRange(mixture.Cdf(y), cdf * (1.0 - 1e-12), cdf * (1.0 + 1e-12));
                Close.To(1.0 - cdf, mixture.ProbabilityAbove(y), 1e-15);
                Close.To(crps, mixture.Crps(y), 1e-14);
            }
        }
    }

    [Fact]
    public void Crps_MoreComponentsThanFitOnTheStack_IsThatOfNaiveLoops()
    {
        UnivariateMixture mixture = MixtureReference.Random(70, 1);
        Close.To(MixtureReference.Crps(mixture, 0.5), mixture.Crps(0.5), 1e-14);
    }

    [Fact]
    public void Scores_OfNoNumber_AreNone()
    {
        UnivariateMixture mixture = MixtureReference.Random(4, 1);
        Assert.True(double.IsNaN(mixture.Cdf(double.NaN)) && double.IsNaN(mixture.Crps(double.NaN)) && double.IsNaN(mixture.LogDensity(double.NaN)));
    }

    [Fact]
    public void Over_NumbersKeptElsewhere_LooksAtThemThere()
    {
        UnivariateMixture mixture = MixtureReference.Random(5, 3);
        double[] kept = [9.0, .. mixture.Weights, .. mixture.Means, .. mixture.StandardDeviations];
        UnivariateMixture over = UnivariateMixture.Over(kept.AsMemory(1, 5), kept.AsMemory(6, 5), kept.AsMemory(11, 5));
        Assert.Equal((mixture.Mean, mixture.Crps(0.5), mixture.Quantile(0.2)), (over.Mean, over.Crps(0.5), over.Quantile(0.2)));
    }

    [Fact]
    public void Crps_StandardNormalAtItsMean_IsKnown() =>
        Close.To((Math.Sqrt(2.0) - 1.0) / Math.Sqrt(Math.PI), new UnivariateMixture([1.0], [0.0], [1.0]).Crps(0.0), 1e-15);

    [Fact]
    public void Crps_EqualComponents_IsThatOfOne()
    {
        UnivariateMixture one = new([1.0], [2.0], [3.0]);
        UnivariateMixture three = new([0.2, 0.3, 0.5], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]);
        foreach (double y in new[] { -40.0, 2.0, 2.5, 700.0 })
        {
            Close.To(one.Crps(y), three.Crps(y), 1e-13);
            Close.To(one.LogDensity(y), three.LogDensity(y), 1e-13);
        }

        Close.To(one.Quantile(0.3), three.Quantile(0.3), 1e-14);
    }

    [Fact]
    public void PointMass_Alone_IsAStep()
    {
        UnivariateMixture point = new([1.0], [5.0], [0.0]);
        Assert.Equal((0.0, 1.0, 1.0), (point.Cdf(4.999), point.Cdf(5.0), point.Cdf(6.0)));
        Assert.Equal((1.0, 0.0), (point.ProbabilityAbove(4.0), point.ProbabilityAbove(5.0)));
        Assert.Equal((5.0, 5.0, 0.0), (point.Quantile(0.01), point.Mean, point.StandardDeviation));
        Assert.Equal((2.0, 0.0), (point.Crps(7.0), point.Crps(5.0)));
        Assert.Equal((double.PositiveInfinity, double.NegativeInfinity), (point.LogDensity(5.0), point.LogDensity(5.1)));
    }

    [Fact]
    public void PointMass_InAMixture_IsAJump()
    {
        UnivariateMixture mixture = new([0.25, 0.25, 0.5], [1.0, 2.0, 1.5], [0.0, 0.0, 10.0]);
        double jump = mixture.Cdf(1.0) - mixture.Cdf(Math.BitDecrement(1.0));
        Close.To(0.25, jump, 1e-12);
        Assert.Equal(1.0, mixture.Quantile(mixture.Cdf(1.0) - 0.1));
        Assert.Equal(2.0, mixture.Quantile(mixture.Cdf(2.0) - 0.01));

        // E|X − y| − ½E|X − X'| of two point masses alone: ½·1 − ½·½·1 at either of them.
        Close.To(0.25, new UnivariateMixture([0.5, 0.5], [1.0, 2.0], [0.0, 0.0]).Crps(1.0), 1e-15);
    }

    [Fact]
    public void Moments_TwoComponents_AreThoseOfTheMixture()
    {
        UnivariateMixture mixture = new([0.25, 0.75], [0.0, 4.0], [1.0, 2.0]);
        Close.To(3.0, mixture.Mean, 1e-15);
        Close.To(Math.Sqrt((0.25 * (1.0 + 9.0)) + (0.75 * (4.0 + 1.0))), mixture.StandardDeviation, 1e-15);
    }

    [Fact]
    public void Constructor_ImpossibleComponents_Throws()
    {
        Assert.Throws<ArgumentException>(() => new UnivariateMixture([], [], []));
        Assert.Throws<ArgumentException>(() => new UnivariateMixture([1.0], [0.0, 1.0], [1.0]));
        Assert.Throws<ArgumentException>(() => new UnivariateMixture([0.5, 0.4], [0.0, 1.0], [1.0, 1.0]));
        Assert.Throws<ArgumentException>(() => new UnivariateMixture([1.0], [double.NaN], [1.0]));
        Assert.Throws<ArgumentException>(() => new UnivariateMixture([1.0], [0.0], [-1.0]));
    }

    [Fact]
    public void Constructor_Arrays_AreCopied()
    {
        double[] means = [1.0];
        UnivariateMixture mixture = new([1.0], means, [1.0]);
        means[0] = 9.0;
        Assert.Equal(1.0, mixture.Mean);
    }

    /// <summary>No double may lie between y and the root: the neighbours of y bracket p, up to the cdf's own rounding.</summary>
    private static void AssertQuantile(UnivariateMixture mixture, double p)
    {
        double y = mixture.Quantile(p);
        double below = Math.BitDecrement(Math.BitDecrement(y));
        double above = Math.BitIncrement(Math.BitIncrement(y));
        double noise = 1e-12 * Math.Min(p, 1.0 - p);
        Assert.True(
            p <= 0.5
                ? mixture.Cdf(below) <= p + noise && mixture.Cdf(above) >= p - noise
                : mixture.ProbabilityAbove(below) >= 1.0 - p - noise && mixture.ProbabilityAbove(above) <= 1.0 - p + noise,
            $"p {p:R}, y {y:R}, cdf {mixture.Cdf(y):R}, above {mixture.ProbabilityAbove(y):R}");
    }

    /// <summary>Simpson's rule.</summary>
    private static double Integral(Func<double, double> f, double a, double b, int steps)
    {
        double width = (b - a) / steps;
        double sum = f(a) + f(b);
        for (int i = 1; i < steps; i++)
        {
            sum += (i % 2 == 0 ? 2.0 : 4.0) * f(a + (i * width));
        }

        return sum * width / 3.0;
    }
}
