using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>Refuses options that make no sense, alone or with the windows at hand.</summary>
internal static class FitOptionsCheck
{
    private const double ShareTolerance = 1e-6;

    public static void Require(FitOptions options, WindowSet windows)
    {
        RequireRange(options.Components >= 1, nameof(options.Components), options.Components, "at least 1");
        RequireRange(Enum.IsDefined(options.Shape), nameof(options.Shape), options.Shape, "Full, Tied, Diagonal or Spherical");
        RequireRange(double.IsFinite(options.Ridge) && options.Ridge >= 0.0, nameof(options.Ridge), options.Ridge, "finite and not negative");
        RequireRange(double.IsFinite(options.AbsoluteRidge) && options.AbsoluteRidge >= 0.0, nameof(options.AbsoluteRidge), options.AbsoluteRidge, "finite and not negative");
        RequireRange(options.Shrinkage is >= 0.0 and <= 1.0, nameof(options.Shrinkage), options.Shrinkage, "from 0 to 1");
        RequireRange(double.IsFinite(options.PriorWindows) && options.PriorWindows >= 0.0, nameof(options.PriorWindows), options.PriorWindows, "finite and not negative");
        if (options.Shape != CovarianceShape.Full)
        {
            RequireRange(options.Shrinkage == 0.0, nameof(options.Shrinkage), options.Shrinkage, $"0 for covariances of shape {options.Shape}");
            RequireRange(options.PriorWindows == 0.0, nameof(options.PriorWindows), options.PriorWindows, $"0 for covariances of shape {options.Shape}");
        }

        RequireRange(options.MaxIterations >= 1, nameof(options.MaxIterations), options.MaxIterations, "at least 1");
        RequireRange(options.MaxMissingIterations >= 0, nameof(options.MaxMissingIterations), options.MaxMissingIterations, "not negative");
        RequireRange(options.Tolerance >= 0.0, nameof(options.Tolerance), options.Tolerance, "not negative");
        RequireRange(options.Starts >= 1, nameof(options.Starts), options.Starts, "at least 1");
        RequireRange(options.Threads is >= 0 and <= FitOptions.MaxThreads, nameof(options.Threads), options.Threads, $"from 0 (one a core) to {FitOptions.MaxThreads}");
        if (windows.Count == 0)
        {
            throw new ArgumentException("there is no complete window to fit; give a longer history, or shorter windows", nameof(windows));
        }

        if (options.ShiftInvariant)
        {
            RequireRange(options.Shape == CovarianceShape.Full, nameof(options.ShiftInvariant), true, $"false for covariances of shape {options.Shape}");
            if (!windows.IsPlain)
            {
                throw new ArgumentException("a shift-invariant fit needs windows of contiguous steps as they lie in their series; these leave lags out or are normalised one by one", nameof(windows));
            }
        }

        if (options.Components > windows.Count)
        {
            throw new ArgumentException($"{options.Components} components need at least as many windows; there are {windows.Count}", nameof(options));
        }

        if (options.InitialMixture is { } mixture)
        {
            RequireMixture(options, mixture, windows.Dimension);
        }

        if (!options.InitialResponsibilities.IsEmpty)
        {
            RequireShares(options.InitialResponsibilities.Span, windows.Count, options.Components);
        }
    }

    private static void RequireRange<T>(bool holds, string name, T found, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} is {found}; it must be {allowed}");
        }
    }

    private static void RequireMixture(FitOptions options, GaussianMixture mixture, int dimension)
    {
        if (!options.InitialResponsibilities.IsEmpty)
        {
            throw new ArgumentException("give an initial mixture or initial responsibilities, not both", nameof(options));
        }

        if (mixture.Components != options.Components || mixture.Dimension != dimension || mixture.Shape != options.Shape)
        {
            throw new ArgumentException(
                $"the initial mixture has {mixture.Components} components of dimension {mixture.Dimension} and shape {mixture.Shape}; the fit is for {options.Components}, {dimension} and {options.Shape}",
                nameof(options));
        }
    }

    private static void RequireShares(ReadOnlySpan<double> shares, int windows, int components)
    {
        if (shares.Length != windows * components)
        {
            throw new ArgumentException($"the initial responsibilities are {shares.Length} numbers; {windows} windows and {components} components need {windows * components}");
        }

        for (int n = 0; n < windows; n++)
        {
            double sum = 0.0;
            foreach (double share in shares.Slice(n * components, components))
            {
                // A NaN or a negative share makes the sum NaN.
                sum += share >= 0.0 ? share : double.NaN;
            }

            if (!(Math.Abs(sum - 1.0) <= ShareTolerance))
            {
                throw new ArgumentException($"the initial responsibilities of window {n} (counted from 0) are not shares of one: they sum to {sum}");
            }
        }
    }
}
