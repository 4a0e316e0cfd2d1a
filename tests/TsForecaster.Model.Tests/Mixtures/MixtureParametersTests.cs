using TsForecaster.Model.Mixtures;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class MixtureParametersTests
{
    private static readonly double[] Identity = [1.0, 0.0, 0.0, 1.0];

    [Fact]
    public void Create_CovarianceNotPositiveDefinite_NamesTheComponent() =>
        AssertRefused("component 1 is not positive definite", [0.5, 0.5], [0, 0, 0, 0], [.. Identity, 1.0, 2.0, 2.0, 1.0]);

    [Fact]
    public void Create_CovarianceNotSymmetric_NamesTheComponent() =>
        AssertRefused("component 0 is not symmetric", [1.0], [0, 0], [1.0, 0.1, 0.2, 1.0]);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.5)]
    public void Create_BadWeight_NamesTheComponent(double weight) =>
        AssertRefused("weight of component 1", [0.5, weight], [0, 0, 0, 0], [.. Identity, .. Identity]);

    [Fact]
    public void Create_NoWeightAtAll_IsRefused() =>
        AssertRefused("weights sum to 0", [0.0, 0.0], [0, 0, 0, 0], [.. Identity, .. Identity]);

    [Fact]
    public void Create_NumbersThatAreNotFinite_NameComponentAndPlace()
    {
        AssertRefused("mean of component 1 holds NaN at 0", [0.5, 0.5], [0, 0, double.NaN, 0], [.. Identity, .. Identity]);
        AssertRefused("covariance of component 0 holds NaN at 3", [0.5, 0.5], [0, 0, 0, 0], [1.0, 0.0, 0.0, double.NaN, .. Identity]);
    }

    [Fact]
    public void Create_SizesThatDoNotAgree_AreRefused()
    {
        AssertRefused("3 numbers are not 2 means", [0.5, 0.5], [0, 0, 0], Identity);
        AssertRefused("have 8 numbers, not 4", [0.5, 0.5], [0, 0, 0, 0], Identity);
        AssertRefused("0 numbers are not 0 means", [], [], []);
    }

    [Theory]
    [InlineData(CovarianceShape.Diagonal, "not diagonal")]
    [InlineData(CovarianceShape.Spherical, "not diagonal")]
    public void Create_CorrelationInADiagonalShape_IsRefused(CovarianceShape shape, string message) =>
        AssertRefused(message, [1.0], [0, 0], [1.0, 0.1, 0.1, 1.0], shape);

    [Fact]
    public void Create_TwoVariancesInASphere_AreRefused() =>
        AssertRefused("more than one variance", [1.0], [0, 0], [1.0, 0.0, 0.0, 2.0], CovarianceShape.Spherical);

    [Fact]
    public void Create_TiedCovariancesThatDiffer_AreRefused() =>
        AssertRefused("not that of component 0", [0.5, 0.5], [0, 0, 0, 0], [.. Identity, 2.0, 0.0, 0.0, 2.0], CovarianceShape.Tied);

    [Fact]
    public void LogDensity_WrongLength_SaysWhatIsNeeded()
    {
        GaussianMixture mixture = GaussianMixture.Create([1.0], [0, 0], Identity);

        Assert.Contains("needs 2", Assert.Throws<ArgumentException>(() => mixture.LogDensity([1.0])).Message);
    }

    private static void AssertRefused(string message, double[] weights, double[] means, double[] covariances, CovarianceShape shape = CovarianceShape.Full) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => GaussianMixture.Create(weights, means, covariances, shape)).Message);
}
