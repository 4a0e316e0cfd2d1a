using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Looks after components that lost their windows: all their responsibilities together are worth less than one window, or one
/// window alone carries them (a likelihood without bound). Such a component takes over one half of the heaviest component, cut
/// at its mean across the coordinate in which it is widest; after <see cref="_reseedsLeft"/> such rescues, or when nothing is left
/// to be cut, it is dropped.
/// </summary>
internal sealed class ComponentRecovery(WindowSet windows, int components)
{
    private const double OneWindow = 1.0 - 1e-9;
    private const double TwoWindows = 2.0;
    private const double AloneTolerance = 1e-6;
    private const int Stretch = 256;

    private readonly double[] _window = new double[windows.Dimension];
    private int _reseedsLeft = 2 * components;

    public int Reseeded { get; private set; }

    public int Dropped { get; private set; }

    /// <summary>Mends the responsibilities (K arrays of N, rows summing to one) in place.</summary>
    /// <returns>Whether anything was changed.</returns>
    public bool Mend(List<double[]> responsibilities)
    {
        bool changed = false;
        for (int k = responsibilities.Count - 1; k >= 0 && responsibilities.Count > 1; k--)
        {
            if (!IsLost(responsibilities[k]))
            {
                continue;
            }

            changed = true;
            Release(responsibilities, k);
            if (_reseedsLeft > 0 && TrySplitHeaviest(responsibilities, k))
            {
                _reseedsLeft--;
                Reseeded++;
            }
            else
            {
                responsibilities.RemoveAt(k);
                Dropped++;
            }
        }

        return changed;
    }

    private static bool IsLost(double[] responsibilities)
    {
        // No share exceeds one, so the squares add up to no more than the sum: with two windows' worth neither test below can fail.
        double found = 0.0;
        for (int n = 0; n < responsibilities.Length && !(found >= TwoWindows); n += Stretch)
        {
            found += VectorKernels.Sum(responsibilities.AsSpan(n, Math.Min(Stretch, responsibilities.Length - n)));
        }

        if (found >= TwoWindows)
        {
            return false;
        }

        double sum = VectorKernels.Sum(responsibilities);
        double squares = VectorKernels.Dot(responsibilities, responsibilities);
        return sum < OneWindow || sum * sum < (1.0 + AloneTolerance) * squares;
    }

    /// <summary>Gives the component's share of every window to the others, in proportion to theirs.</summary>
    private static void Release(List<double[]> responsibilities, int k)
    {
        for (int n = 0; n < responsibilities[k].Length; n++)
        {
            responsibilities[k][n] = 0.0;
            double rest = 0.0;
            foreach (double[] other in responsibilities)
            {
                rest += other[n];
            }

            for (int j = 0; j < responsibilities.Count; j++)
            {
                if (j != k)
                {
                    double[] other = responsibilities[j];
                    other[n] = rest > 0.0 ? other[n] / rest : 1.0 / (responsibilities.Count - 1);
                }
            }
        }
    }

    private bool TrySplitHeaviest(List<double[]> responsibilities, int k)
    {
        double[] heaviest = responsibilities[0];
        foreach (double[] candidate in responsibilities)
        {
            heaviest = VectorKernels.Sum(candidate) > VectorKernels.Sum(heaviest) ? candidate : heaviest;
        }

        (int coordinate, double cut, double variance) = Widest(heaviest);
        if (!(variance > 0.0))
        {
            return false;
        }

        double[] half = responsibilities[k];
        for (int n = 0; n < half.Length; n++)
        {
            windows.CopyTo(n, _window);
            if (_window[coordinate] > cut)
            {
                (half[n], heaviest[n]) = (heaviest[n], 0.0);
            }
        }

        return true;
    }

    /// <summary>The coordinate with the largest variance under the responsibilities, its mean and that variance.</summary>
    private (int Coordinate, double Mean, double Variance) Widest(double[] responsibilities)
    {
        int dimension = windows.Dimension;
        double[] origin = new double[dimension], sums = new double[dimension], squares = new double[dimension];
        double size = VectorKernels.Sum(responsibilities);
        windows.CopyTo(0, origin);
        for (int n = 0; n < responsibilities.Length; n++)
        {
            windows.CopyTo(n, _window);
            for (int i = 0; i < dimension; i++)
            {
                double d = _window[i] - origin[i];
                sums[i] += responsibilities[n] * d;
                squares[i] += responsibilities[n] * d * d;
            }
        }

        int widest = 0;
        double largest = double.NegativeInfinity;
        for (int i = 0; i < dimension; i++)
        {
            double mean = sums[i] / size;
            double variance = (squares[i] / size) - (mean * mean);
            (widest, largest) = variance > largest ? (i, variance) : (widest, largest);
        }

        return (widest, origin[widest] + (sums[widest] / size), largest);
    }
}
