namespace TsForecaster.Model.Mixtures;

/// <summary>EM's steps for full covariances, each M-step followed by the projection of <see cref="ShiftInvariance"/>.</summary>
internal sealed class ShiftInvariantSteps(FullSteps steps, int channels) : IEmSteps
{
    private GaussianMixture? _mixture;

    public bool Begin(GaussianMixture mixture) => steps.Begin(_mixture = mixture);

    public double Expect(IReadOnlyList<double[]> responsibilities) => steps.Expect(responsibilities);

    public bool Maximize(IReadOnlyList<double[]> responsibilities, bool areMended)
    {
        _mixture = steps.Maximize(responsibilities, areMended) && steps.Mixture() is { } free ? ShiftInvariance.Project(free, channels) : null;
        return _mixture is not null && steps.Begin(_mixture);
    }

    public GaussianMixture? Mixture() => _mixture;

    public void Dispose() => steps.Dispose();
}
