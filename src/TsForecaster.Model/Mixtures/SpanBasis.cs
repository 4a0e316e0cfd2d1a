using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// An orthonormal basis of what windows span around their mean, by Gram and Schmidt's process with every projection taken twice
/// (which is enough: Giraud et al., 2005), and the windows' coordinates in it.
/// </summary>
internal sealed class SpanBasis
{
    /// <summary>What is left of a window is rounding error below this share of the largest window.</summary>
    private const double Negligible = 1e-11;

    private SpanBasis(double[] centre, double[][] vectors, double[] coordinates, double variance)
    {
        (Centre, Vectors, Coordinates, Variance) = (centre, vectors, coordinates, variance);
    }

    /// <summary>The mean window, D numbers.</summary>
    public double[] Centre { get; }

    /// <summary>r vectors of D numbers.</summary>
    public double[][] Vectors { get; }

    /// <summary>N×r row-major.</summary>
    public double[] Coordinates { get; }

    /// <summary>Sum of the variances of all D dimensions.</summary>
    public double Variance { get; }

    public static SpanBasis Of(WindowSet windows)
    {
        double[] centre = MeanOf(windows);
        List<double[]> vectors = [];
        double[][] coordinates = new double[windows.Count][];
        double[] rest = new double[windows.Dimension];
        double[] share = new double[Math.Min(windows.Count, windows.Dimension)];
        double squares = 0.0;
        double largest = LargestDistance(windows, centre);
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, rest);
            VectorKernels.AddScaled(-1.0, centre, rest);
            squares += VectorKernels.Dot(rest, rest);
            Array.Clear(share);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i < vectors.Count; i++)
                {
                    double part = VectorKernels.Dot(vectors[i], rest);
                    VectorKernels.AddScaled(-part, vectors[i], rest);
                    share[i] += part;
                }
            }

            double length = Math.Sqrt(VectorKernels.Dot(rest, rest));
            if (length > Negligible * largest && vectors.Count < share.Length)
            {
                share[vectors.Count] = length;
                vectors.Add(Array.ConvertAll(rest, value => value / length));
            }

            coordinates[n] = share[..vectors.Count];
        }

        double[] rows = new double[windows.Count * vectors.Count];
        for (int n = 0; n < coordinates.Length; n++)
        {
            coordinates[n].CopyTo(rows, n * vectors.Count);
        }

        return new SpanBasis(centre, [.. vectors], rows, squares / windows.Count);
    }

    /// <summary>Summed relative to the first window, so that windows that are all the same have no rest.</summary>
    private static double[] MeanOf(WindowSet windows)
    {
        double[] first = new double[windows.Dimension], window = new double[windows.Dimension], sums = new double[windows.Dimension];
        windows.CopyTo(0, first);
        for (int n = 1; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            VectorKernels.AddScaled(-1.0, first, window);
            VectorKernels.AddScaled(1.0, window, sums);
        }

        VectorKernels.AddScaled(1.0 / windows.Count, sums, first);
        return first;
    }

    private static double LargestDistance(WindowSet windows, double[] centre)
    {
        double[] window = new double[windows.Dimension];
        double largest = 0.0;
        for (int n = 0; n < windows.Count; n++)
        {
            windows.CopyTo(n, window);
            largest = Math.Max(largest, VectorKernels.SquaredDistance(window, centre));
        }

        return Math.Sqrt(largest);
    }
}
