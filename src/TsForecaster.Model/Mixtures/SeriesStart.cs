using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Mixtures;

/// <summary>
/// Where EM over series begins: k-means over coarse second moments. Of each series E[x_i x_j] at no more than <see cref="MostPositions"/> positions i, j
/// that lie evenly over the window, each feature less its median over series and divided by its interquartile range, within ±3, so that a few odd
/// series do not take all the centres.
/// </summary>
internal static class SeriesStart
{
    private const int MostPositions = 24;
    private const int LloydIterations = 20;
    private const double Limit = 3.0;
    private const double LeastRange = 1e-3;

    /// <summary>K arrays of zeros and ones, one number a series.</summary>
    public static List<double[]> Responsibilities(SeriesMoments[] series, int components, ulong seed)
    {
        int dimension = series[0].Dimension, positions = Math.Min(MostPositions, dimension), features = PackedTriangle.Size(positions);
        int[] at = [.. Enumerable.Range(0, positions).Select(i => positions == 1 ? 0 : i * (dimension - 1) / (positions - 1))];
        double[] rows = new double[series.Length * features];
        for (int s = 0; s < series.Length; s++)
        {
            for (int i = 0, f = s * features; i < positions; i++)
            {
                for (int j = 0; j <= i; j++, f++)
                {
                    double within = series[s].Scatter[PackedTriangle.Row(at[i]) + at[j]] / series[s].Count;
                    rows[f] = within + (series[s].Mean[at[i]] * series[s].Mean[at[j]]);
                }
            }
        }

        double[] column = new double[series.Length];
        for (int f = 0; f < features; f++)
        {
            Standardise(rows, f, features, column);
        }

        return KMeansStart.Responsibilities(WindowSet.FromRows(rows, features), components, seed, LloydIterations);
    }

    private static void Standardise(double[] rows, int feature, int features, double[] column)
    {
        for (int s = 0; s < column.Length; s++)
        {
            column[s] = rows[(s * features) + feature];
        }

        Array.Sort(column);
        double median = column[column.Length / 2];
        double range = column[column.Length * 3 / 4] - column[column.Length / 4] + LeastRange;
        for (int s = 0; s < column.Length; s++)
        {
            ref double x = ref rows[(s * features) + feature];
            x = Math.Clamp((x - median) / range, -Limit, Limit);
        }
    }
}
