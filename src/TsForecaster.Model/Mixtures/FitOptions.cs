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

    /// <summary>
    /// λ from 0 to 1: every M-step shrinks each covariance toward the pooled one within components,
    /// Σ_k ← (1 − λ) Σ_k + λ Σ_j π_j Σ_j, as regularised discriminant analysis does (Friedman 1989); 1 is one covariance for all. Of
    /// use where a component has few windows for its D(D+1)/2 numbers. Full covariances only; with one component it changes nothing.
    /// The likelihood may then fall from one iteration to the next, see <see cref="Tolerance"/>; AIC and BIC count the parameters as if they were free.
    /// </summary>
    public double Shrinkage { get; init; }

    /// <summary>
    /// ν ≥ 0: each covariance is estimated as if its component had this many windows more, with the pooled covariance:
    /// Σ_k ← (N_k Σ_k + ν Σ_j π_j Σ_j) / (N_k + ν). Small components are shrunk more than large ones, which forecasts better than the
    /// same <see cref="Shrinkage"/> for all; a share of D up to a few times D is worth trying. All else as with <see cref="Shrinkage"/>; both together
    /// leave Σ_k the share (1 − λ) N_k / (N_k + ν).
    /// </summary>
    public double PriorWindows { get; init; }

    /// <summary>
    /// Every M-step is followed by the projection onto mixtures of a stationary series: one mean for all steps, a covariance that
    /// depends on the lag alone (Eirola and Lendasse 2013). Steadies a fit to few windows of a series that is stationary, and biases one to a series
    /// that is not. For full covariances and windows of contiguous steps that are not normalised one by one. The likelihood may then fall from one
    /// iteration to the next, see <see cref="Tolerance"/> and <see cref="HeldOutScore"/>; AIC and BIC count the parameters as if they were free.
    /// </summary>
    public bool ShiftInvariant { get; init; }

    /// <summary>
    /// Scores an iterate, higher is better, such as by its log-likelihood of held-out windows or minus the CRPS of its forecasts; the first
    /// iterate with the highest score is returned. When left out that is the last one, and with <see cref="ShiftInvariant"/> the one with the
    /// highest likelihood. Must give the same for the same mixture.
    /// </summary>
    public Func<GaussianMixture, double>? HeldOutScore { get; init; }

    public int MaxIterations { get; init; } = 100;

    /// <summary>
    /// Iterations over windows with missing values, at most, after the fit to filled ones; 0 keeps that fit, whose variances are too
    /// small where neighbours tell little about what is missing. Each takes away the share of the way to go that is observed.
    /// </summary>
    public int MaxMissingIterations { get; init; } = 5;

    /// <summary>
    /// EM stops when the mean log-likelihood of a window rises by less than this; with shrinkage or shift invariance, when it changes by
    /// less either way: their M-steps do not maximise the expected log-likelihood alone, and what converges are the parameters.
    /// </summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Independent starts; the one with the highest likelihood, or <see cref="HeldOutScore"/>, wins. Ignored with a given start.</summary>
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

    /// <summary>Whether each iteration raises the likelihood.</summary>
    internal bool IsMonotone => !IsShrunk && !ShiftInvariant;

    internal bool IsShrunk => Shrinkage > 0.0 || PriorWindows > 0.0;
}
