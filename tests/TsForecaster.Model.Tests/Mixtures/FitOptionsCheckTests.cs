using TsForecaster.Model.Mixtures;
using TsForecaster.Model.Windows;
using Xunit;

namespace TsForecaster.Model.Tests.Mixtures;

public sealed class FitOptionsCheckTests
{
    private static readonly WindowSet Rows = RandomData.ClusterRows(5, 2, 1, 0.0, 1);

    public static TheoryData<FitOptions, string> BadOptions => new()
    {
        { new() { Components = 0 }, "Components is 0" },
        { new() { Shape = (CovarianceShape)9 }, "Shape is 9" },
        { new() { Ridge = -1e-9 }, "Ridge is -1E-09" },
        { new() { Ridge = double.NaN }, "Ridge is NaN" },
        { new() { AbsoluteRidge = double.PositiveInfinity }, "AbsoluteRidge is" },
        { new() { Shrinkage = -0.1 }, "Shrinkage is -0.1; it must be from 0 to 1" },
        { new() { Shrinkage = 1.1 }, "Shrinkage is 1.1" },
        { new() { Shrinkage = double.NaN }, "Shrinkage is NaN" },
        { new() { Shrinkage = 0.5, Shape = CovarianceShape.Tied }, "Shrinkage is 0.5; it must be 0 for covariances of shape Tied" },
        { new() { PriorWindows = -1.0 }, "PriorWindows is -1" },
        { new() { PriorWindows = double.PositiveInfinity }, "PriorWindows is" },
        { new() { PriorWindows = 2.0, Shape = CovarianceShape.Diagonal }, "PriorWindows is 2; it must be 0 for covariances of shape Diagonal" },
        { new() { ShiftInvariant = true, Shape = CovarianceShape.Diagonal }, "ShiftInvariant is True; it must be false for covariances of shape Diagonal" },
        { new() { MaxIterations = 0 }, "MaxIterations is 0" },
        { new() { Tolerance = double.NaN }, "Tolerance is NaN" },
        { new() { Starts = 0 }, "Starts is 0" },
        { new() { Components = 6 }, "6 components need at least as many windows; there are 5" },
        { new() { Components = 2, InitialResponsibilities = new double[9] }, "5 windows and 2 components need 10" },
        { new() { Components = 2, InitialResponsibilities = new double[10] }, "window 0 (counted from 0)" },
        { new() { Components = 2, InitialResponsibilities = new[] { 1.0, 0, 0, 1, 2, -1, 1, 0, 1, 0 } }, "window 2" },
        { new() { Components = 2, InitialMixture = Sphere(1, 2) }, "has 1 components of dimension 2" },
        { new() { Components = 1, InitialMixture = Sphere(1, 3) }, "dimension 3" },
        { new() { Components = 1, InitialMixture = Sphere(1, 2), Shape = CovarianceShape.Tied }, "shape Full" },
        { new() { Components = 1, InitialMixture = Sphere(1, 2), InitialResponsibilities = new[] { 1.0, 1, 1, 1, 1 } }, "not both" },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void Fit_OptionOutOfRange_SaysWhatWasFoundAndWhatIsAllowed(FitOptions options, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ExpectationMaximization.Fit(Rows, options)).Message);

    [Fact]
    public void Fit_NoCompleteWindow_SaysSo()
    {
        WindowSet none = WindowSet.Over(new double[3], new WindowShape(3, 1), Normalisation.None);

        Assert.Contains("no complete window", Assert.Throws<ArgumentException>(() => ExpectationMaximization.Fit(none, new FitOptions())).Message);
    }

    [Fact]
    public void Fit_ShiftInvariantOnWindowsOfUnlikePositions_IsRefused()
    {
        double[] series = [.. Enumerable.Range(0, 50).Select(i => (double)(i % 7))];
        WindowSet centred = WindowSet.Over(series, new WindowShape(4, 2), new Normalisation(Centring.Last));
        WindowSet gapped = WindowSet.Over(series, WindowShape.OfLags([1, 2, 7], 2), Normalisation.None);

        foreach (WindowSet windows in new[] { centred, gapped })
        {
            ArgumentException refusal = Assert.Throws<ArgumentException>(() => ExpectationMaximization.Fit(windows, new FitOptions { ShiftInvariant = true }));
            Assert.Contains("leave lags out or are normalised one by one", refusal.Message);
        }
    }

    private static GaussianMixture Sphere(int components, int dimension)
    {
        double[] identity = [.. Enumerable.Range(0, dimension * dimension).Select(i => i % (dimension + 1) == 0 ? 1.0 : 0.0)];
        return GaussianMixture.Create(
            [.. Enumerable.Repeat(1.0, components)],
            new double[components * dimension],
            [.. Enumerable.Repeat(identity, components).SelectMany(matrix => matrix)]);
    }
}
