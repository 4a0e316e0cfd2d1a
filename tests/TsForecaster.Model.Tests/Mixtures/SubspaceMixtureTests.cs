using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class SubspaceMixtureTests
{
    private const int Count = 40, Dimension = 55;
    private const double Ridge = 0.05;

    private static readonly double[] Rows = RandomData.Clusters(Count, Dimension, 3, 2.0, 5);
    private static readonly FitOptions Options = new()
    {
        Components = 3,
        Ridge = 0.0,
        AbsoluteRidge = Ridge,
        MaxIterations = 6,
        Tolerance = 0.0,
        InitialResponsibilities = RandomData.Shares(Count, 3, 2),
    };

    [Theory]
    [InlineData(40, 55)]
    [InlineData(15, 420)]
    public void Fit_MoreDimensionsThanWindows_IsTheFitInAllDimensions(int count, int dimension)
    {
        WindowSet windows = RandomData.ClusterRows(count, dimension, 3, 2.0, 5);
        FitOptions options = Options with { InitialResponsibilities = RandomData.Shares(count, 3, 2) };
        FitResult whole = ExpectationMaximization.Fit(windows, options);

        (SubspaceMixture? mixture, FitReport report) = SubspaceMixture.Fit(windows, options);

        Assert.NotNull(mixture);
        Assert.Equal(count - 1, mixture.Rank);
        Assert.Equal(whole.Report.Trace.Count, report.Trace.Count);
        for (int i = 0; i < report.Trace.Count; i++)
        {
            Assert.Equal(whole.Report.Trace[i], report.Trace[i], 1e-9 * Math.Abs(whole.Report.Trace[i]));
        }

        double[] elsewhere = RandomData.Clusters(1, dimension, 1, 1.0, 77);
        Assert.Equal(whole.Mixture!.LogDensity(elsewhere), mixture.LogDensity(elsewhere), 1e-8 * Math.Abs(whole.Mixture.LogDensity(elsewhere)));
        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(whole.Mixture.Weights[k], mixture.Coordinates.Weights[k], 1e-10);
            double[] mean = mixture.Mean(k);
            for (int i = 0; i < dimension; i++)
            {
                Assert.Equal(whole.Mixture.Mean(k)[i], mean[i], 1e-9);
            }
        }
    }

    [Fact]
    public void FitAndSample_DimensionFarAboveTheWindows_NeverHoldAMatrixOfItsSquare()
    {
        const int Far = 8192;
        WindowSet windows = RandomData.ClusterRows(30, Far, 2, 2.0, 5);
        long before = GC.GetAllocatedBytesForCurrentThread();

        (SubspaceMixture? mixture, _) = SubspaceMixture.Fit(windows, Options with { Components = 2, InitialResponsibilities = default });
        mixture!.Sample(10, 3);

        Assert.Equal([0.5, 0.5], mixture.Coordinates.Weights.ToArray().Select(weight => Math.Round(weight, 6)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (long)Far * Far * sizeof(double) / 20);
    }

    [Fact]
    public void Sample_ManyRows_HaveTheMeanAndTheVarianceInsideAndOutsideTheSpan()
    {
        const int Draws = 4000;
        (SubspaceMixture? mixture, _) = SubspaceMixture.Fit(WindowSet.FromRows(Rows, Dimension), Options with { Components = 1, InitialResponsibilities = default });

        (double[] rows, int[] components) = mixture!.Sample(Draws, 9);

        Assert.All(components, component => Assert.Equal(0, component));
        double[] mean = mixture.Mean(0);
        double squares = 0.0;
        for (int i = 0; i < Dimension; i++)
        {
            double sum = 0.0;
            for (int n = 0; n < Draws; n++)
            {
                double d = rows[(n * Dimension) + i] - mean[i];
                sum += d;
                squares += d * d;
            }

            Assert.InRange(sum / Draws, -0.2, 0.2);
        }

        // The trace of Σ: that of the coordinates' covariance, and ρ for each dimension outside the span.
        double trace = (Dimension - mixture.Rank) * mixture.ResidualVariance;
        for (int i = 0; i < mixture.Rank; i++)
        {
            trace += mixture.Coordinates.Covariance(0)[(i * mixture.Rank) + i];
        }

        Assert.InRange(squares / Draws, 0.97 * trace, 1.03 * trace);
        Assert.Equal(rows, mixture.Sample(Draws, 9).Rows);
    }

    [Fact]
    public void Fit_RepeatedWindows_SpanFewerDimensions()
    {
        double[] twice = [.. Rows[..(10 * Dimension)], .. Rows[..(10 * Dimension)]];

        (SubspaceMixture? mixture, _) = SubspaceMixture.Fit(WindowSet.FromRows(twice, Dimension), Options with { Components = 2, InitialResponsibilities = default });

        Assert.Equal(9, mixture!.Rank);
    }

    [Fact]
    public void Fit_NoRidgeOrNoSpread_IsRefused()
    {
        WindowSet windows = WindowSet.FromRows(Rows, Dimension);
        WindowSet same = WindowSet.FromRows((double[])[.. Rows[..Dimension], .. Rows[..Dimension]], Dimension);

        Assert.Throws<ArgumentException>(() => SubspaceMixture.Fit(windows, Options with { AbsoluteRidge = 0.0 }));
        Assert.Throws<ArgumentException>(() => SubspaceMixture.Fit(same, Options with { Components = 1, InitialResponsibilities = default }));
        Assert.Throws<ArgumentException>(() => SubspaceMixture.Fit(windows, Options with { Shape = CovarianceShape.Tied }));
        Assert.Throws<ArgumentException>(() => SubspaceMixture.Fit(windows, Options with { ShiftInvariant = true }));
        Assert.Throws<ArgumentException>(() => SubspaceMixture.Fit(windows, Options with { HeldOutScore = _ => 0.0 }));
    }
}
