using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>EM's steps for diagonal and spherical covariances, whose cost is that of reading the windows.</summary>
internal sealed class DiagonalSteps(WindowSet windows, FitOptions options, RidgedCovariance ridge) : IEmSteps
{
    private readonly DiagonalExpectation _expectation = new(windows, options.Components);
    private readonly DiagonalMaximization _maximization = new(windows, options.Shape, ridge);
    private GaussianMixture? _mixture;

    public bool Begin(GaussianMixture mixture)
    {
        _mixture = mixture;
        return true;
    }

    public double Expect(IReadOnlyList<double[]> responsibilities) => _expectation.Run(_mixture!, responsibilities, null);

    public bool Maximize(IReadOnlyList<double[]> responsibilities, bool areMended)
    {
        _mixture = _maximization.Run(responsibilities);
        return _mixture is not null;
    }

    public GaussianMixture? Mixture() => _mixture;

    public void Dispose()
    {
    }
}
