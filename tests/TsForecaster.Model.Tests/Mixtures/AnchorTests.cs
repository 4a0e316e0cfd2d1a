using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Tests.Data;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>Maximum likelihood fits that other programs agree on.</summary>
public sealed class AnchorTests
{
    private static readonly FitOptions MaximumLikelihood = new() { Ridge = 0.0, Tolerance = 1e-9, MaxIterations = 2000, Starts = 12, Seed = 7 };

    [Theory]
    [InlineData(1, CovarianceShape.Full, -1289.796745)]
    [InlineData(2, CovarianceShape.Full, -1130.263960)]
    [InlineData(3, CovarianceShape.Full, -1114.439873)]
    public void OldFaithful_BestOfSeveralStarts_HasThePublishedLikelihood(int components, CovarianceShape shape, double expected) =>
        AssertLikelihood(ReferenceData.Faithful, components, shape, expected, 1e-5);

    [Fact]
    public void OldFaithful_TiedCovariance_HasThePublishedLikelihood() =>
        AssertLikelihood(ReferenceData.Faithful, 3, CovarianceShape.Tied, -1126.326, 0.05);

    [Theory]
    [InlineData(1, -2545.827685)]
    [InlineData(3, -2303.491843)]
    public void Diabetes_BestOfSeveralStarts_HasThePublishedLikelihood(int components, double expected) =>
        AssertLikelihood(ReferenceData.Diabetes, components, CovarianceShape.Full, expected, 1e-5);

    [Theory]
    [InlineData(1, -379.914630)]
    [InlineData(2, -214.354704)]
    [InlineData(3, -180.185477)]
    public void Iris_BestOfSeveralStarts_HasThePublishedLikelihood(int components, double expected) =>
        AssertLikelihood(ReferenceData.Iris, components, CovarianceShape.Full, expected, 1e-5);

    [Fact]
    public void OldFaithful_TwoComponents_HaveThePublishedWeightsAndMeans()
    {
        GaussianMixture mixture = ExpectationMaximization.Fit(ReferenceData.Faithful, MaximumLikelihood with { Components = 2 }).Mixture!;

        int large = mixture.Weights[0] > mixture.Weights[1] ? 0 : 1;
        Assert.Equal(0.6441, mixture.Weights[large], 4);
        Assert.Equal(0.3559, mixture.Weights[1 - large], 4);
        Assert.Equal(4.2897, mixture.Mean(large)[0], 4);
        Assert.Equal(79.968, mixture.Mean(large)[1], 3);
        Assert.Equal(2.0364, mixture.Mean(1 - large)[0], 4);
        Assert.Equal(54.479, mixture.Mean(1 - large)[1], 3);
    }

    [Theory]
    [InlineData(1, 2607.6225)]
    [InlineData(2, 2322.1917)]
    [InlineData(3, 2324.1784)]
    public void OldFaithful_Bic_IsThatOfTheTotalLikelihood(int components, double expected)
    {
        FitReport report = ExpectationMaximization.Fit(ReferenceData.Faithful, MaximumLikelihood with { Components = components }).Report;

        Assert.InRange(report.Bic, expected - 1e-3, expected + 1e-3);
        Assert.Equal((2.0 * report.FreeParameters) - (2.0 * report.LogLikelihood), report.Aic, 9);
        Assert.Equal(report.LogLikelihood / 272, report.Trace[^1], 12);
    }

    private static void AssertLikelihood(WindowSet rows, int components, CovarianceShape shape, double expected, double tolerance)
    {
        FitReport report = ExpectationMaximization.Fit(rows, MaximumLikelihood with { Components = components, Shape = shape }).Report;

        Assert.Equal(StopReason.Converged, report.Stop);
        Assert.InRange(report.LogLikelihood, expected - tolerance, expected + tolerance);
    }
}
