using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class FullExpectationTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(4.0)]
    [InlineData(12.0)]
    public void Run_LeavingComponentsEarly_ChangesNothingAtDoublePrecision(double distance)
    {
        const int Count = 1100, Dimension = 37, Components = 6;
        double[] data = RandomData.Clusters(Count, Dimension, Components, distance, 7);
        WindowSet windows = WindowSet.FromRows(data, Dimension);
        FitOptions options = new() { Components = Components, MaxIterations = 3, Tolerance = 0.0, Seed = 2 };
        GaussianMixture mixture = ExpectationMaximization.Fit(windows, options).Mixture!;

        double[] scores = mixture.ScoreSamples(windows);

        for (int n = 0; n < Count; n++)
        {
            double expected = mixture.LogDensity(data.AsSpan(n * Dimension, Dimension));
            Assert.Equal(expected, scores[n], 1e-13 * Math.Abs(expected));
        }
    }

    [Fact]
    public void Run_LeavingComponentsEarly_DropsOnlyNegligibleResponsibilities()
    {
        const int Count = 700, Dimension = 21, Components = 4;
        double[] data = RandomData.Clusters(Count, Dimension, Components, 3.0, 8);
        WindowSet windows = WindowSet.FromRows(data, Dimension);
        FitOptions options = new() { Components = Components, MaxIterations = 2, Tolerance = 0.0, Seed = 2 };
        GaussianMixture mixture = ExpectationMaximization.Fit(windows, options).Mixture!;
        using FullSteps steps = new(windows, options, new RidgedCovariance(windows, 1e-6, 0.0));
        List<double[]> responsibilities = [.. Enumerable.Range(0, Components).Select(_ => new double[Count])];

        steps.Begin(mixture);
        double total = steps.Expect(responsibilities);

        int zeros = 0;
        double expectedTotal = 0.0;
        double[] expected = new double[Components];
        for (int n = 0; n < Count; n++)
        {
            expectedTotal += mixture.Responsibilities(data.AsSpan(n * Dimension, Dimension), expected);
            for (int k = 0; k < Components; k++)
            {
                double found = responsibilities[k][n];
                zeros += found == 0.0 ? 1 : 0;

                // Far from zero they agree to the accuracy of the log density; near it, what was dropped is below half a unit of one.
                Assert.InRange(Math.Abs(found - expected[k]), 0.0, 1e-12 * Math.Min(expected[k], 1.0 - expected[k]) + 1.2e-16);
            }
        }

        Assert.Equal(expectedTotal, total, 1e-14 * Math.Abs(expectedTotal));
        Assert.InRange(zeros, 1, Components * Count);
    }

    [Fact]
    public void Run_WindowsOfASeries_AgreeWithTheSameWindowsAsRows()
    {
        SeededRandom random = new(6);
        double[] series = new double[900];
        for (int i = 0; i < series.Length; i++)
        {
            series[i] = 1e6 + (10.0 * Math.Sin(i / 4.0)) + random.NextGaussian();
        }

        const int Dimension = 24;
        WindowSet overlapping = WindowSet.Over(series, new WindowShape(20, 4), Normalisation.None);
        double[] rows = new double[overlapping.Count * Dimension];
        for (int n = 0; n < overlapping.Count; n++)
        {
            overlapping.CopyTo(n, rows.AsSpan(n * Dimension, Dimension));
        }

        FitOptions options = new() { Components = 3, MaxIterations = 5, Tolerance = 0.0, Seed = 5 };
        FitResult ofSlices = ExpectationMaximization.Fit(overlapping, options);
        FitResult ofRows = ExpectationMaximization.Fit(WindowSet.FromRows(rows, Dimension), options);

        Assert.Equal(ofRows.Report.LogLikelihood, ofSlices.Report.LogLikelihood, 1e-8 * Math.Abs(ofRows.Report.LogLikelihood));
    }
}
