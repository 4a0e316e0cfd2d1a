using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class LagProductsTests
{
    [Theory]
    [InlineData(5, 1, 300)]
    [InlineData(7, 3, 12)]
    [InlineData(8, 4, 400)]
    [InlineData(15, 5, 137)]
    [InlineData(16, 8, 138)]
    [InlineData(17, 9, 500)]
    [InlineData(33, 17, 260)]
    [InlineData(70, 2, 700)]
    public void Run_EveryShape_EqualsTheSumsInDecimalsWithinTheBound(int dimension, int components, int windows)
    {
        double[] history = Series(windows + dimension - 1, 7.0);
        RequireSums(WindowSet.Over(history, new WindowShape(dimension - 1, 1), Normalisation.None), components, parts: 3);
    }

    [Fact]
    public void Run_LongHistory_FillsSeveralParts()
    {
        WindowSet windows = WindowSet.Over(Series(9000, 1.0), new WindowShape(10, 2), Normalisation.None);
        double[][] products = RequireSums(windows, components: 2, parts: 3);

        Assert.Contains(products[1], product => product != 0.0);
        Assert.All(products[5], product => Assert.Equal(0.0, product));
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(3e5)]
    public void Run_SmallAndLargeNumbers_StaysWithinTheBound(double scale) =>
        RequireSums(WindowSet.Over(Series(500, scale), new WindowShape(20, 4), Normalisation.None), components: 3, parts: 2);

    [Fact]
    public void Run_SeveralHistoriesStrideAndChannels_CountsEachWindowOnce()
    {
        ReadOnlyMemory<double>[] histories = [Series(600, 2.0), Series(90, 5.0), Series(333, 1.0)];
        RequireSums(WindowSet.Over(histories, new WindowShape(8, 4, 3), Normalisation.None), components: 3, parts: 2);
        RequireSums(WindowSet.Over(histories, new WindowShape(30, 4), Normalisation.None, stride: 3), components: 3, parts: 2);
    }

    [Fact]
    public void Run_MissingValues_CountsCompleteWindowsAlone()
    {
        double[] history = MissingValueTests.Punch(Series(800, 3.0), 0.02, 5);
        RequireSums(WindowSet.Over(history, new WindowShape(11, 1), Normalisation.None, missing: new MissingValues()), components: 3, parts: 2);
    }

    [Fact]
    public void Suits_NormalisedOrRows_IsFalse()
    {
        Assert.False(LagProducts.Suits(new WindowRows(WindowSet.Over(Series(300, 1.0), new WindowShape(11, 1), new Normalisation(Centring.Last)))));
        Assert.False(LagProducts.Suits(new WindowRows(WindowSet.FromRows(Series(300, 1.0), 10))));
    }

    /// <summary>Both ways of taking the sums differ by no more than what both are off by.</summary>
    [Theory]
    [InlineData(48, 8)]
    [InlineData(70, 5)]
    public void Maximization_RidgeAllowsSharedSums_AgreesWithDirectOnes(int dimension, int components)
    {
        WindowSet windows = WindowSet.Over(Series(4000, 1.0), new WindowShape(dimension - 1, 1), Normalisation.None);
        WindowRows rows = new(windows);
        double[][] shares = Shares(components, rows.Count, 0.1), centres = new double[components][];
        for (int k = 0; k < components; k++)
        {
            centres[k] = new double[rows.Width];
            centres[k].AsSpan(0, dimension).Fill(0.1 * k);
        }

        using ForkJoin threads = new(2);
        FullMaximization shared = new(rows, components, threads, null, new RidgedCovariance(windows, 1e-6, 0.0)), direct = new(rows, components, threads, null, null);
        shared.Run(shares, centres, withProducts: true);
        direct.Run(shares, centres, withProducts: true);

        for (int k = 0; k < components; k++)
        {
            double size = shared.Size(k);
            double[] sums = new double[rows.Width], expectedSums = new double[rows.Width], delta = new double[rows.Width];
            double[] products = new double[dimension * dimension], expected = new double[products.Length];
            shared.Sums(k, sums);
            direct.Sums(k, expectedSums);
            shared.AddProducts(k, size, delta, products);
            direct.AddProducts(k, size, delta, expected);

            Assert.True(shared.IsShared(k));
            Assert.False(direct.IsShared(k));
            Assert.Equal(direct.Size(k), size, 1e-12 * size);
            for (int i = 0; i < dimension; i++)
            {
                Assert.Equal(expectedSums[i], sums[i], 1e-12 * size);
            }

            for (int i = 0; i < products.Length; i++)
            {
                Assert.Equal(expected[i], products[i], 1e-12 * size);
            }
        }
    }

    /// <summary>A series far from its typical value most of the time, and a ridge that its squares' rounding would not spare.</summary>
    [Fact]
    public void Maximization_RoundingIsNotSmallAgainstTheRidge_TakesTheSumsDirectly()
    {
        const int Components = 8, Dimension = 48;
        double[] history = Series(4000, 1e-7);
        for (int i = 0; i < history.Length; i++)
        {
            history[i] += i < 1900 ? 1000.0 : 0.0;
        }

        WindowSet windows = WindowSet.Over(history, new WindowShape(Dimension - 1, 1), Normalisation.None);
        WindowRows rows = new(windows);
        double[][] shares = Shares(Components, rows.Count, 0.1), centres = [.. Enumerable.Range(0, Components).Select(_ => new double[rows.Width])];

        // The last component has windows of the low stretch alone, which hardly vary.
        shares[^1].AsSpan(0, 1900).Clear();
        using ForkJoin threads = new(2);
        FullMaximization either = new(rows, Components, threads, null, new RidgedCovariance(windows, 1e-6, 0.0)), direct = new(rows, Components, threads, null, null);
        either.Run(shares, centres, withProducts: true);
        direct.Run(shares, centres, withProducts: true);
        double[] products = new double[Dimension * Dimension], expected = new double[products.Length];
        either.AddProducts(Components - 1, 0.0, new double[Dimension], products);
        direct.AddProducts(Components - 1, 0.0, new double[Dimension], expected);

        Assert.True(either.IsShared(0));
        Assert.False(either.IsShared(Components - 1));
        Assert.Equal(expected, products);
    }

    private static double[][] RequireSums(WindowSet windows, int components, int parts)
    {
        WindowRows rows = new(windows);
        Assert.True(LagProducts.Suits(rows));
        double[][] shares = Shares(components, rows.Count, 0.5), products = new double[components * parts][], sums = new double[components * parts][];
        for (int i = 0; i < products.Length; i++)
        {
            (products[i], sums[i]) = (new double[rows.Width * rows.Width], new double[rows.Width]);
        }

        double[] sizes = new double[products.Length];
        using ForkJoin threads = new(2);
        LagProducts lags = new(rows, components, parts, threads);

        // Twice, the second time into what the first left.
        lags.Run([.. shares.Select(share => (double[])[.. share.Reverse()])], products, sums, sizes);
        lags.Run(shares, products, sums, sizes);

        double largest = 0.0;
        for (int k = 0; k < components; k++)
        {
            (double bound, double ofSums) = lags.ErrorBounds(k);
            for (int i = 0; i < rows.Dimension; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    decimal exact = 0.0m;
                    for (int n = 0; n < rows.Count; n++)
                    {
                        ReadOnlySpan<double> x = rows.Values.AsSpan(rows.Starts[n], rows.Dimension);
                        exact += (decimal)shares[k][n] * Exactly(x[i]) * Exactly(x[j]);
                    }

                    double found = 0.0;
                    for (int part = 0; part < parts; part++)
                    {
                        found += products[(k * parts) + part][(i * rows.Width) + j];
                    }

                    largest = Math.Max(largest, Math.Abs(found - (double)exact) / bound);
                }
            }

            double size = 0.0;
            for (int part = 0; part < parts; part++)
            {
                size += sizes[(k * parts) + part];
            }

            Assert.Equal(shares[k].Sum(), size, 1e-12 * size);
            RequireFirstMoment(rows, shares[k], k, sums, parts, ofSums);
        }

        Assert.InRange(largest, 0.0, 1.0);
        return products;
    }

    private static void RequireFirstMoment(WindowRows rows, double[] shares, int component, double[][] sums, int parts, double bound)
    {
        for (int i = 0; i < rows.Dimension; i++)
        {
            decimal exact = 0.0m;
            for (int n = 0; n < rows.Count; n++)
            {
                exact += (decimal)shares[n] * Exactly(rows.Values[rows.Starts[n] + i]);
            }

            double found = 0.0;
            for (int part = 0; part < parts; part++)
            {
                found += sums[(component * parts) + part][i];
            }

            Assert.Equal((double)exact, found, bound);
        }
    }

    /// <summary>The conversion keeps fifteen digits, so the tests' numbers have fewer.</summary>
    private static decimal Exactly(double x) => (decimal)x;

    private static double[][] Shares(int components, int count, double least)
    {
        SeededRandom random = new(4);
        return [.. Enumerable.Range(0, components).Select(_ => Enumerable.Range(0, count).Select(_ => random.NextUniform() < 0.3 ? 0.0 : Math.Round(least + random.NextUniform(), 3)).ToArray())];
    }

    /// <summary>A walk back to zero in steps of a 2⁻²⁰th of the scale or more.</summary>
    private static double[] Series(int length, double scale)
    {
        double unit = Math.ScaleB(1.0, Math.ILogB(scale) - 12);
        double[] series = NaiveMatrix.Gaussian(length, new SeededRandom(8));
        for (int i = 1; i < series.Length; i++)
        {
            series[i] += 0.8 * series[i - 1];
        }

        return [.. series.Select(y => unit * Math.Round(y * 4096.0))];
    }
}
