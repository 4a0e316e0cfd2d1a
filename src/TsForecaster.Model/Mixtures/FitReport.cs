namespace TsForecaster.Model.Mixtures;

/// <summary>Why EM stopped.</summary>
public enum StopReason
{
    Converged,
    MaxIterations,

    /// <summary>A covariance stayed singular after the bounded ridge escalation; there is no mixture.</summary>
    Singular,
}

/// <summary>What happened in a fit.</summary>
public sealed record FitReport
{
    /// <summary>Of a fit that had nothing to work with.</summary>
    public static FitReport None { get; } = new() { Stop = StopReason.Singular, Iterations = 0, Trace = [], LogLikelihood = double.NaN, Windows = 0, FreeParameters = 0 };

    public required StopReason Stop { get; init; }

    /// <summary>M-steps done, the one from the start's responsibilities included.</summary>
    public required int Iterations { get; init; }

    /// <summary>
    /// Mean log-likelihood of a window at each E-step; never falls without ridge, re-seeding, shrinkage and shift invariance. A warm start's first entry is
    /// that of the mixture it was given.
    /// </summary>
    public required IReadOnlyList<double> Trace { get; init; }

    /// <summary>Σ_n log p(x_n) under the mixture that is returned; NaN or infinite when the fit ended singular.</summary>
    public required double LogLikelihood { get; init; }

    /// <summary><see cref="FitOptions.HeldOutScore"/> of the mixture that is returned; null without one.</summary>
    public double? HeldOutScore { get; init; }

    public required int Windows { get; init; }

    public required int FreeParameters { get; init; }

    /// <summary>Components that lost their windows and were started again elsewhere.</summary>
    public int Reseeded { get; init; }

    /// <summary>Components that were given up; the mixture has as many fewer.</summary>
    public int Dropped { get; init; }

    /// <summary>Times a ridge had to be raised to make a covariance positive definite.</summary>
    public int RidgeEscalations { get; init; }

    /// <summary>This report with what the fit that it went on from did: iterations, rescues and ridges; not its likelihoods, which were of filled windows.</summary>
    internal FitReport After(FitReport first) => this with
    {
        Iterations = first.Iterations + Iterations,
        Reseeded = first.Reseeded + Reseeded,
        Dropped = first.Dropped + Dropped,
        RidgeEscalations = first.RidgeEscalations + RidgeEscalations,
    };

    /// <summary>2·parameters − 2·log L, on the total likelihood.</summary>
    public double Aic => (2.0 * FreeParameters) - (2.0 * LogLikelihood);

    /// <summary>parameters·ln N − 2·log L, on the total likelihood.</summary>
    public double Bic => (FreeParameters * Math.Log(Windows)) - (2.0 * LogLikelihood);
}

/// <summary>A fit: the mixture, or null when <see cref="FitReport.Stop"/> says why there is none.</summary>
public sealed record FitResult(GaussianMixture? Mixture, FitReport Report);
