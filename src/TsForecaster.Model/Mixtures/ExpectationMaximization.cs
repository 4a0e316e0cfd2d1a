using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>Fits a Gaussian mixture by expectation-maximisation in log space (Bishop, PRML §9.2).</summary>
public static class ExpectationMaximization
{
    private const int LloydIterations = 20;
    private const ulong SeedStep = 0x9E3779B97F4A7C15UL;

    /// <summary>
    /// Fits the windows. Cost per iteration 2·N·D²·K operations and K·N numbers of memory for full covariances; one component
    /// has a closed form and takes one iteration. The same input gives the same bits.
    /// <para>
    /// Windows with missing values count with the density of what is observed of them (Ghahramani and Jordan, 1994). EM begins with a fit
    /// to the windows with missing values filled in, or with what is given to start from, and goes on with at most
    /// <see cref="FitOptions.MaxMissingIterations"/> exact iterations. In each, a window with M of D numbers missing costs about
    /// K·(M³/2 + 2·M·D + D²) multiply-adds, and M³/2 only once for windows that miss the same ones.
    /// </para>
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range, or there are fewer windows than components.</exception>
    /// <exception cref="OperationCanceledException">Asked for, between two iterations.</exception>
    public static FitResult Fit(WindowSet windows, FitOptions options, CancellationToken cancellation = default)
    {
        FitOptionsCheck.Require(options, windows);
        return windows.CompleteCount == windows.Count ? FitComplete(windows, options, cancellation) : FitIncomplete(windows, options, cancellation);
    }

    private static FitResult FitIncomplete(WindowSet windows, FitOptions options, CancellationToken cancellation)
    {
        FitResult? filled = options.InitialMixture is null ? FitComplete(windows.Filled, options, cancellation) : null;
        GaussianMixture? start = options.InitialMixture ?? filled?.Mixture;
        if (start is null || options.MaxMissingIterations == 0)
        {
            return filled ?? FitComplete(windows.Filled, options, cancellation);
        }

        // The fit to filled windows may have dropped components.
        options = options with
        {
            Components = start.Components,
            MaxIterations = options.MaxMissingIterations,
            InitialMixture = start,
            InitialResponsibilities = default,
        };
        using EmRun run = new(windows, options, cancellation);
        FitResult result = run.From(start);
        return filled is null ? result : result with { Report = result.Report.After(filled.Report) };
    }

    private static FitResult FitComplete(WindowSet windows, FitOptions options, CancellationToken cancellation)
    {
        if (options.InitialMixture is { } mixture && options.Components > 1)
        {
            using EmRun run = new(windows, options, cancellation);
            return run.From(mixture);
        }

        if (!options.InitialResponsibilities.IsEmpty && options.Components > 1)
        {
            using EmRun run = new(windows, options, cancellation);
            return run.From(Columns(options.InitialResponsibilities.Span, options.Components));
        }

        FitResult? best = null;
        int starts = options.Components == 1 ? 1 : options.Starts;
        for (int start = 0; start < starts; start++)
        {
            // Finished clusterings are much alike; every other start keeps the raw draw, which finds optima that k-means shuns.
            ulong seed = unchecked(options.Seed + ((ulong)start * SeedStep));
            int lloyd = start % 2 == 0 ? LloydIterations : 0;
            List<double[]> responsibilities = KMeansStart.Responsibilities(windows, options.Components, seed, lloyd);
            using EmRun run = new(windows, options, cancellation);
            FitResult result = run.From(responsibilities);
            best = best is null || IsBetter(result, best) ? result : best;
        }

        return best!;
    }

    private static bool IsBetter(FitResult a, FitResult b) =>
        a.Mixture is not null && (b.Mixture is null || Merit(a.Report) > Merit(b.Report));

    private static double Merit(FitReport report) => report.HeldOutScore ?? report.LogLikelihood;

    private static List<double[]> Columns(ReadOnlySpan<double> responsibilities, int components)
    {
        List<double[]> columns = [];
        for (int k = 0; k < components; k++)
        {
            double[] column = new double[responsibilities.Length / components];
            for (int n = 0; n < column.Length; n++)
            {
                column[n] = responsibilities[(n * components) + k];
            }

            columns.Add(column);
        }

        return columns;
    }
}
