namespace TsForecaster.Model.Mixtures;

/// <summary>How a mixture is fitted. Invalid values are refused by <see cref="ExpectationMaximization.Fit"/>.</summary>
public sealed record FitOptions
{
    /// <summary>More threads than this do not help a fit.</summary>
    public const int MaxThreads = 16;

    /// <summary>K.</summary>
    public int Components { get; init; } = 1;

    public CovarianceShape Shape { get; init; } = CovarianceShape.Full;

    /// <summary>Added to each covariance's diagonal, as a share of its mean diagonal: ridge · trace / D.</summary>
    public double Ridge { get; init; } = 1e-6;

    /// <summary>Added to each covariance's diagonal as it is (scikit-learn's reg_covar).</summary>
    public double AbsoluteRidge { get; init; }

    public int MaxIterations { get; init; } = 100;

    /// <summary>EM stops when the mean log-likelihood of a window rises by less than this.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Independent starts; the one with the highest likelihood wins. Ignored with a given start.</summary>
    public int Starts { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Threads at work on one fit, at most; 0 for one a core, up to <see cref="MaxThreads"/>. Small fits use fewer. The result does
    /// not depend on it.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Warm start: EM goes on from this mixture (same K, D and shape).</summary>
    public GaussianMixture? InitialMixture { get; init; }

    /// <summary>Given start: N×K responsibilities, row-major; EM begins with an M-step from them.</summary>
    public ReadOnlyMemory<double> InitialResponsibilities { get; init; }
}
