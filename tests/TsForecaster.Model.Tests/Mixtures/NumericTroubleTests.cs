using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Tests.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>Data on which a plain EM would divide by zero, fail to factor, or chase an unbounded likelihood.</summary>
public sealed class NumericTroubleTests
{
    [Theory]
    [InlineData(Centring.None)]
    [InlineData(Centring.Last)]
    [InlineData(Centring.Mean)]
    public void Fit_ConstantSeries_IsThatConstantWithHardlyAnyVariance(Centring centring)
    {
        double[] history = Enumerable.Repeat(1234.1, 50).ToArray();
        WindowSet windows = WindowSet.Over(history, new WindowShape(4, 2), new Normalisation(centring));

        FitResult fit = ExpectationMaximization.Fit(windows, new FitOptions());
        GaussianMixture mixture = fit.Mixture!;

        double level = centring == Centring.None ? 1234.1 : 0.0;
        Assert.All(mixture.Mean(0).ToArray(), mean => Assert.Equal(level, mean));
        Assert.All(mixture.Covariance(0).ToArray(), value => Assert.InRange(value, 0.0, 1e-16));
        Assert.True(double.IsFinite(mixture.LogDensity(mixture.Mean(0))));
        Assert.Equal(0, fit.Report.RidgeEscalations);
    }

    [Theory]
    [InlineData(CovarianceShape.Full)]
    [InlineData(CovarianceShape.Tied)]
    [InlineData(CovarianceShape.Diagonal)]
    [InlineData(CovarianceShape.Spherical)]
    public void Fit_IdenticalRowsAndThreeComponents_DropsTwo(CovarianceShape shape)
    {
        WindowSet rows = WindowSet.FromRows(Enumerable.Repeat(2.5, 60).ToArray(), 3);

        FitResult fit = ExpectationMaximization.Fit(rows, new FitOptions { Components = 3, Shape = shape });

        Assert.Equal(1, fit.Mixture!.Components);
        Assert.Equal(2, fit.Report.Dropped);
        Assert.Equal([1.0], fit.Mixture.Weights.ToArray());
        Assert.Equal(fit.Mixture.FreeParameters, fit.Report.FreeParameters);
    }

    [Theory]
    [InlineData(1e-6, 0)]
    [InlineData(0.0, 1)]
    public void Fit_CoordinateThatNeverVaries_IsSavedByTheRidgeOrItsEscalation(double ridge, int leastEscalations)
    {
        double[] history = RandomData.Clusters(200, 1, 1, 0.0, 3);
        WindowSet windows = WindowSet.Over(history, new WindowShape(3, 2), new Normalisation(Centring.Last));

        FitResult fit = ExpectationMaximization.Fit(windows, new FitOptions { Ridge = ridge });

        Assert.NotNull(fit.Mixture);
        Assert.InRange(fit.Report.RidgeEscalations, leastEscalations, 10);
        Assert.Equal(0.0, fit.Mixture.Mean(0)[2]);
        Assert.InRange(fit.Mixture.Covariance(0)[12], double.Epsilon, 1e-4);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(0.0)]
    public void Fit_FewerWindowsThanDimensions_StillHasADensity(double ridge)
    {
        WindowSet rows = RandomData.ClusterRows(12, 30, 2, 3.0, 5);

        FitResult fit = ExpectationMaximization.Fit(rows, new FitOptions { Components = 2, Ridge = ridge });

        Assert.NotNull(fit.Mixture);
        Assert.True(double.IsFinite(fit.Report.LogLikelihood));
    }

    [Fact]
    public void Fit_ManyCopiesOfOneRow_AreAComponentOfTheirOwnWithBoundedLikelihood()
    {
        double[] rows = [.. RandomData.Clusters(100, 2, 1, 0.0, 7), .. Enumerable.Repeat(30.0, 80)];

        FitResult fit = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 2), new FitOptions { Components = 2 });

        int copies = fit.Mixture!.Classify([30.0, 30.0]);
        Assert.Equal(40.0 / 140.0, fit.Mixture.Weights[copies], 9);
        NaiveMatrix.AssertClose([30.0, 30.0], fit.Mixture.Mean(copies), 1e-14);
        Assert.True(double.IsFinite(fit.Report.LogLikelihood));
    }

    [Fact]
    public void Fit_RowsThatAreAlmostCopies_HaveAMillionthOfTheSpreadAtLeast()
    {
        double[] noise = RandomData.Clusters(80, 1, 1, 0.0, 11);
        double[] rows = [.. RandomData.Clusters(100, 1, 1, 0.0, 7), .. noise.Select(value => 30.0 + (1e-11 * value))];

        GaussianMixture mixture = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 1), new FitOptions { Components = 2, Ridge = 0.0 }).Mixture!;

        double spread = NaiveMixture.Maximise(WindowSet.FromRows(rows, 1), [.. Enumerable.Repeat(new[] { 1.0 }, 180)], CovarianceShape.Full).Covariances[0][0];
        Assert.InRange(mixture.Covariance(mixture.Classify([30.0]))[0] / (1e-12 * spread), 1.0, 1.001);
    }

    [Fact]
    public void Fit_OutlierFarAway_IsNotWorthAComponent()
    {
        double[] rows = [.. RandomData.Clusters(100, 2, 1, 0.0, 8), 1e5, -1e5];

        FitResult fit = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 2), new FitOptions { Components = 2 });

        Assert.NotNull(fit.Mixture);
        Assert.True(fit.Report.Reseeded + fit.Report.Dropped > 0);
        Assert.All(fit.Mixture.Weights.ToArray(), weight => Assert.True(weight > 1.5 / 101.0));
    }

    [Theory]
    [InlineData(1e9, Centring.None)]
    [InlineData(1e38, Centring.None)]
    [InlineData(1e38, Centring.Last)]
    [InlineData(1e38, Centring.Mean)]
    public void Fit_OneSpike_DoesNotTouchTheComponentWithoutIt(double spike, Centring centring)
    {
        const int Length = 400, At = 150, Dimension = 6;
        WindowShape shape = new(Dimension - 1, 1);
        Normalisation normalisation = new(centring);
        double[] history = RandomData.Clusters(Length, 1, 1, 0.0, 12);
        double[][] around = [history[..At], history[(At + 1)..]];
        WindowSet without = WindowSet.Over([.. around.Select(part => (ReadOnlyMemory<double>)part)], shape, normalisation);
        history[At] = spike;
        WindowSet windows = WindowSet.Over(history, shape, normalisation);
        double[] shares = [.. Enumerable.Range(0, windows.Count).SelectMany(n => n > At - Dimension && n <= At ? new[] { 0.0, 1.0 } : [1.0, 0.0])];
        FitOptions options = new() { Components = 2, Ridge = 1e-6, MaxIterations = 1, InitialResponsibilities = shares };

        GaussianMixture mixture = ExpectationMaximization.Fit(windows, options).Mixture!;

        GaussianMixture expected = ExpectationMaximization.Fit(without, new FitOptions()).Mixture!;
        NaiveMatrix.AssertClose(expected.Mean(0), mixture.Mean(0), 1e-12);
        NaiveMatrix.AssertClose(expected.Covariance(0), mixture.Covariance(0), 1e-12);
    }

    [Fact]
    public void Fit_StartThatCannotBeFactoredInTheOrderOfTheKernels_IsASingularResultAndNoException()
    {
        FitResult fit = ExpectationMaximization.Fit(RandomData.ClusterRows(50, 3, 2, 1.0, 3), new FitOptions { Components = 2, InitialMixture = BarelyDefinite() });

        Assert.Null(fit.Mixture);
        Assert.Equal(StopReason.Singular, fit.Report.Stop);
        Assert.Equal(0, fit.Report.Iterations);
    }

    [Fact]
    public void Fit_StartThatLeavesAComponentEmpty_SeedsItAgain()
    {
        WindowSet rows = RandomData.ClusterRows(200, 2, 2, 8.0, 4);
        double[] shares = [.. Enumerable.Repeat(new[] { 1.0, 0.0 }, 200).SelectMany(row => row)];

        FitResult fit = ExpectationMaximization.Fit(rows, new FitOptions { Components = 2, InitialResponsibilities = shares });

        Assert.Equal(1, fit.Report.Reseeded);
        Assert.Equal(0, fit.Report.Dropped);
        Assert.Equal([0.5, 0.5], fit.Mixture!.Weights.ToArray().Select(weight => Math.Round(weight, 6)));
    }

    [Fact]
    public void Fit_AsManyComponentsAsWindows_EndsWithFewerAndNoException()
    {
        FitResult fit = ExpectationMaximization.Fit(RandomData.ClusterRows(6, 2, 2, 4.0, 6), new FitOptions { Components = 6 });

        Assert.NotNull(fit.Mixture);
        Assert.InRange(fit.Mixture.Components, 1, 5);
        Assert.Equal(6 - fit.Mixture.Components, fit.Report.Dropped);
    }

    [Fact]
    public void Fit_SquaresOverflow_IsASingularResultAndNoException()
    {
        double[] rows = [.. Enumerable.Range(0, 20).Select(i => i % 3 == 0 ? 1e200 : -1e200)];

        FitResult fit = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 2), new FitOptions { Components = 2, Starts = 2 });

        Assert.Null(fit.Mixture);
        Assert.Equal(StopReason.Singular, fit.Report.Stop);
    }

    [Theory]
    [InlineData(1e-12)]
    [InlineData(1e12)]
    public void Fit_UnitsOfTheData_DoNotMatter(double unit)
    {
        double[] rows = RandomData.Clusters(150, 3, 2, 4.0, 9), shares = RandomData.Shares(150, 2, 9);
        FitOptions options = new() { Components = 2, InitialResponsibilities = shares, MaxIterations = 10, Tolerance = 0.0 };
        FitResult plain = ExpectationMaximization.Fit(WindowSet.FromRows(rows, 3), options);
        FitResult scaled = ExpectationMaximization.Fit(WindowSet.FromRows(rows.Select(value => value * unit).ToArray(), 3), options);

        Assert.Equal(plain.Report.LogLikelihood - (450.0 * Math.Log(unit)), scaled.Report.LogLikelihood, 6);
        NaiveMatrix.AssertClose(plain.Mixture!.Mean(0), [.. scaled.Mixture!.Mean(0).ToArray().Select(value => value / unit)], 1e-9);
    }

    /// <summary>
    /// Covariances of rank one but for rounding, which lets them factor in the natural order of their rows and not in the kernels'; so
    /// large that their trace overflows, and no finite ridge helps.
    /// </summary>
    private static GaussianMixture BarelyDefinite()
    {
        const double Scale = 8e307;
        int[] order = PanelLayout.Spread(3).Order;
        InverseFactor kernels = new(3);
        for (ulong seed = 1; seed < 10_000; seed++)
        {
            SeededRandom random = new(seed);
            double[] v = [0.8 + (0.2 * random.NextUniform()), 0.8 + (0.2 * random.NextUniform()), 0.8 + (0.2 * random.NextUniform())];
            double[] covariance = [.. Enumerable.Range(0, 9).Select(i => Scale * v[i / 3] * v[i % 3])];
            if (Cholesky.TryFactor([.. covariance], 3, out _) && !kernels.TryFactor(covariance, 3, order))
            {
                return GaussianMixture.Create([1.0, 1.0], new double[6], [.. covariance, .. covariance]);
            }
        }

        throw new InvalidOperationException("no seed gives such a matrix");
    }
}
