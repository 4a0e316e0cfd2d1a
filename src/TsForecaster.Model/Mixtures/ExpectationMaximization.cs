using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>Fits a Gaussian mixture by expectation-maximisation in log space (Bishop, PRML §9.2).</summary>
public static class ExpectationMaximization
{
    /// <exception cref="ArgumentException">An option is out of range, or there are fewer windows than components.</exception>
    /// <exception cref="OperationCanceledException">Asked for, between two iterations.</exception>
    public static FitResult Fit(WindowSet windows, FitOptions options, CancellationToken cancellation = default) =>
        throw null!;
}
