using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Responsibilities to begin with: k-means++ centres (Arthur and Vassilvitskii, 2007), some of Lloyd's iterations, every window
/// wholly its nearest centre's.
/// </summary>
internal static class KMeansStart
{
    /// <summary>K arrays of N zeros and ones.</summary>
    /// <param name="lloydIterations">At most so many; with 0 the centres stay at windows.</param>
    public static List<double[]> Responsibilities(WindowSet windows, int components, ulong seed, int lloydIterations)
    {
        int[] nearest = new int[windows.Count];
        if (components > 1)
        {
            double[] centres = PlusPlusCentres(windows, components, new SeededRandom(seed));
            for (int iteration = 0; Assign(windows, centres, nearest) && iteration < lloydIterations; iteration++)
            {
                MoveCentres(windows, centres, nearest, components);
            }
        }

        List<double[]> responsibilities = [];
        for (int k = 0; k < components; k++)
        {
            responsibilities.Add(Array.ConvertAll(nearest, owner => owner == k ? 1.0 : 0.0));
        }

        return responsibilities;
    }

    /// <summary>Each next centre is a window drawn with probability proportional to its squared distance from the nearest so far.</summary>
    private static double[] PlusPlusCentres(WindowSet windows, int components, SeededRandom random)
    {
        int dimension = windows.Dimension;
        double[] centres = new double[components * dimension];
        double[] window = new double[dimension];
        double[] distances = new double[windows.Count];
        Array.Fill(distances, double.PositiveInfinity);
        int chosen = random.NextIndex(windows.Count);
        for (int k = 0; k < components; k++)
        {
            Span<double> centre = centres.AsSpan(k * dimension, dimension);
            windows.CopyTo(chosen, centre);
            for (int n = 0; n < distances.Length; n++)
            {
                windows.CopyTo(n, window);
                distances[n] = Math.Min(distances[n], VectorKernels.SquaredDistance(window, centre));
            }

            // Fewer distinct windows than components: any will do, and the spare component is dropped later.
            int drawn = random.NextChoice(distances);
            chosen = drawn < 0 ? random.NextIndex(windows.Count) : drawn;
        }

        return centres;
    }

    /// <summary>Finds every window's nearest centre, the first of equals; false when none changed.</summary>
    private static bool Assign(WindowSet windows, double[] centres, int[] nearest)
    {
        int dimension = windows.Dimension;
        double[] window = new double[dimension];
        bool changed = false;
        for (int n = 0; n < nearest.Length; n++)
        {
            windows.CopyTo(n, window);
            int best = 0;
            double least = double.PositiveInfinity;
            for (int k = 0; k * dimension < centres.Length; k++)
            {
                double distance = VectorKernels.SquaredDistance(window, centres.AsSpan(k * dimension, dimension));
                (best, least) = distance < least ? (k, distance) : (best, least);
            }

            changed |= nearest[n] != best;
            nearest[n] = best;
        }

        return changed;
    }

    /// <summary>Moves every centre to the mean of its windows; one without windows stays.</summary>
    private static void MoveCentres(WindowSet windows, double[] centres, int[] nearest, int components)
    {
        int dimension = windows.Dimension;
        double[] window = new double[dimension];
        double[] sums = new double[centres.Length];
        int[] sizes = new int[components];
        for (int n = 0; n < nearest.Length; n++)
        {
            windows.CopyTo(n, window);
            VectorKernels.AddScaled(1.0, window, sums.AsSpan(nearest[n] * dimension, dimension));
            sizes[nearest[n]]++;
        }

        for (int i = 0; i < centres.Length; i++)
        {
            int size = sizes[i / dimension];
            centres[i] = size == 0 ? centres[i] : sums[i] / size;
        }
    }
}
