using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Which component of a new mixture goes on as which of an old one: the one-to-one assignment with the largest total overlap
/// Σ_n t^old_ni t^new_nj of responsibilities on the new windows (Kuhn and Munkres; K³ operations).
/// </summary>
public static class ComponentMatching
{
    /// <summary>For each new component the old one it continues, or −1 when the old mixture has fewer components.</summary>
    public static int[] Match(GaussianMixture old, GaussianMixture fresh, WindowSet windows)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(fresh);
        List<double[]> before = Responsibilities(old, windows), after = Responsibilities(fresh, windows);

        // A square table: spare rows or columns overlap with nothing.
        int size = Math.Max(before.Count, after.Count);
        double[,] overlap = new double[size, size];
        for (int j = 0; j < after.Count; j++)
        {
            for (int i = 0; i < before.Count; i++)
            {
                overlap[j, i] = VectorKernels.Dot(after[j], before[i]);
            }
        }

        int[] assigned = Assign(overlap);
        return [.. assigned.Take(after.Count).Select(i => i < before.Count ? i : -1)];
    }

    /// <summary>
    /// The new mixture with its components in the places of the old ones they continue. Components without an old one take the
    /// places that are left, in their order.
    /// </summary>
    public static GaussianMixture Relabel(GaussianMixture old, GaussianMixture fresh, WindowSet windows)
    {
        int[] matches = Match(old, fresh, windows);

        // Stable: by the old label, spare ones last; places of old components that ended close up.
        int[] order = [.. Enumerable.Range(0, matches.Length).OrderBy(j => matches[j] < 0 ? int.MaxValue : matches[j])];
        return fresh.Reordered(order);
    }

    private static List<double[]> Responsibilities(GaussianMixture mixture, WindowSet windows)
    {
        List<double[]> responsibilities = [.. Enumerable.Range(0, mixture.Components).Select(_ => new double[windows.Count])];
        mixture.Expect(windows, responsibilities, null);
        return responsibilities;
    }

    /// <summary>For each row the column of the assignment with the largest sum, by shortest augmenting paths.</summary>
    private static int[] Assign(double[,] gain)
    {
        int size = gain.GetLength(0);
        double[] rowPotential = new double[size + 1], columnPotential = new double[size + 1];
        int[] rowOf = new int[size + 1];
        for (int row = 1; row <= size; row++)
        {
            // Rows and columns count from 1; column 0 stands for the row to be placed.
            rowOf[0] = row;
            int column = 0;
            double[] slack = new double[size + 1];
            int[] previous = new int[size + 1];
            bool[] visited = new bool[size + 1];
            Array.Fill(slack, double.PositiveInfinity);
            do
            {
                visited[column] = true;
                int next = 0;
                double delta = double.PositiveInfinity;
                for (int j = 1; j <= size; j++)
                {
                    if (visited[j])
                    {
                        continue;
                    }

                    double cost = -gain[rowOf[column] - 1, j - 1] - rowPotential[rowOf[column]] - columnPotential[j];
                    (slack[j], previous[j]) = cost < slack[j] ? (cost, column) : (slack[j], previous[j]);
                    (delta, next) = slack[j] < delta ? (slack[j], j) : (delta, next);
                }

                for (int j = 0; j <= size; j++)
                {
                    if (visited[j])
                    {
                        rowPotential[rowOf[j]] += delta;
                        columnPotential[j] -= delta;
                    }
                    else
                    {
                        slack[j] -= delta;
                    }
                }

                column = next;
            }
            while (rowOf[column] != 0);

            for (; column != 0; column = previous[column])
            {
                rowOf[column] = rowOf[previous[column]];
            }
        }

        int[] columnOf = new int[size];
        for (int j = 1; j <= size; j++)
        {
            columnOf[rowOf[j] - 1] = j - 1;
        }

        return columnOf;
    }
}
