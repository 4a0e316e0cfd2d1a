using FsCheck;
using FsCheck.Fluent;
using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class MapAdaptationTests
{
    private static Gen<Case> Cases =>
        from count in Gen.Choose(1, 120)
        from dimension in Gen.Choose(1, 6)
        from components in Gen.Choose(1, 4)
        from shape in Gen.Elements(CovarianceShape.Full, CovarianceShape.Tied)
        from relevance in Gen.Elements(0.5, 10.0, 200.0)
        from seed in Gen.Choose(1, 1_000_000)
        select new Case(count, dimension, components, shape, relevance, (ulong)seed);

    [Fact]
    public void Adapt_AnyBackground_IsTheTextbookOnSecondMoments() => Properties.ForAll(Cases, adaptation =>
    {
        NaiveMixture naive = Reynolds(adaptation.Background, adaptation.Background, adaptation.Windows, adaptation.Relevance);
        naive = Reynolds(adaptation.Background, naive, adaptation.Windows, adaptation.Relevance);

        GaussianMixture adapted = MapAdaptation.Adapt(adaptation.Background, adaptation.Windows, adaptation.Relevance, iterations: 2);

        Assert.Equal(CovarianceShape.Full, adapted.Shape);
        Assert.Equal(1.0, adapted.Weights.ToArray().Sum(), 14);
        NaiveMatrix.AssertClose(naive.Weights, adapted.Weights, 1e-9);
        for (int k = 0; k < adapted.Components; k++)
        {
            NaiveMatrix.AssertClose(naive.Means[k], adapted.Mean(k), 1e-8);
            NaiveMatrix.AssertClose(naive.Covariances[k], adapted.Covariance(k), 1e-7);
        }
    });

    /// <summary>With fewer windows than dimensions, and hardly any prior.</summary>
    [Fact]
    public void Adapt_AnyRelevance_IsAMixtureThatCouldBeSaved() => Properties.ForAll(Cases, adaptation =>
    {
        foreach (double relevance in new[] { 1e-300, 1e-13, 1e-6, 1.0, 1e300 })
        {
            GaussianMixture adapted = MapAdaptation.Adapt(adaptation.Background, adaptation.Windows, relevance, iterations: 3);
            double[] covariances = [.. Enumerable.Range(0, adapted.Components).SelectMany(k => adapted.Covariance(k).ToArray())];
            double[] means = [.. Enumerable.Range(0, adapted.Components).SelectMany(k => adapted.Mean(k).ToArray())];

            Assert.Equal(adapted.Components, GaussianMixture.Create(adapted.Weights, means, covariances).Components);
            Assert.All(adapted.ScoreSamples(adaptation.Windows), score => Assert.True(double.IsFinite(score)));
        }
    });

    [Fact]
    public void Adapt_EndlessRelevance_IsTheBackground() => Properties.ForAll(Cases, adaptation =>
    {
        GaussianMixture adapted = MapAdaptation.Adapt(adaptation.Background, adaptation.Windows, 1e15);
        AssertSame(adaptation.Background, adapted, 1e-9);
    });

    [Fact]
    public void Adapt_NoRelevance_IsAStepOfEm() => Properties.ForAll(Cases.Where(c => c.Count > 60 && c.Shape == CovarianceShape.Full), adaptation =>
    {
        FitOptions options = new()
        {
            Components = adaptation.Components,
            InitialMixture = adaptation.Background,
            MaxIterations = 1,
            Ridge = 0.0,
            Tolerance = 0.0,
        };
        FitResult step = ExpectationMaximization.Fit(adaptation.Windows, options);
        if (step.Report.Reseeded + step.Report.Dropped + step.Report.RidgeEscalations > 0)
        {
            return;
        }

        AssertSame(step.Mixture!, MapAdaptation.Adapt(adaptation.Background, adaptation.Windows, 1e-14), 1e-7);
    });

    [Fact]
    public void Adapt_AffineImage_IsTheAffineImageOfTheAdaptation() => Properties.ForAll(Cases.Where(c => c.Shape == CovarianceShape.Full), adaptation =>
    {
        int d = adaptation.Dimension;
        double[] map = NaiveMatrix.PositiveDefinite(d, new SeededRandom(adaptation.Seed), 0.5);
        double[] offset = [.. Enumerable.Range(0, d).Select(i => 10.0 * i)];
        GaussianMixture plain = Image(MapAdaptation.Adapt(adaptation.Background, adaptation.Windows, adaptation.Relevance), map, offset);

        double[] rows = [.. NaiveMixture.Rows(adaptation.Windows).SelectMany(row => NaiveMatrix.Multiply(map, row, d, d, 1).Select((value, i) => value + offset[i]))];
        GaussianMixture image = MapAdaptation.Adapt(Image(adaptation.Background, map, offset), WindowSet.FromRows(rows, d), adaptation.Relevance);

        double size = Enumerable.Range(0, plain.Components).Max(k => plain.Covariance(k).ToArray().Max(Math.Abs));
        AssertSame(plain, image, 1e-7 * Math.Max(1.0, size));
    });

    /// <summary>Gauvain and Lee's prior: Dirichlet over weights, normal-Wishart over means and precisions.</summary>
    [Fact]
    public void Adapt_MoreIterations_NeverLowerThePosterior() => Properties.ForAll(Cases, adaptation =>
    {
        double last = double.NegativeInfinity;
        foreach (int iterations in new[] { 1, 2, 3, 5, 10 })
        {
            GaussianMixture adapted = MapAdaptation.Adapt(adaptation.Background, adaptation.Windows, adaptation.Relevance, iterations);
            double posterior = LogPosterior(adaptation, adapted);
            Assert.True(posterior >= last - (1e-9 * Math.Abs(last)), $"{iterations} iterations: {last:R} to {posterior:R}");
            last = posterior;
        }
    });

    [Fact]
    public void Adapt_WeightTwo_CountsAWindowTwiceAndZeroNever()
    {
        double[] rows = RandomData.Clusters(30, 3, 2, 3.0, 8);
        double[] weights = [.. Enumerable.Range(0, 30).Select(n => (double)(n % 3))];
        double[] counted = [.. rows.Chunk(3).SelectMany((row, n) => Enumerable.Repeat(row, n % 3)).SelectMany(row => row)];
        GaussianMixture background = Background(3, 2, CovarianceShape.Full, 5);

        GaussianMixture weighted = MapAdaptation.Adapt(background, WindowSet.FromRows(rows, 3), 7.0, 2, weights);
        GaussianMixture repeated = MapAdaptation.Adapt(background, WindowSet.FromRows(counted, 3), 7.0, 2);

        AssertSame(repeated, weighted, 1e-10);
    }

    [Fact]
    public void Adapt_NoWindows_IsTheBackgroundItself()
    {
        GaussianMixture background = Background(4, 3, CovarianceShape.Full, 2);
        WindowSet none = WindowSet.Over(new double[3], new WindowShape(3, 1), Normalisation.None);

        Assert.Same(background, MapAdaptation.Adapt(background, none, 10.0));
    }

    /// <summary>Windows a thousand standard deviations from every component still move the nearest.</summary>
    [Fact]
    public void Adapt_WindowsFarFromTheBackground_MoveItAndLoseNoDigits()
    {
        GaussianMixture background = GaussianMixture.Create([0.5, 0.5], [0, 0, 10, 0], [1, 0, 0, 1, 1, 0, 0, 1]);
        double[] rows = [1e6, 1.0, 1e6, -1.0, 1e6 + 1e-3, 0.0, 1e6 - 1e-3, 0.0];

        GaussianMixture adapted = MapAdaptation.Adapt(background, WindowSet.FromRows(rows, 2), 1e-12, 2);

        Assert.Equal(1e6, adapted.Mean(1)[0], 1e-5);
        Assert.Equal(0.5, adapted.Covariance(1)[3], 1e-9);

        // What the prior's share, 1e-12 / 4, makes of the squared move, and the windows' own variance.
        Assert.Equal(5e-7, adapted.Covariance(1)[0] - (2.5e-13 * Math.Pow(1e6 - 10.0, 2)), 1e-9);
        Assert.True(background.Covariance(0).SequenceEqual(adapted.Covariance(0)));
    }

    [Fact]
    public void Adapt_SeveralSeriesAtATime_GivesTheBitsOfOneAtATime()
    {
        MapAdaptation adaptation = new(Background(10, 3, CovarianceShape.Full, 6));
        WindowSet[] series = [.. Enumerable.Range(0, 24).Select(i => RandomData.ClusterRows(40 + i, 10, 2, 2.0, (ulong)i + 1))];
        GaussianMixture[] together = new GaussianMixture[series.Length];
        Parallel.For(0, series.Length, i => together[i] = adaptation.Adapt(series[i], 25.0, 2));

        for (int i = 0; i < series.Length; i++)
        {
            GaussianMixture alone = MapAdaptation.Adapt(adaptation.Background, series[i], 25.0, 2);
            Assert.True(alone.Covariance(2).SequenceEqual(together[i].Covariance(2)) && alone.Mean(1).SequenceEqual(together[i].Mean(1)));
        }
    }

    /// <summary>Thirty windows of twelve numbers are too few for a mixture of their own and enough to leave the common one.</summary>
    [Fact]
    public void Adapt_FewWindowsOfASeries_DescribesItBetterThanTheBackgroundAndThanItsOwnFit()
    {
        const int Dimension = 12;
        double[] pooled = [.. Enumerable.Range(0, 40).SelectMany(series => Series(series, 60, Dimension))];
        GaussianMixture background = ExpectationMaximization.Fit(WindowSet.FromRows(pooled, Dimension), new FitOptions { Components = 2, Seed = 3 }).Mixture!;
        MapAdaptation adaptation = new(background);
        double gain = 0.0, ownGain = 0.0;
        for (int series = 100; series < 110; series++)
        {
            double[] rows = Series(series, 1_030, Dimension);
            WindowSet few = WindowSet.FromRows(rows.AsMemory(0, 30 * Dimension), Dimension), later = WindowSet.FromRows(rows.AsMemory(30 * Dimension), Dimension);
            double adapted = adaptation.Adapt(few, 20.0, 2).ScoreSamples(later).Average();
            double own = ExpectationMaximization.Fit(few, new FitOptions { Components = 2, PriorWindows = 20.0, Seed = 3 }).Mixture!.ScoreSamples(later).Average();
            gain += (adapted - background.ScoreSamples(later).Average()) / 10.0;
            ownGain += (adapted - own) / 10.0;
        }

        Assert.True(gain > 0.5 && ownGain > 1.0, $"{gain} above the background, {ownGain} above their own");
    }

    public static TheoryData<Action<GaussianMixture, WindowSet>, string> BadArguments => new()
    {
        { (b, w) => MapAdaptation.Adapt(b, w, 0.0), "the relevance is 0" },
        { (b, w) => MapAdaptation.Adapt(b, w, double.NaN), "the relevance is NaN" },
        { (b, w) => MapAdaptation.Adapt(b, w, double.PositiveInfinity), "must be positive and finite" },
        { (b, w) => MapAdaptation.Adapt(b, w, 1.0, 0), "iterations" },
        { (b, _) => MapAdaptation.Adapt(b, WindowSet.FromRows(new double[6], 2), 1.0), "the background has dimension 3, the windows 2" },
        { (b, w) => MapAdaptation.Adapt(b, w, 1.0, 1, new double[3]), "3 weights for 4 windows" },
        { (b, w) => MapAdaptation.Adapt(b, w, 1.0, 1, new[] { 1.0, 1.0, -2.0, 1.0 }), "the weight of window 2 (counted from 0) is -2" },
        { (_, w) => MapAdaptation.Adapt(GaussianMixture.Create([1.0], [0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0, 1], CovarianceShape.Diagonal), w, 1.0), "the shape Diagonal" },
    };

    [Theory]
    [MemberData(nameof(BadArguments), DisableDiscoveryEnumeration = true)]
    public void Adapt_BadArgument_SaysWhatWasFoundAndWhatIsAllowed(Action<GaussianMixture, WindowSet> call, string message)
    {
        GaussianMixture background = Background(3, 2, CovarianceShape.Full, 1);
        ArgumentException refusal = Assert.ThrowsAny<ArgumentException>(() => call(background, RandomData.ClusterRows(4, 3, 1, 0.0, 1)));
        Assert.Contains(message, refusal.Message);
    }

    /// <summary>Two regimes around a pattern of the series' own.</summary>
    private static double[] Series(int number, int count, int dimension)
    {
        double[] rows = RandomData.Clusters(count, dimension, 1, 0.0, (ulong)number + 1);
        double[] pattern = NaiveMatrix.Gaussian(dimension, new SeededRandom((ulong)number + 500));
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = (0.6 * rows[i]) + pattern[i % dimension] + ((i / dimension) % 3 == 0 ? 6.0 : 0.0);
        }

        return rows;
    }

    private static GaussianMixture Background(int dimension, int components, CovarianceShape shape, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] first = NaiveMatrix.PositiveDefinite(dimension, random);
        double[] weights = [.. Enumerable.Range(0, components).Select(_ => random.NextUniform())];
        double[] means = [.. NaiveMatrix.Gaussian(components * dimension, random).Select(value => 3.0 * value)];
        double[] covariances = [.. Enumerable.Range(0, components).SelectMany(_ => shape == CovarianceShape.Tied ? first : NaiveMatrix.PositiveDefinite(dimension, random))];
        return GaussianMixture.Create(weights, means, covariances, shape);
    }

    /// <summary>E[x] and E[xxᵀ] blended with the background's, as Reynolds writes it.</summary>
    private static NaiveMixture Reynolds(NaiveMixture background, NaiveMixture current, WindowSet windows, double relevance)
    {
        double[][] rows = NaiveMixture.Rows(windows), shares = current.Responsibilities(windows);
        int d = windows.Dimension;
        double[] weights = new double[background.Weights.Length];
        double[][] means = new double[weights.Length][], covariances = new double[weights.Length][];
        for (int k = 0; k < weights.Length; k++)
        {
            double size = shares.Sum(t => t[k]), share = size / (size + relevance);
            double[] mean = background.Means[k], covariance = background.Covariances[k];
            weights[k] = (size + (relevance * background.Weights[k])) / (rows.Length + relevance);
            means[k] = [.. mean.Select((m, i) => ((1.0 - share) * m) + (rows.Select((x, n) => shares[n][k] * x[i]).Sum() / (size + relevance)))];
            covariances[k] = [.. covariance.Select((c, at) =>
            {
                int i = at / d, j = at % d;
                double second = rows.Select((x, n) => shares[n][k] * x[i] * x[j]).Sum() / (size + relevance);
                return second + ((1.0 - share) * (c + (mean[i] * mean[j]))) - (means[k][i] * means[k][j]);
            })];
        }

        return new NaiveMixture(weights, means, covariances);
    }

    private static NaiveMixture Reynolds(GaussianMixture background, GaussianMixture current, WindowSet windows, double relevance) =>
        Reynolds(NaiveMixture.Of(background), NaiveMixture.Of(current), windows, relevance);

    private static NaiveMixture Reynolds(GaussianMixture background, NaiveMixture current, WindowSet windows, double relevance) =>
        Reynolds(NaiveMixture.Of(background), current, windows, relevance);

    /// <summary>log p(windows | θ) + Σ_k τ π_k^bg ln π_k − ½ τ [ln det Σ_k + tr(Σ_k⁻¹ Σ_k^bg) + (μ_k − μ_k^bg)ᵀ Σ_k⁻¹ (μ_k − μ_k^bg)].</summary>
    private static double LogPosterior(Case adaptation, GaussianMixture adapted)
    {
        int d = adaptation.Dimension;
        double sum = adapted.ScoreSamples(adaptation.Windows).Sum();
        for (int k = 0; k < adapted.Components; k++)
        {
            (double determinant, double[] inverse) = NaiveMatrix.Invert(adapted.Covariance(k).ToArray(), d);
            double[] move = [.. adapted.Mean(k).ToArray().Select((m, i) => m - adaptation.Background.Mean(k)[i])];
            double form = 0.0;
            for (int at = 0; at < inverse.Length; at++)
            {
                form += inverse[at] * (adaptation.Background.Covariance(k)[at] + (move[at / d] * move[at % d]));
            }

            sum += adaptation.Relevance * ((adaptation.Background.Weights[k] * Math.Log(adapted.Weights[k])) - (0.5 * (Math.Log(determinant) + form)));
        }

        return sum;
    }

    private static GaussianMixture Image(GaussianMixture mixture, double[] map, double[] offset)
    {
        int d = mixture.Dimension;
        double[] means = [.. Enumerable.Range(0, mixture.Components).SelectMany(k => NaiveMatrix.Multiply(map, mixture.Mean(k).ToArray(), d, d, 1).Select((value, i) => value + offset[i]))];
        double[] covariances = [.. Enumerable.Range(0, mixture.Components).SelectMany(k =>
            NaiveMatrix.Multiply(NaiveMatrix.Multiply(map, mixture.Covariance(k).ToArray(), d, d, d), map, d, d, d))];
        return GaussianMixture.Create(mixture.Weights, means, covariances);
    }

    private static void AssertSame(GaussianMixture expected, GaussianMixture actual, double tolerance)
    {
        NaiveMatrix.AssertClose(expected.Weights, actual.Weights, 1e-9);
        for (int k = 0; k < expected.Components; k++)
        {
            NaiveMatrix.AssertClose(expected.Mean(k), actual.Mean(k), tolerance);
            NaiveMatrix.AssertClose(expected.Covariance(k), actual.Covariance(k), tolerance);
        }
    }

    private sealed record Case(int Count, int Dimension, int Components, CovarianceShape Shape, double Relevance, ulong Seed)
    {
        public WindowSet Windows { get; } = RandomData.ClusterRows(Count, Dimension, Components, 3.0, Seed + 1);

        public GaussianMixture Background { get; } = Background(Dimension, Components, Shape, Seed);
    }
}
