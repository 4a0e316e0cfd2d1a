using TsForecaster.Model.Numerics;
using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Tests.Mixtures;

/// <summary>Seeded rows and responsibilities for tests.</summary>
internal static class RandomData
{
    /// <summary>Rows around <paramref name="clusters"/> centres that are <paramref name="distance"/> standard deviations apart or so.</summary>
    public static double[] Clusters(int count, int dimension, int clusters, double distance, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] centres = new double[clusters * dimension];
        random.FillGaussian(centres);
        double[] rows = new double[count * dimension];
        for (int n = 0; n < count; n++)
        {
            int cluster = n % clusters;
            for (int i = 0; i < dimension; i++)
            {
                rows[(n * dimension) + i] = (distance * centres[(cluster * dimension) + i]) + random.NextGaussian();
            }
        }

        return rows;
    }

    public static WindowSet ClusterRows(int count, int dimension, int clusters, double distance, ulong seed) =>
        WindowSet.FromRows(Clusters(count, dimension, clusters, distance, seed), dimension);

    /// <summary>N×K shares, each row summing to one.</summary>
    public static double[] Shares(int count, int components, ulong seed)
    {
        SeededRandom random = new(seed);
        double[] shares = new double[count * components];
        for (int n = 0; n < count; n++)
        {
            Span<double> row = shares.AsSpan(n * components, components);
            random.FillGaussian(row);
            LogSumExp.Normalise(row);
        }

        return shares;
    }
}
